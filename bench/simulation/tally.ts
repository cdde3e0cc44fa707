import type { Verdict } from '../engines/engine';

/** What came of the calls of one group of customers. */
export class Tally {
  readonly counts: Record<Verdict, number> = { granted: 0, refused: 0, failed: 0 };
  private readonly waits: number[] = [];

  /** `wait` is what the call waited for its decision; none where it never got to an execution environment. */
  add(verdict: Verdict, wait?: number): void {
    this.counts[verdict]++;
    if (wait !== undefined) {
      this.waits.push(wait);
    }
  }

  get decisions(): number {
    return this.counts.granted + this.counts.refused + this.counts.failed;
  }

  get failedPercent(): number {
    return (100 * this.counts.failed) / Math.max(1, this.decisions);
  }

  /** Milliseconds added to a call, whatever was decided; nothing where no call was decided. */
  wait(quantile: number): number {
    return quantileOf(this.waits, quantile);
  }
}

export function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? 0;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
