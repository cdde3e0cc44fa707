import { evaluate, MetricMathError, type Value } from '../metrics/metric-math';
import type { MetricStore, Series, Window } from '../metrics/metric-store';
import { isObject, type JsonObject, list, object, text } from '../template/values';

/** A line of a chart, or a number of a widget of numbers. */
export interface Line {
  readonly label: string;
  readonly points: Series;
  readonly color?: string;
  readonly onRight: boolean;
}

/** What a widget shows, and what of it could not be computed. */
export interface WidgetData {
  readonly lines: readonly Line[];
  /** Why lines are missing, each once. */
  readonly missing: readonly string[];
}

interface Entry {
  readonly id?: string;
  readonly options: JsonObject;
  readonly expression?: string;
  readonly path: readonly string[];
}

/** Services that count here what they count on AWS. */
const COUNTED = ['AWS/Lambda', 'AWS/ApiGateway', 'AWS/SQS'];

/** Computes the `metrics` of a widget: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function widgetData(properties: JsonObject, store: MetricStore, window: Window): WidgetData {
  const entries = readEntries(list(properties.metrics));
  const missing = new Set<string>();
  const compute = (entry: Entry, asking: readonly string[]): Value => {
    if (entry.expression === undefined) {
      return seriesOf(entry, text(properties.stat) ?? 'Average', store, window);
    }
    return evaluate(entry.expression, (id) => {
      const named = entries.find((one) => one.id === id);
      if (named === undefined || asking.includes(id)) {
        throw new MetricMathError(`${entry.expression} asks for ${id}, which is not there`);
      }
      return compute(named, [...asking, id]);
    });
  };
  const lines = entries.flatMap((entry): Line[] => {
    if (entry.options.visible === false) {
      return [];
    }
    try {
      return linesOf(entry, compute(entry, entry.id === undefined ? [] : [entry.id]), window);
    } catch (error) {
      missing.add(error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  return { lines, missing: [...missing] };
}

function linesOf({ options, path, expression }: Entry, value: Value, { periods }: Window): Line[] {
  const label = text(options.label) ?? path[1] ?? expression ?? '';
  const common = { label, color: text(options.color), onRight: options.yAxis === 'right' };
  if (typeof value === 'number') {
    return [{ ...common, points: Array.from({ length: periods }, () => value) }];
  }
  const several = value.some((one) => Array.isArray(one));
  return (several ? (value as readonly Series[]) : [value as Series]).map((points) => ({ ...common, points }));
}

function seriesOf({ path, options }: Entry, byDefault: string, store: MetricStore, window: Window): Series {
  const [namespace = '', name = '', ...rest] = path;
  if (namespace.startsWith('AWS/') && !COUNTED.includes(namespace)) {
    throw new RangeError(`${namespace} is not counted on this machine`);
  }
  const dimensions: Record<string, string> = {};
  for (let index = 0; index + 1 < rest.length; index += 2) {
    dimensions[rest[index] ?? ''] = rest[index + 1] ?? '';
  }
  return store.series({ namespace, name, dimensions }, text(options.stat) ?? byDefault, window);
}

/** `.` stands for what the row above has in its place, and `...` for all that is left out before the last. */
function readEntries(rows: readonly unknown[]): Entry[] {
  let above: readonly string[] = [];
  return rows.map((row) => {
    const parts = list(row);
    const last = parts.at(-1);
    const options = object(isObject(last) ? last : undefined);
    const given = (isObject(last) ? parts.slice(0, -1) : parts).map(String);
    const spread = given[0] === '...' ? [...above.slice(0, above.length - given.length + 1), ...given.slice(1)] : given;
    const path = spread.map((part, index) => (part === '.' ? (above[index] ?? part) : part));
    above = path.length > 0 ? path : above;
    return { id: text(options.id), options, expression: text(options.expression), path };
  });
}
