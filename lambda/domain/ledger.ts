import { type Balance, creditsLeft } from './balance';
import type { EpochSeconds } from './clock';
import { earliestBeginning, type QuotaPeriod } from './period';

/** What changes a balance beside the calls themselves: written before it is done, done once, and never changed. */
export type LedgerEntry = UnitsEntry | PeriodEntry;

/** Units that come and go. */
export type UnitsEntry = Grant | Clawback | SettlementEntry;

/** Plans and their periods. */
export type PeriodEntry = PlanStep | Renewal;

/**
 * Units that are the customer's to keep, over the end of the period: bought (`top_up`), given by the operator (`grant`), or given
 * back after a dispute was won or a refund has failed (`restored`). What he owes is settled by them first.
 */
export interface Grant {
  readonly kind: 'top_up' | 'grant' | 'restored';
  readonly id: string;
  readonly units: number;
  /** What the operator has to say about it. */
  readonly reason?: string;
  /** Who has given them, as he names himself. */
  readonly by?: string;
}

/** Bought units whose money has gone back: they are taken as far as they are unspent, and the rest is owed. */
export interface Clawback {
  readonly kind: 'clawback';
  readonly id: string;
  readonly units: number;
}

/** Calls of one period that cost something else than they were charged. */
export interface SettlementEntry {
  readonly kind: 'settlement';
  readonly id: string;
  /** Units that come back; below nothing, that are charged. */
  readonly units: number;
  readonly period: {
    readonly start: EpochSeconds;
    /** What is left to do once the period is over, and the plan's own units have lapsed. */
    readonly afterwards: { readonly units: number; readonly credits: number };
  };
  /** Units that the history of use counts as well, by the routes' codes; below nothing, that it takes back. */
  readonly used?: Readonly<Record<string, number>>;
}

/** The entry of the units that a Checkout Session has sold. */
export function topUpEntry(session: string): string {
  return `checkout_session#${session}`;
}

/** The entry of the units that a PaymentIntent has paid for without a Checkout Session. */
export function paymentIntentEntry(intent: string): string {
  return `payment_intent#${intent}`;
}

/** An entry as the ledger keeps it. */
export interface LedgerRecord {
  readonly id: string;
  readonly kind: LedgerEntry['kind'];
  readonly units: number;
  /** The plan that has begun, or whose period has. */
  readonly plan?: string;
  readonly reason?: string;
  readonly by?: string;
  /** `pending`: it is written, and not on the balance yet; `void`: it was of no consequence by the time that it came to the balance. */
  readonly state: 'pending' | 'applied' | 'void';
  /** ISO 8601, to the second. */
  readonly createdAt: string;
}

/** The ledger, as the operator reads it. */
export interface LedgerReader {
  find(customer: string, id: string): Promise<LedgerRecord | undefined>;

  /** The newest entries, in the order of time; of those before an entry, where one is given. */
  newest(customer: string, limit: number, before?: LedgerRecord): Promise<readonly LedgerRecord[]>;
}

/** The order of time; entries of one second are told apart by their ids. */
export function byTime(left: LedgerRecord, right: LedgerRecord): number {
  return compare(left.createdAt, right.createdAt) || compare(left.id, right.id);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** A customer is put on a plan, because of a subscription or its end. */
export interface PlanStep {
  readonly kind: 'plan';
  readonly id: string;
  /** The plan before. */
  readonly from: string;
  readonly plan: string;
  /** The plan's own units that its period begins with; by how many they change, where the present period goes on. */
  readonly units: number;
  /** Absent where the present one goes on. */
  readonly period?: QuotaPeriod;
  /** Units of smaller plans of this window that were spent by a larger one before: what the next larger one makes up for first. */
  readonly shortfall?: number;
  /** Where a period begins, though none was bought: what is left of the one before is kept for his return. */
  readonly setsAside?: boolean;
  /** The plans whose windows go on with this one, of those that were set aside. */
  readonly resumes?: readonly string[];
  /** The revision of the entitlement that it is; absent where an operator has moved the customer. */
  readonly revision?: number;
}

/** What a customer has left of a plan that he has gone from in the middle of its period; below nothing, a shortfall. */
export interface AsideUnits {
  readonly units: number;
  /** When the plan's units come back. */
  readonly until: EpochSeconds;
}

/** A period of a subscription to `plan`, as Stripe has it. */
export interface Renewal {
  readonly kind: 'renewal';
  readonly id: string;
  readonly plan: string;
  readonly units: number;
  readonly period: QuotaPeriod;
}

/** Whether a renewal's period is yet to begin on the balance; it is nothing to a customer who is on another plan. */
export function isNewPeriod(
  { plan, period }: Renewal,
  balance: Pick<Balance, 'plan' | 'periodStart' | 'periodEnd'>,
): boolean {
  const isLater = balance.periodEnd <= period.start || balance.periodStart < earliestBeginning(period);
  return balance.plan === plan && isLater;
}

/** What an entry does to a balance as it was read. */
export interface BalanceChange {
  readonly remaining: number;
  readonly credits: number;
  readonly owed: number;
  /**
   * What must hold of `remaining` when it is done, where calls that are served meanwhile make a difference. Under `allOf`, the change
   * follows what they leave: as many units as are left are taken, of so many at most, and the others of these are owed.
   */
  readonly guard?: { readonly atLeast: number } | { readonly allOf: number };
}

export function changeOf(
  entry: UnitsEntry,
  balance: Pick<Balance, 'remaining' | 'credits' | 'owed' | 'periodStart'>,
): BalanceChange {
  switch (entry.kind) {
    case 'settlement':
      return settlementChange(entry, balance.periodStart);
    case 'clawback':
      return clawbackChange(entry.units, balance);
    default: {
      const settled = Math.min(balance.owed, entry.units);
      return { remaining: entry.units - settled, credits: entry.units - settled, owed: -settled };
    }
  }
}

function settlementChange({ units, period }: SettlementEntry, periodStart: EpochSeconds): BalanceChange {
  return period.start === periodStart
    ? { remaining: units, credits: 0, owed: 0 }
    : { remaining: period.afterwards.units, credits: period.afterwards.credits, owed: 0 };
}

function clawbackChange(units: number, balance: Pick<Balance, 'remaining' | 'credits'>): BalanceChange {
  const left = creditsLeft(balance);
  const taken = Math.min(units, left);
  // The last of them, of which calls that are served meanwhile take some: whoever calls all the time must not hold it up.
  const isLast = taken === left && balance.remaining < balance.credits;
  const guard = isLast ? { allOf: units } : { atLeast: taken };
  return { remaining: -taken, credits: -taken, owed: units - taken, ...(taken > 0 && { guard }) };
}
