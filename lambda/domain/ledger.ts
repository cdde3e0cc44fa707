import type { EpochSeconds } from './clock';

/** What an entry does to a balance: units that come onto it, or go off it, and how many of them count as bought. */
export interface UnitChange {
  readonly units: number;
  readonly credits: number;
}

/** One grant, give-back or later charge: written before it is done, done once, and never changed. */
export interface LedgerEntry extends UnitChange {
  readonly id: string;
  /** `settlement`: calls that cost something else than they were charged. */
  readonly kind: 'top_up' | 'settlement';
  /**
   * Set where the units were taken from a period's: then they go back there. Once it is over the plan's own units have lapsed, and
   * what is left to do is `afterwards`.
   */
  readonly period?: { readonly start: EpochSeconds; readonly afterwards: UnitChange };
}

/** What the entry does to a balance that is in the period which began at `periodStart`. */
export function changeOf(entry: LedgerEntry, periodStart: EpochSeconds): UnitChange {
  const { period } = entry;
  return period === undefined || period.start === periodStart ? entry : period.afterwards;
}
