import type Stripe from 'stripe';

/** Made up: Stripe Tax finds the rate by where the buyer is, and the stand-in knows of no place. */
export const TAX_PERCENT = 10;
export const TAX_RATE = 'txr_local_made_up';

export interface LineAmount {
  readonly amount: number;
  readonly discountable: boolean;
  readonly taxBehavior: Stripe.Price.TaxBehavior | null | undefined;
}

export interface Pricing {
  readonly coupon?: Stripe.Coupon;
  /** Whether `automatic_tax` is on. */
  readonly taxed: boolean;
}

export interface PricedLine {
  readonly discount: number;
  readonly tax: number;
  /** Whether the tax is in the amount. */
  readonly inclusive: boolean;
  readonly total: number;
}

/** What lines come to, on a Checkout Session and on its invoice alike: line by line, in whatever order they are. */
export function priceLines(lines: readonly LineAmount[], { coupon, taxed }: Pricing): PricedLine[] {
  const discounts = discountsOf(lines, coupon);
  return lines.map(({ amount, taxBehavior }, index) => {
    const discount = discounts[index] ?? 0;
    const inclusive = taxBehavior === 'inclusive';
    const net = amount - discount;
    const share = inclusive ? TAX_PERCENT / (100 + TAX_PERCENT) : TAX_PERCENT / 100;
    const tax = taxed ? Math.round(net * share) : 0;
    return { discount, tax, inclusive, total: inclusive ? net : net + tax };
  });
}

/** What a coupon takes off an amount that is shared out over time, a proration's. */
export function shareOff(amount: number, coupon: Stripe.Coupon | undefined): number {
  return amount - Math.round((amount * (coupon?.percent_off ?? 0)) / 100);
}

function discountsOf(lines: readonly LineAmount[], coupon: Stripe.Coupon | undefined): number[] {
  const eligible = lines.map(({ amount, discountable }) => (discountable ? Math.max(0, amount) : 0));
  const percent = coupon?.percent_off;
  return percent
    ? eligible.map((amount) => Math.round((amount * percent) / 100))
    : shared(eligible, coupon?.amount_off);
}

/** An amount off is shared by the lines according to what they cost; the largest bears what rounding leaves. */
function shared(eligible: readonly number[], amountOff: number | null | undefined): number[] {
  const sum = eligible.reduce((total, amount) => total + amount, 0);
  const off = Math.min(amountOff ?? 0, sum);
  if (off === 0) {
    return eligible.map(() => 0);
  }
  const shares = eligible.map((amount) => Math.floor((off * amount) / sum));
  const largest = eligible.indexOf(Math.max(...eligible));
  const rest = off - shares.reduce((total, share) => total + share, 0);
  return shares.map((share, index) => (index === largest ? share + rest : share));
}
