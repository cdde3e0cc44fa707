import type { EpochSeconds } from './clock';

export type CalendarPeriod = 'day' | 'week' | 'month';

/** Further than any zone is from UTC. */
const SIXTEEN_HOURS = 16 * 3_600;

/** The end of the calendar period that `now` is in: the first instant of the zone's next day, week (from Monday) or month. */
export function calendarPeriodEnd(period: CalendarPeriod, timeZone: string, now: EpochSeconds): EpochSeconds {
  const begun = beginning(period, wallClock(now, timeZone));
  const end = firstInstant(beginning(period, begun, 1), timeZone);
  // Clocks that are set back over midnight show the old date once more, though its period is over.
  return end > now ? end : firstInstant(beginning(period, begun, 2), timeZone);
}

/** The last period of each kind and zone that was asked for: every customer's of that kind, until it ends. */
const lastPeriods = new Map<string, { readonly start: EpochSeconds; readonly end: EpochSeconds }>();

/** The beginning of the calendar period that ends at `end`. Each refusal tells it, and `Intl` is slow. */
export function calendarPeriodStart(period: CalendarPeriod, timeZone: string, end: EpochSeconds): EpochSeconds {
  const kind = `${period} ${timeZone}`;
  const last = lastPeriods.get(kind);
  if (last?.end === end) {
    return last.start;
  }
  const start = firstInstant(beginning(period, wallClock(end - 1, timeZone)), timeZone);
  lastPeriods.set(kind, { start, end });
  return start;
}

// A wall clock's time is written as the epoch seconds at which UTC shows it.

/** The wall clock's midnight at which the period begins that `wall` is in, or one that many periods later. */
function beginning(period: CalendarPeriod, wall: number, later = 0): number {
  const date = new Date(wall * 1000);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (period) {
    case 'day':
      return Date.UTC(year, month, day + later) / 1000;
    case 'week':
      // getUTCDay counts from Sunday, and a week from Monday (ISO 8601).
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7) + 7 * later) / 1000;
    case 'month':
      return Date.UTC(year, month + later, 1) / 1000;
  }
}

/** The first instant at which the zone's clocks show this midnight, or a later time where they skip it. */
function firstInstant(midnight: number, timeZone: string): EpochSeconds {
  let before = midnight - SIXTEEN_HOURS;
  const instant = midnight - (wallClock(before, timeZone) - before);
  if (wallClock(instant, timeZone) === midnight) {
    return instant;
  }
  // Clocks were changed in the evening, or at midnight itself: from there on they only go forward.
  let after = midnight + SIXTEEN_HOURS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallClock(middle, timeZone) >= midnight) {
      after = middle;
    } else {
      before = middle;
    }
  }
  return after;
}

function wallClock(instant: EpochSeconds, timeZone: string): number {
  const parts = formatterOf(timeZone).formatToParts(instant * 1000);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((known) => known.type === type)?.value);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  return Date.UTC(year, month - 1, day, part('hour'), part('minute'), part('second')) / 1000;
}

/** A formatter takes longer to make than to use, and a catalogue names few zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) {
    return known;
  }
  const [numeric, hourCycle] = ['numeric', 'h23'] as const;
  const date = { year: numeric, month: numeric, day: numeric };
  const time = { hour: numeric, minute: numeric, second: numeric, hourCycle };
  const formatter = new Intl.DateTimeFormat('en-US', { calendar: 'gregory', timeZone, ...date, ...time });
  formatters.set(timeZone, formatter);
  return formatter;
}
