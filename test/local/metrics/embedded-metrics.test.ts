import { embeddedMetrics } from '../../../local/metrics/embedded-metrics';

/** A line as a function prints it. */
function line(members: object, directive: object = {}, metadata: object = {}): string {
  const Metrics = [{ Name: 'Calls', Unit: 'Count' }];
  const directives = [{ Namespace: 'Shop', Dimensions: [['FunctionName']], Metrics, ...directive }];
  return JSON.stringify({ _aws: { Timestamp: 1_000, CloudWatchMetrics: directives, ...metadata }, ...members });
}

describe('of a line', () => {
  test('each metric is taken by each of its sets of dimensions', () => {
    const Dimensions = [['FunctionName'], ['FunctionName', 'Plan']];
    expect(embeddedMetrics(line({ FunctionName: 'f', Plan: 'pro', Calls: 3 }, { Dimensions }))).toEqual([
      { namespace: 'Shop', name: 'Calls', dimensions: { FunctionName: 'f' }, at: 1_000, values: [3], unit: 'Count' },
      {
        ...{ namespace: 'Shop', name: 'Calls', at: 1_000, values: [3], unit: 'Count' },
        dimensions: { FunctionName: 'f', Plan: 'pro' },
      },
    ]);
  });

  test('several values are several measurements, a hundred at most', () => {
    const Calls = Array.from({ length: 120 }, (_, index) => index);
    expect(embeddedMetrics(line({ FunctionName: 'f', Calls }))[0]?.values).toEqual(Calls.slice(0, 100));
  });

  test('a metric without dimensions is there by none', () => {
    expect(embeddedMetrics(line({ Calls: 1 }, { Dimensions: undefined }))[0]?.dimensions).toEqual({});
  });
});

test.each([
  ['is no JSON', 'START "_aws"'],
  ['is a log line', JSON.stringify({ level: 'INFO', message: 'of "_aws"' })],
  ['has no time', line({ FunctionName: 'f', Calls: 1 }, {}, { Timestamp: undefined })],
  ['lacks a dimension', line({ Calls: 1 })],
  ['lacks the metric', line({ FunctionName: 'f' })],
  ['has text for a number', line({ FunctionName: 'f', Calls: '1' })],
  ['has no namespace', line({ FunctionName: 'f', Calls: 1 }, { Namespace: undefined })],
])('of a line that %s, nothing is taken', (_, printed) => {
  expect(embeddedMetrics(printed)).toEqual([]);
});
