import type Stripe from 'stripe';
import { listOf } from './list';
import { planOf } from './price';

export interface Period {
  readonly start: number;
  readonly end: number;
}

/** What comes before the first period that is paid for. */
export interface Trial {
  readonly end: number;
  /** What happens then when nobody has given a card. */
  readonly missingPaymentMethod: 'cancel' | 'create_invoice' | 'pause';
}

export interface SubscriptionDetails {
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly currency: string;
  readonly items: Stripe.SubscriptionItem[];
  readonly paymentMethod: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly trial?: Trial;
  readonly taxed: boolean;
}

export function newSubscription(details: SubscriptionDetails): Stripe.Subscription {
  const { trial } = details;
  return {
    id: details.id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: {
      disabled_reason: null,
      enabled: details.taxed,
      liability: details.taxed ? { type: 'self' } : null,
    },
    billing_cycle_anchor: trial?.end ?? details.created,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: details.created },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: details.created,
    currency: details.currency,
    customer: details.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: details.paymentMethod,
    default_source: null,
    default_tax_rates: [],
    description: details.description,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: listOf(`/v1/subscription_items?subscription=${details.id}`, details.items),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: details.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: details.created,
    status: trial ? 'trialing' : 'active',
    test_clock: null,
    transfer_data: null,
    trial_end: trial?.end ?? null,
    trial_settings: trialSettings(trial?.missingPaymentMethod),
    trial_start: trial ? details.created : null,
  };
}

export function trialSettings(
  missing: Trial['missingPaymentMethod'] = 'create_invoice',
): Stripe.Subscription.TrialSettings {
  return { end_behavior: { billing_cycle_anchor: null, missing_payment_method: missing } };
}

export interface SubscriptionItemDetails {
  readonly id: string;
  readonly created: number;
  readonly subscription: string;
  readonly price: Stripe.Price;
  readonly quantity: number;
  readonly period: Period;
}

export function newSubscriptionItem(details: SubscriptionItemDetails): Stripe.SubscriptionItem {
  return {
    id: details.id,
    object: 'subscription_item',
    billing_thresholds: null,
    created: details.created,
    current_period_end: details.period.end,
    current_period_start: details.period.start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(details.price),
    price: details.price,
    quantity: details.quantity,
    subscription: details.subscription,
    tax_rates: [],
  };
}

/** The stand-in gives every item of a subscription the same interval, so the first one's period is that of all. */
export function periodOf(subscription: Stripe.Subscription): Period {
  const [item] = subscription.items.data;
  return { start: item?.current_period_start ?? 0, end: item?.current_period_end ?? 0 };
}

export function withItems(subscription: Stripe.Subscription, items: Stripe.SubscriptionItem[]): Stripe.Subscription {
  return { ...subscription, items: { ...subscription.items, data: items } };
}

export function withPeriod(subscription: Stripe.Subscription, period: Period): Stripe.Subscription {
  const cancelAt = subscription.cancel_at_period_end ? period.end : subscription.cancel_at;
  return withItems(
    { ...subscription, cancel_at: cancelAt },
    subscription.items.data.map((item) => ({
      ...item,
      current_period_start: period.start,
      current_period_end: period.end,
    })),
  );
}

export function canceledSubscription(
  subscription: Stripe.Subscription,
  at: number,
  details: Partial<Stripe.Subscription.CancellationDetails> = {},
): Stripe.Subscription {
  return {
    ...subscription,
    // A cancellation that was announced keeps the time of the announcement.
    canceled_at: subscription.canceled_at ?? at,
    cancel_at_period_end: false,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: 'cancellation_requested',
      ...details,
    },
    ended_at: at,
    status: 'canceled',
  };
}

/** The end at the end of the period, announced or taken back. */
export function endAtPeriodEnd(
  subscription: Stripe.Subscription,
  ends: boolean,
  now: number,
  details: Partial<Stripe.Subscription.CancellationDetails> = {},
): Stripe.Subscription {
  if (ends === subscription.cancel_at_period_end) {
    return subscription;
  }
  return {
    ...subscription,
    cancel_at: ends ? periodOf(subscription).end : null,
    cancel_at_period_end: ends,
    canceled_at: ends ? now : null,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: ends ? 'cancellation_requested' : null,
      ...details,
    },
  };
}
