import { minimumAmount } from '../../lib/private/stripe-amounts';
import { invalidRequest } from './errors';

/** What Stripe takes as a presentment currency. */
const CURRENCIES = new Set(
  `aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny
   cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd
   jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad
   ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl
   thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw`.split(/\s+/),
);

const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));
/** Without minor unit today; Stripe keeps two decimals in the amount for them, always zeros. */
const TWO_ZEROS = new Set(['isk', 'ugx']);

const MAXIMUM = 99_999_999;

export function requireCurrency(currency: string, param: string): string {
  if (!CURRENCIES.has(currency)) {
    throw invalidRequest(`Invalid currency: ${currency}. Stripe takes lowercase ISO 4217 codes that it supports.`, {
      param,
    });
  }
  return currency;
}

/** Checks what a card would be charged. Nothing at all is fine: then no card is asked for. */
export function requireChargeable(amount: number, currency: string, param: string): void {
  const minimum = minimumAmount(currency);
  if (amount > 0 && amount < minimum) {
    throw invalidRequest(`The amount due must be at least ${formatAmount(minimum, currency)}.`, {
      param,
      code: 'amount_too_small',
    });
  }
  const step = stepOf(currency);
  if (amount % step !== 0) {
    throw invalidRequest(`Amounts in ${currency} must be divisible by ${step}, got: ${amount}`, { param });
  }
  if (amount > MAXIMUM) {
    throw invalidRequest(`The amount due must be no more than ${formatAmount(MAXIMUM, currency)}.`, {
      param,
      code: 'amount_too_large',
    });
  }
}

/** `2900, 'usd'` → `$29.00`; `2900, 'jpy'` → `¥2,900`. */
export function formatAmount(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const shown = TWO_ZEROS.has(currency) ? 0 : decimals;
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(amount / 10 ** decimals);
}

/** The cards' networks round where Stripe's amounts are finer than they can settle. */
function stepOf(currency: string): number {
  if (THREE_DECIMAL.has(currency)) {
    return 10;
  }
  return TWO_ZEROS.has(currency) ? 100 : 1;
}

function decimalsOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) {
    return 0;
  }
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}
