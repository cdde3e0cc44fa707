import {
  type Counter,
  counterName,
  counterOf,
  countUnits,
  dateOf,
  dayOf,
  dayOfDate,
  isOver,
  larger,
  MOST_ROUTES,
  OTHER_ROUTES,
  routeCode,
  supernumerary,
  usageByDay,
} from '../../../lambda/domain/usage';
import { NOW } from '../fixtures';

const TODAY = dayOf(NOW);

function counter(day: number, code: string, units: number): Counter {
  return { name: counterName(day, code), day, code, units };
}

test('a day is one of UTC', () => {
  expect(dateOf(TODAY)).toBe('2026-11-23');
  expect(dateOf(dayOf(Date.UTC(2026, 10, 23, 23, 59, 59) / 1_000))).toBe('2026-11-23');
  expect(dateOf(dayOf(Date.UTC(2026, 10, 24) / 1_000))).toBe('2026-11-24');
  expect(dayOfDate('2026-11-23')).toBe(TODAY);
});

test('a route has the same code for ever, as what is stored goes by it', () => {
  expect(['GET /forecast/{city}', 'POST /search', 'ANY /{proxy+}'].map(routeCode)).toEqual(['rxn5', 'hrce', '1tw3']);
});

test('a thousand routes have hardly a code in common', () => {
  const codes = Array.from({ length: 1_000 }, (_, index) => routeCode(`GET /items/${index}`));
  expect(new Set(codes).size).toBeGreaterThanOrEqual(998);
  expect(codes.every((code) => /^[0-9a-z]{4}$/.test(code))).toBe(true);
});

test.each([-900, -36, -1, 0, 1])('a counter of %d days from today tells its day and its route', (days) => {
  const code = routeCode('GET /items');
  for (const known of [code, OTHER_ROUTES]) {
    const name = counterName(TODAY + days, known);
    expect(counterOf(name, 7, TODAY)).toEqual({ name, day: TODAY + days, code: known, units: 7 });
  }
});

test.each(['remaining', 'keys', 'u12', 'U', 'U1', 'U12345', 'Uabcdefg', 'UPDATED'])('%s is no counter', (name) => {
  expect(counterOf(name, 1, TODAY)).toBeUndefined();
});

test('counters are summed by days, the oldest first', () => {
  const counters = [counter(TODAY, 'aaaa', 3), counter(TODAY - 1, 'aaaa', 5), counter(TODAY, OTHER_ROUTES, 4)];
  expect(usageByDay(counters)).toEqual([
    { day: TODAY - 1, units: 5, routes: { aaaa: 5 } },
    { day: TODAY, units: 7, routes: { aaaa: 3, other: 4 } },
  ]);
});

test('a day is over a quarter of an hour after its end, when it is so for clocks that are behind', () => {
  const midnight = Date.UTC(2026, 10, 24) / 1_000;
  expect([midnight, midnight + 899, midnight + 900].map((now) => isOver(TODAY, now))).toEqual([false, false, true]);
});

test('the least used routes give way, and the others’ counter never does', () => {
  const counters = [counter(TODAY, OTHER_ROUTES, 1), counter(TODAY, 'aaaa', 9), counter(TODAY, 'bbbb', 2)];
  expect(supernumerary(counters, 1)).toEqual([counter(TODAY, 'bbbb', 2)]);
  expect(supernumerary(counters, 2)).toEqual([]);
  expect(supernumerary(counters, 0).map(({ code }) => code)).toEqual(['bbbb', 'aaaa']);
});

test('of a day that is in two places, the one with more units counts', () => {
  const day = (units: number, number = TODAY) => ({ day: number, units, routes: { aaaa: units } });
  expect(larger([day(5)], [day(3), day(1, TODAY - 1)])).toEqual([day(1, TODAY - 1), day(5)]);
  expect(larger([day(3)], [day(5)])).toEqual([day(5)]);
});

test('an environment remembers units of so many routes, and of all others together', () => {
  const counted = new Map<string, number>();
  for (let index = 0; index < 100; index++) {
    countUnits(counted, `GET /items/${index}`, 2);
  }
  countUnits(counted, 'GET /items/0', 1);
  countUnits(counted, 'GET /free', 0);
  expect(counted.size).toBe(MOST_ROUTES + 1);
  expect([counted.get('GET /items/0'), counted.get(OTHER_ROUTES)]).toEqual([3, 2 * (100 - MOST_ROUTES)]);
});
