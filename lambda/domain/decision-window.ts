import type { Money } from './blocked-revenue';
import type { PaymentReason } from './charge';
import { Reservoir } from './reservoir';

/** A call of a known caller, as it was decided. */
export type DecidedCall = {
  readonly customer: string;
  /** Units that it costs. */
  readonly cost: number;
} & (
  | { readonly outcome: 'suspended' }
  | (OfPlan & {
      readonly outcome: 'granted';
      /** Whether it was served from units that had been taken in advance, without asking the store. */
      readonly leased: boolean;
    })
  | (OfPlan & {
      readonly outcome: 'payment_required';
      readonly reason: PaymentReason;
      /** What its units would have cost. */
      readonly blocked?: Money;
    })
);

interface OfPlan {
  /** Its id. */
  readonly plan: string;
  /** Units that are left; absent where there is no limit. */
  readonly remaining?: number;
}

/** A call whose caller is not known, or that could not be decided. */
export type UndecidedOutcome = 'unauthorized' | 'failed';

/** What has come of calls since the batch before. */
export interface DecisionBatch extends Readonly<Counts> {
  /** When the last of them was decided, in milliseconds since the epoch. */
  readonly at: number;
  readonly refusals: readonly Readonly<Refusals>[];
  /** One of each currency. */
  readonly blocked: readonly Money[];
  /** Milliseconds, of every call; of more than `MAX_LATENCIES`, of a sample of them. */
  readonly latencies: readonly number[];
}

interface Counts {
  /** Of known callers, decided one way or the other. */
  calls: number;
  /** Units of those that were served. */
  units: number;
  leasedCalls: number;
  unauthorized: number;
  failed: number;
  failOpenCalls: number;
  storeRetries: number;
}

/** Calls that are to be paid for. */
interface Refusals {
  readonly reason: PaymentReason;
  readonly plan: string;
  calls: number;
}

/** As many values as a metric may have in a line of the embedded metric format. */
export const MAX_LATENCIES = 100;

/** Milliseconds between two batches of an environment that is called all the time. */
export const WINDOW = 10_000;

/**
 * Counts what comes of calls, and hands it on in batches: with the first call that is decided when the last batch is a window old, that
 * call included. So a lone call is told at once, and a busy environment tells of many calls together. What a pause has held up goes
 * before it, under its own time.
 */
export class DecisionWindow {
  private told = Number.NEGATIVE_INFINITY;
  private last = Number.NEGATIVE_INFINITY;
  private isPending = false;
  private counts = noCounts();
  private readonly refusals = new Map<string, Refusals>();
  private readonly blocked = new Map<string, number>();
  private readonly latencies: Reservoir;

  /** @param random in [0, 1) */
  constructor(
    private readonly write: (batch: DecisionBatch) => void,
    random: () => number,
  ) {
    this.latencies = new Reservoir(MAX_LATENCIES, random);
  }

  /** Before the call that it was for is noted. */
  public countFailOpenCall(): void {
    this.counts.failOpenCalls++;
  }

  /** Before the call that it was for is noted. */
  public countStoreRetry(): void {
    this.counts.storeRetries++;
  }

  /**
   * @param latency milliseconds that the answer took
   * @param now milliseconds since the epoch; a clock that was set back ends the window
   */
  public note(call: DecidedCall | UndecidedOutcome, latency: number, now: number): void {
    if (this.isPending && Math.abs(now - this.last) >= WINDOW) {
      this.flush();
    }
    this.add(call);
    this.latencies.add(latency);
    this.isPending = true;
    this.last = now;
    if (Math.abs(now - this.told) >= WINDOW) {
      this.told = now;
      this.flush();
    }
  }

  private add(call: DecidedCall | UndecidedOutcome): void {
    const { counts } = this;
    if (typeof call === 'string') {
      counts[call]++;
      return;
    }
    counts.calls++;
    if (call.outcome === 'granted') {
      counts.units += call.cost;
      counts.leasedCalls += call.leased ? 1 : 0;
    } else if (call.outcome === 'payment_required') {
      this.addRefusal(call);
    }
  }

  private addRefusal({ reason, plan, blocked }: Extract<DecidedCall, { outcome: 'payment_required' }>): void {
    const name = `${reason} ${plan}`;
    const refusals = this.refusals.get(name) ?? { reason, plan, calls: 0 };
    refusals.calls++;
    this.refusals.set(name, refusals);
    if (blocked !== undefined) {
      this.blocked.set(blocked.currency, (this.blocked.get(blocked.currency) ?? 0) + blocked.amount);
    }
  }

  /** Everything is put back to nothing first: what cannot be written is not told twice. */
  private flush(): void {
    const batch: DecisionBatch = {
      ...this.counts,
      at: this.last,
      refusals: [...this.refusals.values()],
      blocked: [...this.blocked].map(([currency, amount]) => ({ currency, amount })),
      latencies: this.latencies.drain(),
    };
    this.isPending = false;
    this.counts = noCounts();
    this.refusals.clear();
    this.blocked.clear();
    this.write(batch);
  }
}

function noCounts(): Counts {
  return { calls: 0, units: 0, leasedCalls: 0, unauthorized: 0, failed: 0, failOpenCalls: 0, storeRetries: 0 };
}
