import { quotaPeriod } from '../../../local/gateway/quota-period';

function samePeriod(period: 'DAY' | 'WEEK' | 'MONTH', offset: number, a: string, b: string): boolean {
  const settings = { limit: 1, offset, period };
  return quotaPeriod(settings, Date.parse(a)) === quotaPeriod(settings, Date.parse(b));
}

test.each([
  ['a day ends at midnight UTC', 'DAY', 0, '2025-03-01T00:00:00Z', '2025-03-01T23:59:59Z', true],
  ['the next day is another', 'DAY', 0, '2025-03-01T23:59:59Z', '2025-03-02T00:00:00Z', false],
  ['a week starts on Sunday', 'WEEK', 0, '2025-03-01T23:59:59Z', '2025-03-02T00:00:00Z', false],
  ['and ends on Saturday', 'WEEK', 0, '2025-03-02T00:00:00Z', '2025-03-08T23:59:59Z', true],
  ['with offset 1 it starts on Monday', 'WEEK', 1, '2025-03-02T23:59:59Z', '2025-03-03T00:00:00Z', false],
  ['and Sunday ends it', 'WEEK', 1, '2025-03-03T00:00:00Z', '2025-03-09T23:59:59Z', true],
  ['a month is a calendar month', 'MONTH', 0, '2025-02-01T00:00:00Z', '2025-02-28T23:59:59Z', true],
  ['the next one is another', 'MONTH', 0, '2025-02-28T23:59:59Z', '2025-03-01T00:00:00Z', false],
  ['with offset 14 it starts on the 15th', 'MONTH', 14, '2025-02-14T23:59:59Z', '2025-02-15T00:00:00Z', false],
  ['and ends on the 14th', 'MONTH', 14, '2025-02-15T00:00:00Z', '2025-03-14T23:59:59Z', true],
] as const)('%s', (_, period, offset, a, b, same) => {
  expect(samePeriod(period, offset, a, b)).toBe(same);
});
