import type { Catalogue } from '../../lib/private/catalogue';
import { type Balance, findPlan, periodUnits } from './balance';
import { type Clock, type EpochSeconds, NEVER } from './clock';
import type { TokenCustomers } from './customers';
import { periodAfter } from './period';
import { isHeeded, newcomersBalance, type PlanClaim, withClaim } from './plan-claim';
import type { RouteUnits } from './usage';

/** One call that wants to be served. */
export interface ChargeRequest {
  readonly customer: string;
  readonly credential: Credential;
  readonly cost: number;
  /** The ids of the plans that include the route; every plan does where it is absent. */
  readonly plans?: readonly string[];
  /** What a token says of the plan; absent where it says nothing that counts. */
  readonly claim?: PlanClaim;
  /** `GET /forecast/{city}`, under which the units are counted; they are not where it is absent. */
  readonly route?: string;
  /** What the write counts; `cost` under `route` where it is absent. */
  readonly counted?: Counted;
}

/** What is counted by a write that takes more or less than its call costs. */
export interface Counted {
  /** Units of the call: no more than the write takes, so that what is taken once is never counted twice. */
  readonly units: number;
  /** Units of calls that were served before, by route. Left out where it is not known whether a first attempt has counted them. */
  readonly carried: RouteUnits;
}

/** By what the caller shows to be the customer: a key, which the store judges, or a token, which was verified before. */
export type Credential = KeyCredential | 'token';

export interface KeyCredential {
  readonly keyId: string;
  /** SHA-256 of the key that the caller sent. */
  readonly keyHash: Uint8Array;
}

/** What the quota engine needs of a store. Each method is one atomic write. */
export interface SpendingStore {
  /**
   * Takes `cost` from the balance, if the key is the customer's, the standing good, what a token says of the plan heeded, the route
   * in the plan, the period not over and the units there; answers with the balance after it. Else it changes nothing, and answers with
   * the balance as it is.
   */
  spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome>;

  /**
   * Starts the period from `ended` to `next` in place of the one that ended at `ended`, unless another call has done so: the bought
   * units that are left stay, and `included` units are put beside them.
   */
  rollOver(customer: string, ended: EpochSeconds, included: number, next: EpochSeconds): Promise<void>;

  /** Has the customer's next call decided anew, whatever is remembered of one that was refused. Absent where nothing is. */
  forgetRefusal?(customer: string): void;
}

/** The store takes no more writes of this balance for now; nothing was written. */
export class StoreBusyError extends Error {
  public override readonly name = 'StoreBusyError';
}

export type SpendOutcome =
  | {
      readonly spent: true;
      readonly balance: Balance;
      /** Whether the store was not asked, as the units had been taken in advance. */
      readonly leased?: boolean;
    }
  | {
      readonly spent: false;
      readonly balance: Balance | undefined;
      /** Whether it is not known if a first attempt was done, after which the units were not there for a second. */
      readonly isUncertain?: boolean;
    };

export type PaymentReason = 'quota_exhausted' | 'payment_failed' | 'route_not_in_plan';

export type Decision =
  | { readonly kind: 'granted'; readonly balance: Balance; readonly leased?: boolean }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'payment_required'; readonly reason: PaymentReason; readonly balance: Balance };

/** What is to be done first, and then the call can be decided. */
type Pending =
  | { readonly kind: 'period_over'; readonly balance: Balance }
  | { readonly kind: 'plan_claimed'; readonly balance: Balance; readonly claim: PlanClaim };

type Refusal = Exclude<Decision, { kind: 'granted' }> | Pending;

/** Who comes with a token. */
export interface Tokens {
  readonly customers: TokenCustomers;
  readonly newLinkSecret: () => Uint8Array;
}

/** A call meets at most two ends of periods; the rest is room for other calls that roll the same period over. */
const MAX_ATTEMPTS = 4;

/**
 * Decides one call: one write when it is served or refused, three when it is the first after the end of a period, the first of all by a
 * token, or the first by one that names another plan.
 *
 * A period is rolled over by its end as it is stored, to one that ends after `now`: of two environments whose clocks differ, the
 * fast one does it and the slow one finds it done.
 */
