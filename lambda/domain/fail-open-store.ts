import type { Balance } from './balance';
import { type ChargeRequest, explain, type SpendingStore, type SpendOutcome } from './charge';
import type { EpochSeconds } from './clock';

export interface FailOpenOptions {
  /** Calls a minute that a customer is served without the store, at one execution environment. */
  readonly callsPerMinute: number;
  /** Told of each such call, for a metric. */
  readonly onOpen: () => void;
}

/** Seconds after which a customer whom the store has confirmed is a stranger again. */
const KNOWN_LIFE = 900;

const MINUTE = 60;

/** Customers that are remembered; the one that has not called for the longest is forgotten first. */
const MAX_CUSTOMERS = 10_000;

/** One object for as long as the customer is known: calls that run side by side add to the same debt. */
interface Known {
  balance: Balance;
  confirmedAt: EpochSeconds;
  minute: number;
  calls: number;
  /** Units of calls that were served and are not charged yet. */
  debt: number;
}

/**
 * Serves known customers while the store cannot answer: a bounded number of calls each, whose units are charged by the first write
 * that works again. A stranger, and whoever had nothing left, is refused with the store's own error.
 */
export class FailOpenStore implements SpendingStore {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly inner: SpendingStore,
    private readonly options: FailOpenOptions,
  ) {}

  public async spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome> {
    const known = this.known.get(request.customer);
    const debt = known?.debt ?? 0;
    if (known !== undefined) {
      // Out of the debt before the write: another call of this environment must not charge it too.
      known.debt = 0;
    }
    try {
      const outcome = await this.settle(request, debt, now);
      this.remember(request.customer, outcome, now);
      return outcome;
    } catch (error) {
      if (known !== undefined) {
        known.debt += debt;
      }
      if (known === undefined || !this.admits(known, request, now)) {
        throw error;
      }
      known.debt += request.cost;
      known.calls += 1;
      this.options.onOpen();
      return { spent: true, balance: known.balance };
    }
  }

  public rollOver(customer: string, ended: EpochSeconds, included: number, next: EpochSeconds): Promise<void> {
    return this.inner.rollOver(customer, ended, included, next);
  }

  public forgetRefusal(customer: string): void {
    this.inner.forgetRefusal?.(customer);
  }

  /** Charges the call and what is owed; the call alone where that is too much, and what is owed waits. */
  private async settle(request: ChargeRequest, debt: number, now: EpochSeconds): Promise<SpendOutcome> {
    if (debt === 0) {
      return this.inner.spend(request, now);
    }
    const both = await this.inner.spend({ ...request, cost: request.cost + debt }, now);
    if (both.spent) {
      return both;
    }
    const alone = explain(both.balance, request, now) === undefined ? await this.inner.spend(request, now) : both;
    // Now, and not before: whoever catches an error of the write above owes it again already.
    this.owe(request.customer, debt);
    return alone;
  }

  private owe(customer: string, units: number): void {
    const known = this.known.get(customer);
    if (known !== undefined) {
      known.debt += units;
    }
  }

  private admits(known: Known, request: ChargeRequest, now: EpochSeconds): boolean {
    const minute = Math.floor(now / MINUTE);
    if (known.minute !== minute) {
      known.minute = minute;
      known.calls = 0;
    }
    const balance = { ...known.balance, remaining: known.balance.remaining - known.debt };
    const refusal = explain(balance, request, now);
    return (
      now - known.confirmedAt < KNOWN_LIFE &&
      known.calls < this.options.callsPerMinute &&
      // A period that ends while the store is away, or a new plan, brings units of which only the store can tell.
      (refusal === undefined || refusal.kind === 'period_over' || refusal.kind === 'plan_claimed')
    );
  }

  private remember(customer: string, outcome: SpendOutcome, now: EpochSeconds): void {
    const known = this.known.get(customer);
    if (!outcome.spent) {
      if (outcome.balance === undefined) {
        this.known.delete(customer);
      } else if (known !== undefined) {
        known.balance = outcome.balance;
      }
      return;
    }
    // Deleted and set again: a map's first entry is the one that has not been used for the longest.
    this.known.delete(customer);
    const entry = known ?? { balance: outcome.balance, confirmedAt: now, minute: 0, calls: 0, debt: 0 };
    entry.balance = outcome.balance;
    entry.confirmedAt = now;
    this.known.set(customer, entry);
    const [oldest] = this.known.size > MAX_CUSTOMERS ? this.known.keys() : [];
    if (oldest !== undefined) {
      this.known.delete(oldest);
    }
  }
}
