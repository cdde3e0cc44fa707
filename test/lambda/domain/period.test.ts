import fc from 'fast-check';
import { NEVER } from '../../../lambda/domain/clock';
import { periodEnd, periodLength } from '../../../lambda/domain/period';
import { NOW } from '../fixtures';

const at = (text: string) => Date.parse(text) / 1000;

test.each([
  ['day', '2026-11-24T00:00:00Z'],
  ['week', '2026-11-30T00:00:00Z'],
  ['month', '2026-12-01T00:00:00Z'],
] as const)('a %s ends at midnight UTC', (period, end) => {
  expect(periodEnd(period, NOW)).toBe(at(end));
});

test('the last second of a week is a Sunday night, and the next one starts another', () => {
  expect(periodEnd('week', at('2026-11-29T23:59:59Z'))).toBe(at('2026-11-30T00:00:00Z'));
  expect(periodEnd('week', at('2026-11-30T00:00:00Z'))).toBe(at('2026-12-07T00:00:00Z'));
});

test('a year ends with its December', () => {
  expect(periodEnd('month', at('2026-12-31T23:59:59Z'))).toBe(at('2027-01-01T00:00:00Z'));
});

test('what is given once never ends', () => {
  expect(periodEnd('once', NOW)).toBe(NEVER);
  expect(periodLength('once', NEVER)).toBeUndefined();
});

test('a period holds its moment, is as long as it says, and the next begins where it ends', () => {
  const moment = fc.integer({ min: 0, max: at('2100-01-01T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom('day' as const, 'week' as const, 'month' as const), moment, (period, now) => {
      const end = periodEnd(period, now);
      const length = periodLength(period, end) ?? 0;
      expect(end).toBeGreaterThan(now);
      expect(end - length).toBeLessThanOrEqual(now);
      expect(periodEnd(period, end - length)).toBe(end);
      expect(periodEnd(period, end)).toBeGreaterThan(end);
    }),
  );
});
