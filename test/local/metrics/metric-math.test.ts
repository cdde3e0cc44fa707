import { evaluate, type Value } from '../../../local/metrics/metric-math';

const NOTHING = undefined;
const GIVEN: Readonly<Record<string, Value>> = {
  a: [1, 2, NOTHING, 4],
  b: [10, 0, 30, NOTHING],
  none: [NOTHING, NOTHING, NOTHING, NOTHING],
  several: [
    [1, NOTHING],
    [3, NOTHING],
  ],
};
const compute = (expression: string) => evaluate(expression, (id) => GIVEN[id] ?? 0);

test.each<[string, Value]>([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['-2 * 3', -6],
  ['2 ^ 3 ^ 2', 64],
  ['7 - 2 - 1', 4],
  ['a + b', [11, 2, NOTHING, NOTHING]],
  ['100 * a', [100, 200, NOTHING, 400]],
  ['a / b', [0.1, NOTHING, NOTHING, NOTHING]],
  ['FILL(a, 0) + FILL(b, 0)', [11, 2, 30, 4]],
  ['FILL(none, 0) / 100', [0, 0, 0, 0]],
  ['SUM([a, b])', [11, 2, 30, 4]],
  ['AVG([a, b])', [5.5, 1, 30, 4]],
  ['MAX([a - FILL(b, 0), 0 * a])', [0, 2, NOTHING, 4]],
  ['MIN([a, b])', [1, 0, 30, 4]],
  ['SUM(a)', 7],
  ['MAX(several)', [3, NOTHING]],
  ['IF(a >= 2, a, 0)', [0, 2, NOTHING, 4]],
  ['IF(a > 1 AND b == 0, 1, 2)', [2, 1, NOTHING, NOTHING]],
  ['a != 2 || 1 < 2', [1, 1, NOTHING, 1]],
  ['sum([a,b])*.5', [5.5, 1, 15, 2]],
])('%s', (expression, value) => {
  expect(compute(expression)).toEqual(value);
});

test.each([
  ['a +', 'the expression a + is not understood'],
  ['(a', 'the expression (a is not understood'],
  ['a b', 'the expression a b is not understood'],
  ["SEARCH('x', 'Sum')", "is not understood from 'x'"],
  ['RATE(a)', 'RATE with 1 parameters is not computed here'],
  ['several + 1', 'an operation takes one time series, got several'],
])('%s is refused by its name', (expression, message) => {
  expect(() => compute(expression)).toThrow(message);
});
