/** The part of an id that its time takes begins behind this many bits, as ids on AWS show. */
const SEQUENCE_BITS = 144n;

/** Ids of log events: 56 digits, each greater than the one before. */
export class EventIds {
  private last = 0n;

  constructor(private readonly clock: () => number) {}

  public next(): string {
    const now = BigInt(Math.floor(this.clock())) << SEQUENCE_BITS;
    this.last = now > this.last ? now : this.last + 1n;
    return String(this.last).padStart(56, '0');
  }
}
