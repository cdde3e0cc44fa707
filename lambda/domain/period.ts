import type { Period } from '../../lib/private/catalogue';
import { type EpochSeconds, NEVER } from './clock';

const DAY = 86_400;

/** The end of the calendar period, in UTC, that `now` is in. */
export function periodEnd(period: Period, now: EpochSeconds): EpochSeconds {
  const date = new Date(now * 1000);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (period) {
    case 'day':
      return Date.UTC(year, month, day + 1) / 1000;
    case 'week':
      // getUTCDay counts from Sunday, and a week from Monday (ISO 8601).
      return Date.UTC(year, month, day + 7 - ((date.getUTCDay() + 6) % 7)) / 1000;
    case 'month':
      return Date.UTC(year, month + 1, 1) / 1000;
    case 'once':
      return NEVER;
  }
}

/** The length in seconds of the period that ends at `end`; none where it never ends. */
export function periodLength(period: Period, end: EpochSeconds): number | undefined {
  switch (period) {
    case 'day':
      return DAY;
    case 'week':
      return 7 * DAY;
    case 'month': {
      const last = new Date((end - 1) * 1000);
      return end - Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), 1) / 1000;
    }
    case 'once':
      return undefined;
  }
}
