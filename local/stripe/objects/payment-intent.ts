import type Stripe from 'stripe';

/** What a charge fails for here. */
const CODES = ['card_declined', 'insufficient_funds'] as const;

export interface PaymentIntentDetails {
  readonly id: string;
  readonly clientSecret: string;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  /** Set for a subscription: the card is to be charged again. */
  readonly offSession: boolean;
}

export function newPaymentIntent(details: PaymentIntentDetails): Stripe.PaymentIntent {
  return {
    id: details.id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: details.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: details.clientSecret,
    confirmation_method: 'automatic',
    created: details.created,
    currency: details.currency,
    customer: details.customer,
    customer_account: null,
    description: details.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: details.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: details.offSession ? 'off_session' : null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
}

export function succeededIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  customer: string | null,
): Stripe.PaymentIntent {
  return {
    ...intent,
    amount_received: intent.amount,
    customer,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: charge.payment_method,
    status: 'succeeded',
  };
}

export function declinedIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  card: Stripe.PaymentMethod,
): Stripe.PaymentIntent {
  return {
    ...intent,
    last_payment_error: {
      charge: charge.id,
      code: CODES.find((known) => known === charge.failure_code) ?? 'card_declined',
      ...(card.type === 'card' && { decline_code: 'generic_decline' }),
      message: charge.failure_message ?? '',
      payment_method: card,
      type: card.type === 'card' ? 'card_error' : 'invalid_request_error',
    },
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  };
}

/** The bank has been asked for the money. */
export function processingIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  customer: string | null,
): Stripe.PaymentIntent {
  return {
    ...intent,
    customer,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: charge.payment_method,
    status: 'processing',
  };
}

/** The card's owner has to confirm the payment with the bank. */
export function unconfirmedIntent(intent: Stripe.PaymentIntent, card: Stripe.PaymentMethod): Stripe.PaymentIntent {
  return {
    ...intent,
    last_payment_error: null,
    next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} },
    payment_method: card.id,
    status: 'requires_action',
  };
}

export function canceledIntent(intent: Stripe.PaymentIntent, at: number): Stripe.PaymentIntent {
  return { ...intent, next_action: null, canceled_at: at, cancellation_reason: 'abandoned', status: 'canceled' };
}
