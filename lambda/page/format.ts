import type { PublicPrice } from '../customer/offers';
import { type Html, html } from './html';
import { TEXTS } from './texts';

const NUMBER = new Intl.NumberFormat(TEXTS.language);
const TIME = new Intl.DateTimeFormat(TEXTS.language, {
  ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  ...{ hourCycle: 'h23', timeZone: 'UTC', timeZoneName: 'short' },
});
const DAY = new Intl.DateTimeFormat(TEXTS.language, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Stripe writes amounts of these in two decimals, though they have none. https://docs.stripe.com/currencies#special-cases */
const TWO_ZEROS = ['isk', 'ugx'];

export function number(value: number): string {
  return NUMBER.format(value);
}

/** `24 Nov 2026, 12:00 UTC`; of what is written in ISO 8601. */
export function timeText(iso: string): string {
  return TIME.format(new Date(iso));
}

export function time(iso: string): Html {
  return html`<time datetime="${iso}">${timeText(iso)}</time>`;
}

/** `24 Nov`, of `2026-11-24`. */
export function day(date: string): string {
  return DAY.format(new Date(`${date}T00:00:00Z`));
}

/** `24 hours`; nothing for no time at all. */
export function duration(seconds: number): string {
  const { days, hours, minutes } = TEXTS.keys.durations;
  if (seconds >= 2 * 86_400) {
    return days(Math.round(seconds / 86_400));
  }
  if (seconds >= 3_600) {
    return hours(Math.round(seconds / 3_600));
  }
  return seconds === 0 ? '' : minutes(Math.max(1, Math.round(seconds / 60)));
}

/** `$29 a month` */
export function price(of: PublicPrice): Html {
  if (of === null) {
    return html`${TEXTS.offers.free}`;
  }
  if ('atCheckout' in of || of.amount === undefined || of.currency === undefined) {
    return html`${TEXTS.offers.atCheckout}`;
  }
  const interval =
    of.interval === undefined ? undefined : html` <small>${TEXTS.offers.interval[of.interval] ?? ''}</small>`;
  return html`${money(of.amount, of.currency)}${interval}`;
}

function money(amount: number, currency: string): string {
  const usual = new Intl.NumberFormat(TEXTS.language, { style: 'currency', currency });
  const decimals = TWO_ZEROS.includes(currency) ? 2 : (usual.resolvedOptions().maximumFractionDigits ?? 2);
  const value = amount / 10 ** decimals;
  const isWhole = Number.isInteger(value);
  return isWhole
    ? new Intl.NumberFormat(TEXTS.language, { style: 'currency', currency, maximumFractionDigits: 0 }).format(value)
    : usual.format(value);
}
