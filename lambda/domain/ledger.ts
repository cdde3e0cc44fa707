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
  /** The revision of the entitlement that it is. */
  readonly revision: number;
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
  /** What must hold of `remaining` when it is done, where calls that are served meanwhile make a difference. */
  readonly guard?: { readonly atLeast: number } | { readonly exactly: number };
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
  // Where it takes the last of them, a call that is served meanwhile would leave fewer to take.
  const isLast = taken === left && balance.remaining < balance.credits;
  return {
    remaining: -taken,
    credits: -taken,
    owed: units - taken,
    guard: isLast ? { exactly: balance.remaining } : { atLeast: taken },
  };
}
