import type Stripe from 'stripe';
import { INTERVALS, type Interval } from '../objects/price';
import type { Period } from '../objects/subscription';

const DAY = 86_400;

/** The period that begins at `start`. `anchor` gives the day of the month: 31 January, 28 February, 31 March. */
export function periodFrom(start: number, price: Stripe.Price, anchor = start): Period {
  const interval = INTERVALS.find((known) => known === price.recurring?.interval) ?? 'month';
  return { start, end: after(start, interval, price.recurring?.interval_count ?? 1, anchor) };
}

/** `month`, `3 months`. */
export function intervalText(price: Stripe.Price): string {
  const { interval = 'month', interval_count: count = 1 } = price.recurring ?? {};
  return count === 1 ? interval : `${count} ${interval}s`;
}

/** How much of the period is left, from 0 to 1. */
export function shareLeft(period: Period, now: number): number {
  if (period.end <= period.start) {
    return 0;
  }
  return Math.min(1, Math.max(0, (period.end - now) / (period.end - period.start)));
}

function after(start: number, interval: Interval, count: number, anchor: number): number {
  switch (interval) {
    case 'day':
      return start + count * DAY;
    case 'week':
      return start + count * 7 * DAY;
    case 'month':
      return monthsAfter(start, count, anchor);
    case 'year':
      return monthsAfter(start, count * 12, anchor);
  }
}

export function monthsAfter(start: number, months: number, anchor: number): number {
  const date = new Date(start * 1_000);
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(new Date(anchor * 1_000).getUTCDate(), lastDay));
  return date.getTime() / 1_000;
}
