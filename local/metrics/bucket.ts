/**
 * What was measured in a time, as far as a statistic of it can be asked for. Values are kept to three digits, so that a bucket does not grow
 * with what is measured; a percentile is as good as that.
 */
export class Bucket {
  private readonly counts = new Map<number, number>();
  private count = 0;
  private sum = 0;
  private minimum = Number.POSITIVE_INFINITY;
  private maximum = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.put(Number(value.toPrecision(3)), 1);
    this.count += 1;
    this.sum += value;
    this.minimum = Math.min(this.minimum, value);
    this.maximum = Math.max(this.maximum, value);
  }

  merge(other: Bucket): void {
    for (const [value, count] of other.counts) {
      this.put(value, count);
    }
    this.count += other.count;
    this.sum += other.sum;
    this.minimum = Math.min(this.minimum, other.minimum);
    this.maximum = Math.max(this.maximum, other.maximum);
  }

  /** Nothing where nothing was measured. */
  statistic(statistic: string): number | undefined {
    if (this.count === 0) {
      return undefined;
    }
    switch (statistic) {
      case 'Sum':
        return this.sum;
      case 'Average':
        return this.sum / this.count;
      case 'Minimum':
        return this.minimum;
      case 'Maximum':
        return this.maximum;
      case 'SampleCount':
        return this.count;
      default:
        return this.percentile(percentOf(statistic));
    }
  }

  private put(value: number, count: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + count);
  }

  /** The least value that so many per cent of all do not exceed. */
  private percentile(percent: number): number {
    let rank = Math.max(1, Math.ceil((percent / 100) * this.count));
    for (const value of [...this.counts.keys()].sort((a, b) => a - b)) {
      rank -= this.counts.get(value) ?? 0;
      if (rank <= 0) {
        return Math.min(value, this.maximum);
      }
    }
    return this.maximum;
  }
}

/** Of `p99`, or `p99.9`. */
function percentOf(statistic: string): number {
  const [, percent] = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic) ?? [];
  if (percent === undefined) {
    throw new RangeError(`the statistic ${statistic} is not computed here`);
  }
  return Number(percent);
}
