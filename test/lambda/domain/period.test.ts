import fc from 'fast-check';
import { NEVER } from '../../../lambda/domain/clock';
import { firstPeriod, periodAfter, periodLength, unitsOfSwitch } from '../../../lambda/domain/period';
import type { PlanEntry } from '../../../lib/private/catalogue';
import { NOW, plan } from '../fixtures';

const at = (text: string) => Date.parse(text) / 1000;
const billed = (interval?: 'month' | 'year', price: PlanEntry['price'] = { amount: 1, currency: 'usd', interval }) =>
  plan('pro', 10, 'billing', price);

test('a calendar period ends in its own time zone', () => {
  const berlin = { ...plan('free', 10), quota: { units: 10, period: 'month' as const, timeZone: 'Europe/Berlin' } };
  expect(firstPeriod(plan('free', 10), NOW)).toEqual({ start: NOW, end: at('2026-12-01T00:00:00Z') });
  expect(firstPeriod(berlin, NOW)).toEqual({ start: NOW, end: at('2026-11-30T23:00:00Z') });
  expect(periodAfter(berlin, NOW - 9, NOW).end).toBe(at('2026-11-30T23:00:00Z'));
});

test.each([
  ['monthly', billed('month'), '2026-12-23T12:00:00Z'],
  ['yearly', billed('year'), '2027-11-23T12:00:00Z'],
  ['at a price that only Stripe knows', billed(undefined, { stripePrice: 'price_1' }), '2026-12-23T12:00:00Z'],
])('a plan that is billed %s', (_, paid, end) => {
  expect(firstPeriod(paid, NOW)).toEqual({ start: NOW, end: at(end) });
});

test.each([
  ['the 31st, by the month', 'month', '2026-01-31T12:00:00Z', '2026-02-28T12:00:00Z'],
  ['a leap day, by the year', 'year', '2028-02-29T12:00:00Z', '2029-02-28T12:00:00Z'],
  ['December, by the month', 'month', '2026-12-31T12:00:00Z', '2027-01-31T12:00:00Z'],
] as const)('a billing period from %s ends in the month after', (_, interval, ended, end) => {
  expect(periodAfter(billed(interval), at(ended), at(ended))).toEqual({ start: at(ended), end: at(end) });
});

test('billing periods follow on the last one known, and all clocks compute the same ones', () => {
  const moment = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom('month' as const, 'year' as const), moment, moment, (interval, one, other) => {
      const [ended, now] = [Math.min(one, other), Math.max(one, other)];
      const period = periodAfter(billed(interval), ended, now);
      expect(period.start).toBeLessThanOrEqual(now);
      expect(period.end).toBeGreaterThan(now);
      expect(periodAfter(billed(interval), period.start, now)).toEqual(period);
      expect(periodLength(billed(interval).quota, period)).toBeGreaterThanOrEqual(28 * 86_400);
    }),
  );
});

test.each([
  ['day', '2026-11-24T00:00:00Z'],
  ['week', '2026-11-30T00:00:00Z'],
  ['month', '2026-12-01T00:00:00Z'],
  ['unlimited', '2026-12-01T00:00:00Z'],
] as const)('a first period of a plan by the %s ends with it', (period, end) => {
  expect(firstPeriod(plan('free', 10, period), NOW)).toEqual({ start: NOW, end: at(end) });
});

test('a plan that costs nothing is counted by the month, from when it began', () => {
  expect(firstPeriod(plan('free', 10, 'billing'), NOW)).toEqual({ start: NOW, end: at('2026-12-23T12:00:00Z') });
});

test('at the moment at which a billing period ends, the next one has begun', () => {
  const [first, second] = [at('2026-02-10T00:00:00Z'), at('2026-03-10T00:00:00Z')];
  expect(periodAfter(billed('month'), first, second)).toEqual({ start: second, end: at('2026-04-10T00:00:00Z') });
});

test('what is given once never ends, and has no window', () => {
  const trial = plan('trial', 10, 'once');
  expect(firstPeriod(trial, NOW)).toEqual({ start: NOW, end: NEVER });
  expect(periodLength(trial.quota, firstPeriod(trial, NOW))).toBeUndefined();
});

test('what has no limit has no window either', () => {
  const open = plan('open', undefined, 'unlimited');
  expect(periodLength(open.quota, firstPeriod(open, NOW))).toBeUndefined();
});

test('a window is as long as the day, the month or the billing period is', () => {
  const length = (entry: PlanEntry, start: string, end: string) =>
    periodLength(entry.quota, { start: at(start), end: at(end) });
  expect(length(plan('free', 1), '2026-11-20T00:00:00Z', '2026-12-01T00:00:00Z')).toBe(30 * 86_400);
  expect(length(plan('free', 1, 'day'), '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z')).toBe(86_400);
  expect(length(plan('free', 1, 'week'), '2026-11-25T00:00:00Z', '2026-11-30T00:00:00Z')).toBe(7 * 86_400);
  const berlin = { ...plan('free', 1), quota: { units: 1, period: 'month' as const, timeZone: 'Europe/Berlin' } };
  // Clocks are set forward in March.
  expect(length(berlin, '2026-03-20T00:00:00Z', '2026-03-31T22:00:00Z')).toBe(31 * 86_400 - 3_600);
  expect(length(billed('month'), '2026-01-31T12:00:00Z', '2026-02-28T12:00:00Z')).toBe(28 * 86_400);
});

describe('a change of plan in the middle of a period', () => {
  const price = { amount: 2900, currency: 'usd', interval: 'month' as const };
  const pro = plan('pro', 1_000, 'month', price);
  const max = plan('max', 9_000, 'month', price);

  test('from one paid plan to another changes the units by their difference', () => {
    expect([unitsOfSwitch(pro, max), unitsOfSwitch(max, pro)]).toEqual([8_000, -8_000]);
  });

  test.each<[string, PlanEntry | undefined, PlanEntry]>([
    ['a free plan, which nobody has paid for', plan('free', 50), max],
    ['a plan that is sold no more', undefined, max],
    ['a plan that is counted by the day', plan('daily', 100, 'day', price), max],
    ['a plan of another time zone', { ...pro, quota: { ...pro.quota, timeZone: 'Asia/Tokyo' } }, max],
    ['a plan without a limit', plan('open', undefined, 'unlimited', price), max],
    ['a plan to one without a limit', pro, plan('open', undefined, 'unlimited', price)],
    ['a plan by the same window that tells no number', plan('untold', undefined, 'month', price), max],
    ['a plan to one by the same window that tells no number', pro, plan('untold', undefined, 'month', price)],
  ])('from %s begins a new one', (_, from, to) => {
    expect(unitsOfSwitch(from, to)).toBeUndefined();
  });
});
