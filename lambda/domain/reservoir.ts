/** All of the values that come, up to so many; of more of them, a sample in which each is as likely as any other. */
export class Reservoir {
  private values: number[] = [];
  private seen = 0;

  /** @param random in [0, 1) */
  constructor(
    private readonly most: number,
    private readonly random: () => number,
  ) {}

  public add(value: number): void {
    this.seen++;
    if (this.values.length < this.most) {
      this.values.push(value);
      return;
    }
    const place = Math.floor(this.random() * this.seen);
    if (place < this.most) {
      this.values[place] = value;
    }
  }

  /** What it holds; it is empty after that. */
  public drain(): readonly number[] {
    const { values } = this;
    this.values = [];
    this.seen = 0;
    return values;
  }
}