export async function charge(
  store: SpendingStore,
  catalogue: Catalogue,
  request: ChargeRequest,
  clock: Clock,
  tokens?: Tokens,
): Promise<Decision> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const now = clock();
    // A balance that keeps changing is served under the plan that it has, rather than refused; the next call brings the other plan.
    const wanted = attempt === MAX_ATTEMPTS ? { ...request, claim: undefined } : request;
    const outcome = await store.spend(wanted, now);
    if (outcome.spent) {
      return { kind: 'granted', balance: outcome.balance, leased: outcome.leased };
    }
    if (outcome.balance === undefined && request.credential === 'token' && tokens !== undefined) {
      const opening = newcomersBalance(catalogue, request.claim, now, tokens.newLinkSecret());
      await tokens.customers.open(request.customer, opening);
      continue;
    }
    const refusal = explain(outcome.balance, wanted, now);
    if (refusal === undefined) {
      continue;
    }
    if (refusal.kind === 'plan_claimed') {
      const next = withClaim(refusal.balance, refusal.claim, catalogue, now);
      await tokens?.customers.replace(request.customer, refusal.balance, next);
      continue;
    }
    if (refusal.kind !== 'period_over' && !isOfAnOldLimit(refusal, catalogue)) {
      return refusal;
    }
    const plan = findPlan(catalogue, refusal.balance.plan);
    const ended = refusal.balance.periodEnd;
    const { start, end } = periodAfter(plan, ended, now);
    // Where billing periods have gone by unseen, the next attempt finds the last of them over, and starts the one of today there.
    await store.rollOver(request.customer, ended, periodUnits(plan), start > ended ? start : end);
  }
  throw new Error(`the balance of customer ${request.customer} kept changing under ${MAX_ATTEMPTS} attempts to spend`);
}

/** Why a store refused to spend; nothing where the balance would now allow it. */
export function explain(balance: Balance | undefined, request: ChargeRequest, now: EpochSeconds): Refusal | undefined {
  if (balance === undefined || !isAuthentic(balance, request.credential, now)) {
    return { kind: 'unauthorized' };
  }
  if (balance.standing === 'suspended') {
    return { kind: 'suspended' };
  }
  if (balance.standing === 'grace' && now >= (balance.graceEndsAt ?? 0)) {
    return { kind: 'payment_required', reason: 'payment_failed', balance };
  }
  if (request.claim !== undefined && !isHeeded(balance, request.claim)) {
    // The period first: a change of plan counts what was spent in one that is running.
    return now >= balance.periodEnd
      ? { kind: 'period_over', balance }
      : { kind: 'plan_claimed', balance, claim: request.claim };
  }
  if (request.plans !== undefined && !request.plans.includes(balance.plan)) {
    return { kind: 'payment_required', reason: 'route_not_in_plan', balance };
  }
  if (now >= balance.periodEnd) {
    return { kind: 'period_over', balance };
  }
  // Who owes units may still call what costs nothing.
  return request.cost > 0 && balance.remaining < request.cost
    ? { kind: 'payment_required', reason: 'quota_exhausted', balance }
    : undefined;
}

/** Whether the credential is the customer's: a key that is his and has not expired, or a token. */
export function isAuthentic(balance: Balance, credential: Credential, now: EpochSeconds): boolean {
  if (credential === 'token') {
    return true;
  }
  const { keyId, keyHash } = credential;
  const [known, expiry = NEVER] = [balance.keys[keyId], balance.keyExpiries[keyId]];
  return known !== undefined && sameBytes(known, keyHash) && now < expiry;
}

/** Whether the units are used up that the plan had before its limit was taken off, in a period that began before. */
function isOfAnOldLimit(
  refusal: Refusal,
  catalogue: Catalogue,
): refusal is Extract<Refusal, { kind: 'payment_required' }> {
  return (
    refusal.kind === 'payment_required' &&
    refusal.reason === 'quota_exhausted' &&
    findPlan(catalogue, refusal.balance.plan).quota.units === undefined
  );
}

/** In constant time for equal lengths, so that an answer's delay tells nothing of a stored hash. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) {
    difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  }
  return difference === 0;
}
