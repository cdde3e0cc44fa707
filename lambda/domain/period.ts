import type { PlanEntry, QuotaEntry } from '../../lib/private/catalogue';
import { calendarPeriodEnd, calendarPeriodStart } from './calendar';
import { type EpochSeconds, NEVER } from './clock';

const UTC = 'Etc/UTC';

/** One period of a customer's. */
export interface QuotaPeriod {
  readonly start: EpochSeconds;
  readonly end: EpochSeconds;
}

/** The period that a customer begins who is put on the plan at `now`. */
export function firstPeriod(plan: PlanEntry, now: EpochSeconds): QuotaPeriod {
  return { start: now, end: plan.quota.period === 'billing' ? intervalAfter(plan, now) : endOf(plan.quota, now) };
}

/**
 * The period that `now` is in, where the last one known ended at `ended`.
 *
 * Billing periods follow on each other from there by the price's interval, each clamped to the length of its month as Stripe does
 * it: so whoever computes them comes to the same ones, whatever his clock says.
 */
export function periodAfter(plan: PlanEntry, ended: EpochSeconds, now: EpochSeconds): QuotaPeriod {
  if (plan.quota.period !== 'billing') {
    return { start: ended, end: endOf(plan.quota, now) };
  }
  let period = { start: ended, end: intervalAfter(plan, ended) };
  while (period.end <= now) {
    period = { start: period.end, end: intervalAfter(plan, period.end) };
  }
  return period;
}

/**
 * By how many units a period changes in whose middle a customer goes from one paid plan to another: what he has spent of the one
 * counts for the other, or each change would fill the quota anew. Nothing where the two count differently, and a new period begins.
 */
export function unitsOfSwitch(from: PlanEntry | undefined, to: PlanEntry): number | undefined {
  if (from?.price === undefined || from.quota.units === undefined || to.quota.units === undefined) {
    return undefined;
  }
  const sameWindow = from.quota.period === to.quota.period && from.quota.timeZone === to.quota.timeZone;
  return sameWindow ? to.quota.units - from.quota.units : undefined;
}

/** Seconds by which two beginnings of one billing period may differ. */
export const RENEWAL_TOLERANCE = 4 * 86_400;

/** The earliest beginning that a balance may have whose period is this one, or a later one. */
export function earliestBeginning({ start, end }: QuotaPeriod): number {
  return start - Math.min(RENEWAL_TOLERANCE, Math.floor((end - start) / 2));
}

/** The window in which a plan's units are counted, as text: plans of one window share what was spent in it. */
export function windowOf({ quota: { period, timeZone = UTC }, price }: PlanEntry): string {
  switch (period) {
    case 'day':
    case 'week':
    case 'month':
      return `${period} ${timeZone}`;
    case 'billing':
      return `${period} ${price?.interval ?? 'month'}`;
    case 'once':
    case 'unlimited':
      return period;
  }
}

/** The seconds of the window in which the plan's units are counted; none where they never come back. */
export function periodLength(quota: QuotaEntry, { start, end }: QuotaPeriod): number | undefined {
  switch (quota.period) {
    case 'day':
    case 'week':
    case 'month':
      return end - calendarPeriodStart(quota.period, quota.timeZone ?? UTC, end);
    case 'billing':
      return end - start;
    case 'once':
    case 'unlimited':
      return undefined;
  }
}

function endOf({ period, timeZone = UTC }: QuotaEntry, now: EpochSeconds): EpochSeconds {
  switch (period) {
    case 'once':
      return NEVER;
    case 'day':
    case 'week':
    case 'month':
      return calendarPeriodEnd(period, timeZone, now);
    default:
      // Nobody sees it: it is when a plan that is unlimited no more comes into force.
      return calendarPeriodEnd('month', UTC, now);
  }
}

function intervalAfter(plan: PlanEntry, start: EpochSeconds): EpochSeconds {
  const date = new Date(start * 1000);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + (plan.price?.interval === 'year' ? 12 : 1));
  if (date.getUTCDate() !== day) {
    // 31 January and a month is the last of February.
    date.setUTCDate(0);
  }
  return date.getTime() / 1000;
}
