/** A capacity of `rate` a second; up to `burst` of it may be saved. */
export class TokenBucket {
  private tokens: number;
  private at = 0;

  constructor(
    private readonly rate: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** Takes so many at `now` (milliseconds), or nothing. */
  take(count: number, now: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.at) / 1000) * this.rate);
    this.at = now;
    if (this.tokens < count) {
      return false;
    }
    this.tokens -= count;
    return true;
  }
}
