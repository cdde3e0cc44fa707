import { MetricStore } from '../../../local/metrics/metric-store';

const MINUTE = 60_000;
const ID = { namespace: 'Shop', name: 'Latency', dimensions: { FunctionName: 'f', Plan: 'pro' } };
let store: MetricStore;

beforeEach(() => {
  store = new MetricStore();
});

const put = (at: number, ...values: number[]) => store.put({ ...ID, at, values });
const minutes = (statistic: string, periods = 3) => store.series(ID, statistic, { start: 0, period: 60, periods });

test('a period has what was measured from its beginning on, up to the next', () => {
  put(0, 1);
  put(MINUTE - 1, 2);
  put(2 * MINUTE, 4);
  expect(minutes('Sum')).toEqual([3, undefined, 4]);
  expect(minutes('SampleCount')).toEqual([2, undefined, 1]);
});

test('the order of dimensions does not matter, and their values do', () => {
  put(0, 1);
  const window = { start: 0, period: 60, periods: 1 };
  expect(store.series({ ...ID, dimensions: { Plan: 'pro', FunctionName: 'f' } }, 'Sum', window)).toEqual([1]);
  expect(store.series({ ...ID, dimensions: { FunctionName: 'f' } }, 'Sum', window)).toEqual([undefined]);
});

test('each statistic is of all values of a period, whatever bucket they were in', () => {
  for (let value = 1; value <= 100; value++) {
    put((value % 6) * 10_000, value);
  }
  const statistics = ['Average', 'Minimum', 'Maximum', 'p50', 'p99', 'p99.9', 'p100'];
  expect(statistics.map((statistic) => minutes(statistic, 1)[0])).toEqual([50.5, 1, 100, 50, 99, 100, 100]);
});

test('a percentile is as good as three digits, and never above the maximum', () => {
  put(0, 123_456, 2.349);
  expect(minutes('p99', 1)).toEqual([123_000]);
  expect(minutes('p50', 1)).toEqual([2.35]);
});

test('a statistic that is none is named', () => {
  put(0, 1);
  expect(() => minutes('tm99')).toThrow('the statistic tm99 is not computed here');
});

test('ten seconds are told apart for an hour, and minutes for a day', () => {
  const fine = (start: number) => store.series(ID, 'Sum', { start, period: 10, periods: 1 });
  put(5_000, 1);
  put(30 * MINUTE, 1);
  expect(fine(0)).toEqual([1]);
  put(61 * MINUTE, 1);
  expect(fine(0)).toEqual([undefined]);
  expect(minutes('Sum', 1)).toEqual([1]);
  put(1_441 * MINUTE, 1);
  expect(minutes('Sum', 1)).toEqual([undefined]);
});

test('metrics without end are not kept, and are counted', () => {
  for (let index = 0; index < 1_003; index++) {
    store.put({ ...ID, dimensions: { Id: String(index) }, at: 0, values: [1] });
  }
  expect([store.all.length, store.dropped]).toEqual([1_000, 3]);
});
