import Stripe from 'stripe';

export interface PriceDetails {
  readonly id: string;
  readonly created: number;
  readonly active: boolean;
  readonly currency: string;
  readonly product: string;
  readonly unitAmount: number;
  readonly recurring?: { readonly interval: Interval; readonly intervalCount: number };
  readonly lookupKey?: string;
  readonly nickname?: string;
  readonly taxBehavior?: TaxBehavior;
  readonly metadata?: Record<string, string>;
}

export const INTERVALS = ['day', 'week', 'month', 'year'] as const;
export type Interval = (typeof INTERVALS)[number];

export const TAX_BEHAVIORS = ['exclusive', 'inclusive', 'unspecified'] as const;
export type TaxBehavior = (typeof TAX_BEHAVIORS)[number];

export function newPrice(details: PriceDetails): Stripe.Price {
  return {
    id: details.id,
    object: 'price',
    active: details.active,
    billing_scheme: 'per_unit',
    created: details.created,
    currency: details.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: details.lookupKey ?? null,
    metadata: details.metadata ?? {},
    nickname: details.nickname ?? null,
    product: details.product,
    recurring: details.recurring
      ? {
          interval: details.recurring.interval,
          interval_count: details.recurring.intervalCount,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: details.taxBehavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: details.recurring ? 'recurring' : 'one_time',
    unit_amount: details.unitAmount,
    unit_amount_decimal: Stripe.Decimal.from(details.unitAmount),
  };
}

/** The older object that a subscription item still carries next to its price. */
export function planOf(price: Stripe.Price): Stripe.Plan {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: 'per_unit',
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}

/** What one line costs. */
export function amountOf(price: Stripe.Price, quantity: number): number {
  return (price.unit_amount ?? 0) * quantity;
}
