/** Which free environment a call gets. What Lambda does is not documented; the two extremes are. */
export type Placement =
  /** The least recently used: load spreads over all of them, the worst case for what an environment holds. */
  | 'spread'
  /** The most recently used: as few as the load needs, the others stay cold. */
  | 'packed';

/** Lambda's execution environments: one call at a time each, no more than `limit`. */
export class Environments<T> {
  private readonly free: T[] = [];
  private created = 0;

  constructor(
    private readonly limit: number,
    private readonly placement: Placement,
    private readonly create: () => T,
  ) {}

  /** Starts all of them, as under a load that has been there for a while. */
  warm(): void {
    while (this.created < this.limit) {
      this.free.push(this.start());
    }
  }

  /** An environment for one call; nothing where each is busy, and Lambda answers 429. */
  acquire(): T | undefined {
    const free = this.placement === 'spread' ? this.free.shift() : this.free.pop();
    return free ?? (this.created < this.limit ? this.start() : undefined);
  }

  /** Those that are free: all of them, once no call is under way. */
  get idle(): readonly T[] {
    return this.free;
  }

  release(environment: T): void {
    this.free.push(environment);
  }

  /** Ends one that is free, without notice, and starts another in its place. */
  kill(index: number): T | undefined {
    const [dead] = this.free.splice(index % Math.max(1, this.free.length), 1);
    if (dead !== undefined) {
      this.free.unshift(this.create());
    }
    return dead;
  }

  private start(): T {
    this.created++;
    return this.create();
  }
}
