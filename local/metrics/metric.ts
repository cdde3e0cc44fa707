/** What a metric is known by. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What was measured at a time. */
export interface Measurement extends MetricId {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly values: readonly number[];
  readonly unit?: string;
}

/** The same for dimensions in any order, as CloudWatch does not order them. */
export function metricKey({ namespace, name, dimensions }: MetricId): string {
  const pairs = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, ...pairs.flat()]);
}
