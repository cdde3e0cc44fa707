import { Bucket } from './bucket';
import { type Measurement, type MetricId, metricKey } from './metric';

/** A value for each period, from the first on; nothing where nothing was measured. */
export type Series = readonly (number | undefined)[];

/** What is looked at: so many periods from a time on. */
export interface Window {
  /** Milliseconds since the epoch: a multiple of ten seconds. */
  readonly start: number;
  /** Seconds. */
  readonly period: number;
  readonly periods: number;
}

/** How long buckets are, and how long they are kept, in milliseconds: the nearer the finer. */
const TIERS = [
  { size: 10_000, kept: 3_600_000 },
  { size: 60_000, kept: 86_400_000 },
] as const;

/** A paywall has some fifty; what has no end of them is a dimension of many values. */
const MAX_METRICS = 1_000;

interface Kept {
  readonly id: MetricId;
  unit?: string;
  readonly tiers: readonly Map<number, Bucket>[];
}

/** The metrics of a local gateway, in memory and bounded: what is over the bound is not kept, and counted. */
export class MetricStore {
  private readonly metrics = new Map<string, Kept>();
  /** Metrics that there was no room for. */
  dropped = 0;

  put(measurement: Measurement): void {
    const kept = this.keptFor(measurement);
    if (kept === undefined) {
      this.dropped++;
      return;
    }
    kept.unit ??= measurement.unit;
    kept.tiers.forEach((buckets, index) => {
      const { size, kept: keptMillis } = TIERS[index] as (typeof TIERS)[number];
      const bucket = bucketAt(buckets, Math.floor(measurement.at / size) * size, keptMillis);
      for (const value of measurement.values) {
        bucket.add(value);
      }
    });
  }

  /** All that there are, by name. */
  get all(): readonly (MetricId & { readonly unit?: string })[] {
    return [...this.metrics.values()]
      .map(({ id, unit }) => ({ ...id, unit }))
      .sort((a, b) => (metricKey(a) < metricKey(b) ? -1 : 1));
  }

  /** @throws RangeError on a statistic that is none of CloudWatch's plain ones */
  series(id: MetricId, statistic: string, { start, period, periods }: Window): Series {
    const millis = period * 1_000;
    const kept = this.metrics.get(metricKey(id));
    // Whole minutes need no finer buckets, and these are kept for longer.
    const tier = millis % TIERS[1].size === 0 && start % TIERS[1].size === 0 ? 1 : 0;
    const merged = Array.from({ length: periods }, () => new Bucket());
    for (const [at, bucket] of kept?.tiers[tier] ?? []) {
      merged[Math.floor((at - start) / millis)]?.merge(bucket);
    }
    return merged.map((bucket) => bucket.statistic(statistic));
  }

  private keptFor(measurement: Measurement): Kept | undefined {
    const key = metricKey(measurement);
    const known = this.metrics.get(key);
    if (known !== undefined || this.metrics.size >= MAX_METRICS) {
      return known;
    }
    const { namespace, name, dimensions } = measurement;
    const kept: Kept = { id: { namespace, name, dimensions }, tiers: TIERS.map(() => new Map()) };
    this.metrics.set(key, kept);
    return kept;
  }
}

function bucketAt(buckets: Map<number, Bucket>, start: number, keptMillis: number): Bucket {
  const known = buckets.get(start);
  if (known !== undefined) {
    return known;
  }
  const bucket = new Bucket();
  buckets.set(start, bucket);
  for (const at of buckets.keys()) {
    if (at <= start - keptMillis) {
      buckets.delete(at);
    }
  }
  return bucket;
}
