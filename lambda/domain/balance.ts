import type { Catalogue, PlanEntry } from '../../lib/private/catalogue';
import { type EpochSeconds, NEVER } from './clock';
import { firstPeriod, periodAfter, type QuotaPeriod } from './period';

/**
 * - `active`: served.
 * - `grace`: a payment has failed; served until `graceEndsAt`.
 * - `suspended`: refused by the operator, whatever is paid. What payments say of the standing meanwhile holds once it is over.
 */
export type Standing = 'active' | 'grace' | 'suspended';

/**
 * What a customer may still spend.
 *
 * `remaining` holds both the plan's units and the bought ones, so that one decrement spends the plan's first and is split over
 * both where need be. `credits` tells how many of the remaining are bought, as of the last time that units were added: the
 * lesser of the two is what is left of them. A call that took more than was reserved for it can leave `remaining` below nothing:
 * whatever comes next pays for that first.
 */
export interface Balance {
  readonly plan: string;
  readonly standing: Standing;
  /** Set in `grace`, and in a suspension that gives way to it when it is over. */
  readonly graceEndsAt?: EpochSeconds;
  readonly remaining: number;
  readonly credits: number;
  /** Bought units whose money has gone back after they were spent: the next that are bought settle them first. */
  readonly owed: number;
  /**
   * Where the last roll-over, renewal or change of plan has put the beginning of the period. It tells billing periods apart; a
   * calendar's may have begun later.
   */
  readonly periodStart: EpochSeconds;
  readonly periodEnd: EpochSeconds;
  /** Signs the customer's checkout links. */
  readonly linkSecret: Uint8Array;
  /** Key id → SHA-256 of the key. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** When keys expire, by their ids; the others do not. */
  readonly keyExpiries: Readonly<Record<string, EpochSeconds>>;
  /** Values of the surrogate API keys that are the customer's own. */
  readonly surrogateKeys: readonly string[];
  /** What tokens have said of the plan, as it was last heeded. */
  readonly claimed?: { readonly plan: string; readonly at: EpochSeconds };
  /** Units of this period that were spent beyond what the plan includes, before the customer came to it from a larger one. */
  readonly shortfall?: number;
  /** Windows of other plans that a change of plan has left before their end, by what they are (`windowOf`). */
  readonly leftWindows?: Readonly<Record<string, LeftWindow>>;
}

export interface LeftWindow extends QuotaPeriod {
  /** Units of plans that were spent in it. */
  readonly spent: number;
}

/** What a customer begins with: no key of either kind. */
export type OpeningBalance = Omit<Balance, 'keys' | 'keyExpiries' | 'surrogateKeys'>;

/** Bought units that are left. They survive the period. */
export function creditsLeft(balance: Pick<Balance, 'remaining' | 'credits'>): number {
  return Math.max(0, Math.min(balance.remaining, balance.credits));
}

/** The plan's own units that are left of this period; below nothing, what is owed. */
export function includedLeft(balance: Balance): number {
  return balance.remaining - creditsLeft(balance);
}

/** How many of the units that a call has just taken were bought ones. */
export function boughtUnits(after: Balance, cost: number): number {
  return creditsLeft({ ...after, remaining: after.remaining + cost }) - creditsLeft(after);
}

/**
 * What a plan without a limit puts on the balance, so that its calls are spent by the same write as all others and never reach the
 * bought units. It is a thousand times the largest quota, is put there anew each month, and is shown nowhere: see `allowance`.
 */
const UNLIMITED = 10 ** 15;

/** The units that a period of the plan puts on the balance. */
export function periodUnits(plan: PlanEntry): number {
  return plan.quota.units ?? UNLIMITED;
}

/** Whether units are those of a plan without a limit. */
export function isUnlimited(units: number): boolean {
  return units > UNLIMITED / 2;
}

/** What a caller is told of the balance. Without a limit there is nothing to tell. */
export interface Allowance {
  /** Units a period. */
  readonly limit?: number;
  /** Units that are left, bought ones included. */
  readonly remaining?: number;
  /** The plan's own units that are left. */
  readonly included?: number;
  /** When the plan's units come back; absent where they never do. */
  readonly resetsAt?: EpochSeconds;
}

/** The balance as it may be shown. A quota that the plan has got since the period began is not in force yet. */
export function allowance(plan: PlanEntry, balance: Balance): Allowance {
  const included = includedLeft(balance);
  const { units: limit, period } = plan.quota;
  if (limit === undefined || isUnlimited(included)) {
    return {};
  }
  const resets = period !== 'once' && balance.periodEnd !== NEVER;
  const remaining = Math.max(0, balance.remaining);
  return { limit, remaining, included: Math.max(0, included), ...(resets && { resetsAt: balance.periodEnd }) };
}

/** The plan of that id; one that is sold no more is served as the default plan. */
export function findPlan(catalogue: Catalogue, id: string): PlanEntry {
  const plan =
    catalogue.plans.find((candidate) => candidate.id === id) ??
    catalogue.plans.find((candidate) => candidate.id === catalogue.defaultPlan);
  if (plan === undefined) {
    throw new Error(`the catalogue has no plan ${id}, and no default plan`);
  }
  return plan;
}

/** The balance as it stands at `now`, though nothing has been written since its period ended. */
export function asOf(balance: Balance, catalogue: Catalogue, now: EpochSeconds): Balance {
  if (now < balance.periodEnd) {
    return balance;
  }
  const plan = findPlan(catalogue, balance.plan);
  const { start, end } = periodAfter(plan, balance.periodEnd, now);
  return { ...inNextPeriod(balance, periodUnits(plan)), periodStart: start, periodEnd: end };
}

/** What a new period leaves: bought units stay, and so does what is owed; of the plan's own there are as many as it includes. */
export function inNextPeriod(balance: Balance, included: number): Balance {
  const carried = Math.min(balance.remaining, balance.credits);
  return { ...balance, remaining: carried + included, credits: Math.max(0, carried), shortfall: undefined };
}

/** The balance of a customer who has just come. */
export function openingBalance(plan: PlanEntry, now: EpochSeconds, linkSecret: Uint8Array): OpeningBalance {
  const { start, end } = firstPeriod(plan, now);
  return {
    plan: plan.id,
    standing: 'active',
    remaining: periodUnits(plan),
    credits: 0,
    owed: 0,
    periodStart: start,
    periodEnd: end,
    linkSecret,
  };
}
