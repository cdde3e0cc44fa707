import { createHash } from 'node:crypto';
import type { CustomerEventDetails, CustomerEventType, RemainingUnits } from '../../backend/customer-events';
import type { Catalogue, PlanEntry } from '../../lib/private/catalogue';
import { allowance, type Balance, findPlan, includedLeft, isUnlimited } from './balance';
import { type EpochSeconds, NEVER } from './clock';

/** An event that is to be told. */
export type CustomerEvent = {
  readonly [Type in CustomerEventType]: { readonly type: Type; readonly detail: CustomerEventDetails[Type] };
}[CustomerEventType];

/** Where events are told. */
export interface CustomerEventBus {
  /** Rejects where one of them may not have been taken. */
  send(events: readonly CustomerEvent[]): Promise<void>;
}

/** What a paywall tells of. */
export interface CustomerEventTerms {
  /** What it marks purchases with. */
  readonly paywall: string;
  readonly catalogue: Catalogue;
  /** Per cent of a plan's own units, each of which is told when that much is used up. */
  readonly thresholds: readonly number[];
}

/** A write of a customer's balance, as it was seen afterwards. */
export interface BalanceWritten {
  readonly customer: string;
  /** What tells this write from all others; always the same, however often it is seen. */
  readonly id: string;
  readonly at: EpochSeconds;
  readonly before: SeenBalance;
  readonly after: SeenBalance;
}

export interface SeenBalance {
  readonly balance: Balance;
  /** The id of the ledger's entry that it had last. */
  readonly lastEntry?: string;
}

/** Seconds by which the clock of who wrote and that of who noted the time of the write may differ. */
const CLOCK_TOLERANCE = 5;

/** What a write of a balance has changed for its customer, told by the two images alone: whoever sees it again tells the same. */
export function customerEvents(written: BalanceWritten, terms: CustomerEventTerms): readonly CustomerEvent[] {
  return [
    ...planChanged(written, terms),
    ...quotaRestored(written, terms),
    ...thresholdsReached(written, terms),
    ...paymentFailed(written, terms),
    ...keysRevoked(written, terms),
  ];
}

/** The id of what is told of a customer: of its kind, and of what tells it from others of that kind. */
export function customerEventId(
  { paywall }: Pick<CustomerEventTerms, 'paywall'>,
  customer: string,
  type: CustomerEventType,
  ...what: readonly (string | number)[]
): string {
  return createHash('sha256')
    .update(JSON.stringify([paywall, customer, type, ...what]))
    .digest('hex')
    .slice(0, ID_LENGTH);
}

const ID_LENGTH = 32;

export function isoTime(time: EpochSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z');
}

function common(
  written: BalanceWritten,
  terms: CustomerEventTerms,
  type: CustomerEventType,
  ...what: readonly (string | number)[]
) {
  const { customer, at, after } = written;
  return {
    id: customerEventId(terms, customer, type, ...what),
    paywall: terms.paywall,
    customer,
    plan: after.balance.plan,
    at: isoTime(at),
  };
}

function remainingUnits({ after: { balance } }: BalanceWritten, { catalogue }: CustomerEventTerms): RemainingUnits {
  const { limit, remaining, resetsAt } = allowance(findPlan(catalogue, balance.plan), balance);
  return {
    limit: limit ?? null,
    remaining: remaining ?? null,
    resetsAt: resetsAt === undefined ? null : isoTime(resetsAt),
  };
}

function planChanged(written: BalanceWritten, terms: CustomerEventTerms): CustomerEvent[] {
  const previousPlan = written.before.balance.plan;
  if (previousPlan === written.after.balance.plan) {
    return [];
  }
  const detail = {
    ...common(written, terms, 'PlanChanged', written.id),
    previousPlan,
    ...remainingUnits(written, terms),
  };
  return [{ type: 'PlanChanged', detail }];
}

function quotaRestored(written: BalanceWritten, terms: CustomerEventTerms): CustomerEvent[] {
  const { before, after } = written;
  if (!isExhausted(before.balance) || isExhausted(after.balance) || isSettlement(written)) {
    return [];
  }
  const isSamePlan = before.balance.plan === after.balance.plan;
  const isSamePeriod = before.balance.periodStart === after.balance.periodStart;
  const detail = {
    ...common(written, terms, 'QuotaRestored', written.id),
    cause: isSamePlan ? (isSamePeriod ? ('units' as const) : ('period' as const)) : ('plan' as const),
    ...remainingUnits(written, terms),
  };
  return [{ type: 'QuotaRestored', detail }];
}

function thresholdsReached(written: BalanceWritten, terms: CustomerEventTerms): CustomerEvent[] {
  const { before, after } = written;
  const plan = findPlan(terms.catalogue, after.balance.plan);
  const used = usedUnits(plan, after.balance);
  const { units: limit } = plan.quota;
  if (used === undefined || limit === undefined) {
    return [];
  }
  const { periodStart } = after.balance;
  // Of another plan or period nothing was used before.
  const goesOn = before.balance.plan === after.balance.plan && before.balance.periodStart === periodStart;
  const usedBefore = goesOn ? (usedUnits(plan, before.balance) ?? 0) : 0;
  const hasReached = (units: number, threshold: number) => units * 100 >= limit * threshold;
  return terms.thresholds
    .filter((threshold) => hasReached(used, threshold) && !hasReached(usedBefore, threshold))
    .map((threshold) => {
      const what = [after.balance.plan, periodStart, threshold];
      return {
        type: 'QuotaThresholdReached',
        detail: {
          ...common(written, terms, 'QuotaThresholdReached', ...what),
          threshold,
          used,
          ...remainingUnits(written, terms),
          periodStart: isoTime(periodStart),
        },
      };
    });
}

/** The end of the time of grace is there also while the operator has suspended the customer. */
function paymentFailed(written: BalanceWritten, terms: CustomerEventTerms): CustomerEvent[] {
  const { graceEndsAt } = written.after.balance;
  if (graceEndsAt === undefined || written.before.balance.graceEndsAt !== undefined) {
    return [];
  }
  const detail = {
    ...common(written, terms, 'PaymentFailed', graceEndsAt),
    graceEndsAt: isoTime(graceEndsAt),
  };
  return [{ type: 'PaymentFailed', detail }];
}

/** A key whose time was over opens nothing, and is put away by and by. */
function keysRevoked(written: BalanceWritten, terms: CustomerEventTerms): CustomerEvent[] {
  const [before, after] = [written.before.balance, written.after.balance];
  const isOpen = (balance: Balance, keyId: string) =>
    balance.keys[keyId] !== undefined && (balance.keyExpiries[keyId] ?? NEVER) > written.at + CLOCK_TOLERANCE;
  return Object.keys(before.keys)
    .filter((keyId) => isOpen(before, keyId) && !isOpen(after, keyId))
    .map((keyId) => ({ type: 'KeyRevoked', detail: { ...common(written, terms, 'KeyRevoked', keyId), keyId } }));
}

/** Calls are refused that cost anything. */
function isExhausted({ remaining }: Balance): boolean {
  return remaining < 1;
}

/** What a call took too much of comes back: that is none of the customer's doing, and happens all the time. */
function isSettlement({ before, after }: BalanceWritten): boolean {
  return after.lastEntry !== before.lastEntry && after.lastEntry?.startsWith('settlement#') === true;
}

/** The plan's own units that are used up of this period; nothing where it has, or had, no limit. */
function usedUnits({ quota: { units: limit } }: PlanEntry, balance: Balance): number | undefined {
  const included = includedLeft(balance);
  return limit === undefined || isUnlimited(included) ? undefined : Math.max(0, limit - included);
}
