/** Calls that a rate is told from: few, so that it is known after two, and follows within moments. */
const CALLS = 16;

/** Milliseconds after which a call is no longer recent. */
const RECENT = 2_000;

/** How fast a caller has been spending lately, at this environment. */
export class RecentRate {
  private readonly calls: { readonly at: number; readonly units: number }[] = [];

  public add(at: number, units: number): void {
    this.calls.push({ at, units });
    if (this.calls.length > CALLS) {
      this.calls.shift();
    }
  }

  /** Units a second; 0 for whoever has called once. */
  public perSecond(now: number): number {
    const recent = this.calls.filter(({ at }) => now - at < RECENT);
    const [first] = recent;
    if (first === undefined || recent.length < 2) {
      return 0;
    }
    const units = recent.reduce((sum, call) => sum + call.units, -first.units);
    return (units / Math.max(1, now - first.at)) * 1_000;
  }
}

/** What an observation of long ago still counts for after one more. */
const MEMORY = 0.7;

/**
 * How many environments spend of one balance, as one of them can tell: from how much others took between two writes of its own,
 * against what it took itself.
 */
export class EnvironmentEstimate {
  private remaining: number | undefined;
  private own = 0;
  private others = 0;

  /** Notes a write of one's own, and what it left. */
  public observe(remaining: number, taken: number): void {
    const before = this.remaining === undefined ? undefined : this.remaining - taken - remaining;
    this.remaining = remaining;
    // Less than nothing is a payment or a new period, of which nothing can be learnt.
    if (before !== undefined && before >= 0) {
      this.own = this.own * MEMORY + taken;
      this.others = this.others * MEMORY + before;
    }
  }

  public count(): number {
    return this.own === 0 ? 1 : 1 + this.others / this.own;
  }
}
