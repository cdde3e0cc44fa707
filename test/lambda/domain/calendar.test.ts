import fc from 'fast-check';
import { type CalendarPeriod, calendarPeriodEnd, calendarPeriodStart } from '../../../lambda/domain/calendar';
import { examples } from '../../support/examples';
import { NOW } from '../fixtures';

const HOUR = 3_600;
const at = (text: string) => Date.parse(text) / 1000;
const end = (period: CalendarPeriod, zone: string, now: string) => calendarPeriodEnd(period, zone, at(now));

/** How clocks of the zone show a moment, told by other means than the ones under test: `2026-11-23 12:00:00`. */
function shown(zone: string, instant: number): string {
  return new Date(instant * 1000).toLocaleString('sv-SE', { timeZone: zone });
}

const dateOf = (zone: string, instant: number) => shown(zone, instant).slice(0, 10);

test.each([
  ['day', '2026-11-24T00:00:00Z'],
  ['week', '2026-11-30T00:00:00Z'],
  ['month', '2026-12-01T00:00:00Z'],
] as const)('in UTC, a %s ends at midnight', (period, expected) => {
  expect(calendarPeriodEnd(period, 'Etc/UTC', NOW)).toBe(at(expected));
});

test.each<[string, CalendarPeriod, string, string, string]>([
  ['a day in winter', 'day', 'Europe/Berlin', '2026-11-23T22:59:59Z', '2026-11-23T23:00:00Z'],
  ['the moment at which one ends', 'day', 'Europe/Berlin', '2026-11-23T23:00:00Z', '2026-11-24T23:00:00Z'],
  ['a month with both times', 'month', 'America/New_York', '2026-11-01T05:00:00Z', '2026-12-01T05:00:00Z'],
  ['the last second of a week', 'week', 'Asia/Kolkata', '2026-11-29T18:29:59Z', '2026-11-29T18:30:00Z'],
  ['the first one of the next', 'week', 'Asia/Kolkata', '2026-11-29T18:30:00Z', '2026-12-06T18:30:00Z'],
  ['the last month of a year', 'month', 'Pacific/Auckland', '2026-12-31T10:59:59Z', '2026-12-31T11:00:00Z'],
  ['a midnight that is skipped, in Brazil', 'day', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', '2018-11-04T03:00:00Z'],
  ['a midnight that is skipped, in Egypt', 'day', 'Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-23T22:00:00Z'],
  ['an hour before midnight that comes twice', 'day', 'Africa/Cairo', '2026-10-29T20:30:00Z', '2026-10-29T22:00:00Z'],
  ['the second of the two', 'day', 'Africa/Cairo', '2026-10-29T21:30:00Z', '2026-10-29T22:00:00Z'],
  ['a day that Samoa left out', 'day', 'Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-30T10:00:00Z'],
  ['the day after it', 'day', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
  ['a midnight that is shown twice', 'day', 'America/St_Johns', '2006-10-28T12:00:00Z', '2006-10-29T02:30:00Z'],
  ['the old date, shown once more', 'day', 'America/St_Johns', '2006-10-29T02:45:00Z', '2006-10-30T03:30:00Z'],
])('%s', (_, period, zone, now, expected) => {
  expect(end(period, zone, now)).toBe(at(expected));
});

test.each([
  ['Europe/Berlin', '2026-03-29T12:00:00Z', 23],
  ['Europe/Berlin', '2026-06-29T12:00:00Z', 24],
  ['Europe/Berlin', '2026-10-25T12:00:00Z', 25],
  ['Africa/Cairo', '2026-04-24T12:00:00Z', 23],
  ['Australia/Lord_Howe', '2026-10-04T12:00:00Z', 23.5],
])('in %s, the day of %s has %d hours', (zone, now, hours) => {
  const until = end('day', zone, now);
  expect(until - calendarPeriodStart('day', zone, until)).toBe(hours * HOUR);
});

test('each kind of period has a beginning of its own, though all end at one moment and whichever was asked for before', () => {
  // 1 June 2026 is a Monday.
  const until = at('2026-06-01T00:00:00Z');
  const begins = { day: '2026-05-31T00:00:00Z', week: '2026-05-25T00:00:00Z', month: '2026-05-01T00:00:00Z' };
  for (const period of ['day', 'week', 'month', 'month', 'day'] as const) {
    expect(calendarPeriodStart(period, 'Etc/UTC', until)).toBe(at(begins[period]));
  }
  expect(calendarPeriodStart('day', 'Etc/UTC', until + 24 * HOUR)).toBe(until);
  expect(calendarPeriodStart('day', 'Europe/Berlin', until - 2 * HOUR)).toBe(until - 26 * HOUR);
});

test('in any zone, periods follow on each other without a gap, each from the first moment of its date', () => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const period = fc.constantFrom<CalendarPeriod>('day', 'week', 'month');
  const moment = fc.integer({ min: at('1975-01-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z') });
  fc.assert(
    fc.property(zone, period, moment, (timeZone, unit, now) => {
      const until = calendarPeriodEnd(unit, timeZone, now);
      const start = calendarPeriodStart(unit, timeZone, until);
      expect(until).toBeGreaterThan(now);
      expect(start).toBeLessThanOrEqual(now);
      // Whoever asks at any moment of the period is told the same end.
      expect(calendarPeriodEnd(unit, timeZone, start)).toBe(until);
      expect(calendarPeriodEnd(unit, timeZone, until - 1)).toBe(until);
      expect(calendarPeriodStart(unit, timeZone, calendarPeriodEnd(unit, timeZone, until))).toBe(until);
      expect(dateOf(timeZone, until - 1) < dateOf(timeZone, until)).toBe(true);
      expect(shown(timeZone, until) >= `${dateOf(timeZone, until)} 00:00:00`).toBe(true);
    }),
    examples(300),
  );
});

test('around every change of clocks of some zones, the end is the first moment of its date', () => {
  const zones = ['Africa/Cairo', 'America/Havana', 'America/Sao_Paulo', 'Asia/Beirut', 'Europe/London', 'Pacific/Apia'];
  const moment = fc.integer({ min: at('2005-01-01T00:00:00Z') / HOUR, max: at('2027-01-01T00:00:00Z') / HOUR });
  fc.assert(
    fc.property(fc.constantFrom(...zones), moment, (zone, hour) => {
      const until = calendarPeriodEnd('day', zone, hour * HOUR);
      const date = dateOf(zone, until);
      for (let earlier = until - 26 * HOUR; earlier < until; earlier += 900) {
        expect(dateOf(zone, earlier) < date).toBe(true);
      }
    }),
    examples(60),
  );
});

describe('as every refusal asks for it, and Intl is slow', () => {
  const zone = 'Europe/Lisbon';
  let fresh: typeof import('../../../lambda/domain/calendar');

  beforeEach(() => {
    jest.isolateModules(() => {
      fresh = require('../../../lambda/domain/calendar');
    });
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('a zone’s formatter is made once', () => {
    const made = jest.spyOn(Intl, 'DateTimeFormat');
    fresh.calendarPeriodEnd('day', zone, NOW);
    fresh.calendarPeriodEnd('month', zone, NOW);
    expect(made).toHaveBeenCalledTimes(1);
  });

  test('the beginning of the period that all customers are in is computed once', () => {
    const until = fresh.calendarPeriodEnd('day', zone, NOW);
    const start = fresh.calendarPeriodStart('day', zone, until);
    const formatted = jest.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
    expect(fresh.calendarPeriodStart('day', zone, until)).toBe(start);
    expect(formatted).not.toHaveBeenCalled();
  });
});
