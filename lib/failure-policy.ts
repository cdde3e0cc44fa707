import { requireInteger } from './private/validation';

/** Options of `FailurePolicy.open`. */
export interface FailOpenOptions {
  /**
   * Calls a minute that each customer is served without the store, at each execution environment of the authorizer, between 1
   * and 10^6.
   *
   * @default 60
   */
  readonly callsPerMinute?: number;
}

/** What becomes of calls while the store cannot answer. */
export class FailurePolicy {
  /** They are refused, with 503 and `Retry-After`: nothing is served that is not paid for. */
  public static closed(): FailurePolicy {
    return new FailurePolicy(undefined);
  }

  /**
   * Customers whom the store has confirmed within the last 15 minutes are served, a bounded number of calls each. These are counted
   * in the metric `FailOpenCalls`, and charged by the first write that works again; what an environment has not charged when it
   * ends is given away. Strangers, and those who had nothing left, are refused.
   */
  public static open(options: FailOpenOptions = {}): FailurePolicy {
    const callsPerMinute = options.callsPerMinute ?? 60;
    requireInteger('FailurePolicy.open: callsPerMinute', callsPerMinute, 1, 1_000_000);
    return new FailurePolicy(callsPerMinute);
  }

  private constructor(private readonly callsPerMinute: number | undefined) {}

  /**
   * As the authorizer reads it.
   *
   * @internal
   */
  public _render(): Record<string, number> {
    return this.callsPerMinute === undefined ? {} : { openCallsPerMinute: this.callsPerMinute };
  }
}
