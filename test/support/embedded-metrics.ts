import type { LogLine } from './log-lines';

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

const UNITS = ['Count', 'Milliseconds', 'None'];

/**
 * What of a line the specification of CloudWatch's embedded metric format does not admit; CloudWatch itself says nothing of it where it
 * leaves a line out. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfProblems(line: LogLine): string[] {
  const { Timestamp, CloudWatchMetrics } = line._aws as { Timestamp: number; CloudWatchMetrics: Directive[] };
  const problems = Number.isSafeInteger(Timestamp) && Timestamp > 1e12 ? [] : [`Timestamp ${Timestamp}`];
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    problems.push(
      ...(Namespace.length >= 1 && Namespace.length <= 1_024 ? [] : [`Namespace ${Namespace}`]),
      ...(Metrics.length <= 100 ? [] : [`${Metrics.length} metrics`]),
      ...Dimensions.filter((set) => set.length > 30).map((set) => `${set.length} dimensions`),
      ...Dimensions.flat()
        .filter((name) => !isDimension(line[name]))
        .map((name) => `dimension ${name}`),
      ...Metrics.filter(({ Name }) => !isTarget(line[Name])).map(({ Name }) => `metric ${Name}`),
      ...Metrics.filter(({ Unit }) => !UNITS.includes(Unit)).map(({ Unit }) => `unit ${Unit}`),
    );
  }
  return problems;
}

/** The metrics of a line, with its dimensions. */
export function metricsOf(line: LogLine): { dimensions: Record<string, unknown>; values: Record<string, unknown> } {
  const [directive] = (line._aws as { CloudWatchMetrics: Directive[] }).CloudWatchMetrics;
  const pick = (names: readonly string[] = []) => Object.fromEntries(names.map((name) => [name, line[name]]));
  return {
    dimensions: pick(directive?.Dimensions[0]),
    values: pick(directive?.Metrics.map(({ Name }) => Name)),
  };
}

function isDimension(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= 1_024;
}

function isTarget(value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value];
  return values.length >= 1 && values.length <= 100 && values.every((each) => Number.isFinite(each));
}
