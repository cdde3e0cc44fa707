import { isObject, type JsonObject, list, object, parseObject, text } from '../template/values';
import type { Measurement } from './metric';

/** CloudWatch takes so many values of a metric in a line, and no more. */
const MAX_VALUES = 100;

/**
 * The metrics in a line that a function has printed, as CloudWatch Logs takes them out of it:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * Of another line, none.
 */
export function embeddedMetrics(line: string): Measurement[] {
  // Most lines are none, and need no parser to tell.
  const written = line.includes('"_aws"') ? parseObject(line) : undefined;
  const metadata = object(written?._aws);
  const at = metadata.Timestamp;
  if (written === undefined || typeof at !== 'number') {
    return [];
  }
  return list(metadata.CloudWatchMetrics).flatMap((directive) => measurements(object(directive), written, at));
}

function measurements(directive: JsonObject, written: JsonObject, at: number): Measurement[] {
  const namespace = text(directive.Namespace);
  // Without any, the metric is there by no dimension.
  const sets = list(directive.Dimensions ?? [[]]);
  return sets.flatMap((set) => {
    const dimensions = dimensionsOf(list(set), written);
    return list(directive.Metrics).flatMap((metric) => {
      const { Name: name, Unit: unit } = object(metric);
      const values = typeof name === 'string' ? valuesOf(written[name]) : [];
      return namespace === undefined || dimensions === undefined || typeof name !== 'string' || values.length === 0
        ? []
        : [{ namespace, name, dimensions, at, values, unit: text(unit) }];
    });
  });
}

/** A set of which the line lacks a member names no metric. */
function dimensionsOf(names: readonly unknown[], written: JsonObject): Record<string, string> | undefined {
  const pairs = names.map((name) => [String(name), text(written[String(name)])] as const);
  return pairs.some(([, value]) => value === undefined)
    ? undefined
    : Object.fromEntries(pairs.map(([name, value]) => [name, value ?? '']));
}

function valuesOf(value: unknown): number[] {
  const values = isObject(value) ? [] : [value].flat();
  return values.filter((each) => typeof each === 'number' && Number.isFinite(each)).slice(0, MAX_VALUES) as number[];
}
