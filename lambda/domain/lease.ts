import type { Balance } from './balance';
import { EnvironmentEstimate, RecentRate } from './lease-estimates';

/** What an environment knows and holds of a customer. */
export interface Lease {
  /** As the store last answered; its `remaining` is what is left there. */
  balance?: Balance;
  /** When the store confirmed the customer; long ago where it refused since. */
  confirmedAt: number;
  /** Units that have left the store and are not spent. */
  held: number;
  /** Units that were held over the end of a period: bought ones, which no later end takes away. */
  kept: number;
  /** The last block that was taken. */
  block: number;
  /** When the store last refused for want of units. */
  refusedAt: number;
  /** When the caller was last told so, from the store or from memory. */
  toldAt: number;
  /** The store's refusals for want of units that came soon after another one, the first of them included. */
  refusals: number;
  /** Units by route that were spent from memory, and that no write has counted yet. */
  uncounted: Map<string, number>;
  readonly rate: RecentRate;
  readonly environments: EnvironmentEstimate;
}

export function newLease(): Lease {
  return {
    confirmedAt: Number.NEGATIVE_INFINITY,
    held: 0,
    kept: 0,
    block: 1,
    refusedAt: Number.NEGATIVE_INFINITY,
    toldAt: Number.NEGATIVE_INFINITY,
    refusals: 0,
    uncounted: new Map(),
    rate: new RecentRate(),
    environments: new EnvironmentEstimate(),
  };
}

/** The plan's units end with their period, wherever they are; bought ones, of which the last may be held, do not. */
export function endPeriod(lease: Lease): void {
  const { balance } = lease;
  if (balance !== undefined && balance.remaining >= balance.credits) {
    lease.held = Math.min(lease.held, lease.kept);
  }
  lease.kept = lease.held;
  lease.confirmedAt = Number.NEGATIVE_INFINITY;
}
