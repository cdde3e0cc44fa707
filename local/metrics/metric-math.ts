import { type Node, parse } from './metric-math-syntax';
import type { Series } from './metric-store';

/** What an expression is computed to: a number, a time series, or several. */
export type Value = number | Series | readonly Series[];

/** An expression that is not one, or that is not computed here. */
export class MetricMathError extends Error {
  override readonly name = 'MetricMathError';
}

type Point = number | undefined;

/**
 * Computes an expression of CloudWatch's metric math, as far as dashboards of this package, and simple ones of others, use it: arithmetic,
 * comparisons, AND and OR, IF, FILL with a number, and SUM, AVG, MIN and MAX.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * @param lookUp what an id stands for
 */
export function evaluate(expression: string, lookUp: (id: string) => Value): Value {
  return valueOfNode(parse(expression), lookUp);
}

function valueOfNode(node: Node, lookUp: (id: string) => Value): Value {
  const compute = (one: Node) => valueOfNode(one, lookUp);
  switch (node.kind) {
    case 'number':
      return node.value;
    case 'id':
      return lookUp(node.name);
    case 'array':
      return node.items.map((item) => single(compute(item), 'an array'));
    case 'operation':
      return each(OPERATIONS[node.operator] as (...points: number[]) => number, node.operands.map(compute));
    case 'call':
      return call(node.name, node.operands.map(compute));
  }
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
};

/** The functions that make one of many, of what is there. */
const SUMMARIES: Readonly<Record<string, (points: readonly number[]) => number>> = {
  SUM: sum,
  AVG: (points) => sum(points) / points.length,
  MIN: (points) => Math.min(...points),
  MAX: (points) => Math.max(...points),
};

function call(name: string, operands: readonly Value[]): Value {
  const [first = 0, second = 0, third] = operands;
  const summary = SUMMARIES[name];
  if (summary !== undefined && operands.length === 1) {
    return summarize(summary, first);
  }
  if (name === 'FILL' && operands.length === 2 && typeof second === 'number') {
    const fill = (series: Series) => series.map((point) => point ?? second);
    return typeof first === 'number' ? first : isSeries(first) ? fill(first) : first.map(fill);
  }
  if (name === 'IF' && operands.length === 3 && third !== undefined) {
    return choose(first, second, third);
  }
  throw new MetricMathError(`${name} with ${operands.length} parameters is not computed here`);
}

/** Over several time series, their summary at each time; over one, that of its times. */
function summarize(summary: (points: readonly number[]) => number, value: Value): Value {
  if (typeof value === 'number') {
    return value;
  }
  const over = (points: readonly Point[]) => finite(summary(points.filter((point) => point !== undefined)));
  if (isSeries(value)) {
    return over(value) ?? 0;
  }
  const times = Math.max(...value.map(({ length }) => length));
  return Array.from({ length: times }, (_, index) => {
    const points = value.map((series) => series[index]);
    return points.every((point) => point === undefined) ? undefined : over(points);
  });
}

/** Nothing, where there is nothing to tell by. */
function choose(condition: Value, then: Value, otherwise: Value): Value {
  return overTimes([condition, then, otherwise], ([is, one, other]) =>
    is === undefined ? undefined : is !== 0 ? one : other,
  );
}

/** At each time, of what is there at that time on both sides. */
function each(operation: (...points: number[]) => number, operands: readonly Value[]): Value {
  return overTimes(operands, (points) =>
    points.some((point) => point === undefined) ? undefined : finite(operation(...(points as number[]))),
  );
}

function overTimes(operands: readonly Value[], compute: (points: readonly Point[]) => Point): Value {
  const values = operands.map((operand) => (typeof operand === 'number' ? operand : single(operand, 'an operation')));
  const lengths = values.flatMap((value) => (typeof value === 'number' ? [] : [value.length]));
  const at = (index: number) => compute(values.map((value) => (typeof value === 'number' ? value : value[index])));
  return lengths.length === 0 ? (at(0) ?? 0) : Array.from({ length: Math.max(...lengths) }, (_, index) => at(index));
}

function single(value: Value, where: string): Series {
  if (typeof value === 'number' || !isSeries(value)) {
    throw new MetricMathError(
      `${where} takes one time series, got ${typeof value === 'number' ? 'a number' : 'several'}`,
    );
  }
  return value;
}

function isSeries(value: Series | readonly Series[]): value is Series {
  return value.every((one) => !Array.isArray(one));
}

/** As with CloudWatch, what is divided by nothing is not there. */
function finite(value: number): Point {
  return Number.isFinite(value) ? value : undefined;
}

function sum(points: readonly number[]): number {
  return points.reduce((total, point) => total + point, 0);
}
