import { ScheduleExpressionError } from './schedule-expression-error';

const DAY_MILLIS = 86_400_000;

type Matcher = (value: number) => boolean;
/** Whether a day, at midnight UTC, is one of the field's. */
type DayMatcher = (day: Date) => boolean;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values, from `min` on. */
  readonly names?: readonly string[];
}

const MINUTES: Field = { name: 'minutes', min: 0, max: 59 };
const HOURS: Field = { name: 'hours', min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: 'day of month', min: 1, max: 31 };
const MONTH: Field = {
  name: 'month',
  min: 1,
  max: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const DAY_OF_WEEK: Field = {
  name: 'day of week',
  min: 1,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};
const YEAR: Field = { name: 'year', min: 1970, max: 2199 };

/**
 * Compiles the six fields of an EventBridge cron expression, in UTC; what it gives finds the first time after another.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function compileCron(fields: string): (after: number) => number | undefined {
  const parts = fields.trim().split(/\s+/);
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = parts;
  if (parts.length !== 6) {
    throw new ScheduleExpressionError(`a cron expression has six fields, got: ${fields}`);
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new ScheduleExpressionError(`one of the day of month and the day of week must be ?, got: ${fields}`);
  }
  const isMinute = matcher(MINUTES, minutes);
  const isHour = matcher(HOURS, hours);
  const isMonth = matcher(MONTH, month);
  const isYear = matcher(YEAR, year);
  const isDay = dayOfWeek === '?' ? dayOfMonthMatcher(dayOfMonth) : dayOfWeekMatcher(dayOfWeek);
  const times = numbersFrom(HOURS)
    .filter(isHour)
    .flatMap((hour) =>
      numbersFrom(MINUTES)
        .filter(isMinute)
        .map((minute) => (hour * 60 + minute) * 60_000),
    );
  return (after) => {
    const last = Date.UTC(YEAR.max, 11, 31);
    for (let midnight = Math.floor(after / DAY_MILLIS) * DAY_MILLIS; midnight <= last; midnight += DAY_MILLIS) {
      const day = new Date(midnight);
      if (isYear(day.getUTCFullYear()) && isMonth(day.getUTCMonth() + 1) && isDay(day)) {
        const time = times.find((one) => midnight + one > after);
        if (time !== undefined) {
          return midnight + time;
        }
      }
    }
    return undefined;
  };
}

/** `*`, or values, ranges and steps, separated by commas. */
function matcher(field: Field, text: string): Matcher {
  const matchers = text.split(',').map((part) => partMatcher(field, part));
  return (value) => matchers.some((matches) => matches(value));
}

function partMatcher(field: Field, part: string): Matcher {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  const [, from = '', to] = /^([^-]+)(?:-([^-]+))?$/.exec(range) ?? [];
  const isAll = range === '*';
  const first = isAll ? field.min : numberOf(field, from);
  const last = isAll || (to === undefined && step !== undefined) ? field.max : numberOf(field, to ?? from);
  const every = Number(step ?? 1);
  if (first > last || every < 1) {
    throw invalid(field, part);
  }
  return (value) => value >= first && value <= last && (value - first) % every === 0;
}

function numberOf(field: Field, text: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? field.min + named : Number(/^\d+$/.test(text) ? text : Number.NaN);
  if (!(value >= field.min && value <= field.max)) {
    throw invalid(field, text);
  }
  return value;
}

/** `L` is the month's last day, `15W` the weekday nearest to the 15th in that month, `LW` the last weekday. */
function dayOfMonthMatcher(text: string): DayMatcher {
  const [, nearest] = /^(\d+|L)W$/.exec(text) ?? [];
  if (text === 'L') {
    return (day) => day.getUTCDate() === daysInMonth(day);
  }
  if (nearest !== undefined) {
    const wanted = nearest === 'L' ? DAY_OF_MONTH.max : numberOf(DAY_OF_MONTH, nearest);
    return (day) => (nearest === 'L' || wanted <= daysInMonth(day)) && day.getUTCDate() === nearestWeekday(day, wanted);
  }
  const matches = matcher(DAY_OF_MONTH, text);
  return (day) => matches(day.getUTCDate());
}

/** `6L` is the month's last Friday, `L` alone Saturday, `6#3` the third Friday. */
function dayOfWeekMatcher(text: string): DayMatcher {
  const [, last] = /^([^,#]+)L$/.exec(text) ?? [];
  const [, weekday, occurrence] = /^([^,#]+)#([1-5])$/.exec(text) ?? [];
  if (last !== undefined) {
    const wanted = numberOf(DAY_OF_WEEK, last);
    return (day) => weekdayOf(day) === wanted && day.getUTCDate() + 7 > daysInMonth(day);
  }
  if (weekday !== undefined) {
    const wanted = numberOf(DAY_OF_WEEK, weekday);
    return (day) => weekdayOf(day) === wanted && Math.ceil(day.getUTCDate() / 7) === Number(occurrence);
  }
  const matches = matcher(DAY_OF_WEEK, text === 'L' ? 'SAT' : text);
  return (day) => matches(weekdayOf(day));
}

function nearestWeekday(inMonth: Date, wanted: number): number {
  const last = daysInMonth(inMonth);
  const date = Math.min(wanted, last);
  const weekday = weekdayOf(new Date(Date.UTC(inMonth.getUTCFullYear(), inMonth.getUTCMonth(), date)));
  if (weekday === 7) {
    return date > 1 ? date - 1 : date + 2;
  }
  if (weekday === 1) {
    return date < last ? date + 1 : date - 2;
  }
  return date;
}

/** 1 is Sunday. */
function weekdayOf(day: Date): number {
  return day.getUTCDay() + 1;
}

function daysInMonth(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
}

function numbersFrom({ min, max }: Field): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

function invalid(field: Field, got: string): ScheduleExpressionError {
  return new ScheduleExpressionError(`the ${field.name} must be from ${field.min} to ${field.max}, got: ${got}`);
}
