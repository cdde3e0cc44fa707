import type Stripe from 'stripe';
import { billingDetails, chargedMethod } from './payment-method';

export interface ChargeDetails {
  readonly id: string;
  readonly created: number;
  readonly intent: Stripe.PaymentIntent;
  readonly customer: string | null;
  readonly card: Stripe.PaymentMethod;
  readonly outcome: 'succeeded' | 'failed' | 'pending';
}

const DECLINED = 'The card was declined.';
const RETURNED = 'The bank account has insufficient funds.';

export function newCharge(details: ChargeDetails): Stripe.Charge {
  const { intent, card } = details;
  const succeeded = details.outcome === 'succeeded';
  const failed = details.outcome === 'failed';
  return {
    id: details.id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: succeeded ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: billingDetails(card.billing_details.email),
    calculated_statement_descriptor: 'LOCAL STAND-IN',
    captured: succeeded,
    created: details.created,
    currency: intent.currency,
    customer: details.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failed ? 'card_declined' : null,
    failure_message: failed ? DECLINED : null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(!failed),
    paid: succeeded,
    payment_intent: intent.id,
    payment_method: card.id,
    payment_method_details: chargedMethod(card, details.created),
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: details.outcome,
    transfer_data: null,
    transfer_group: null,
  };
}

/** A pending charge, now that the bank has answered. */
export function settledCharge(charge: Stripe.Charge, outcome: 'succeeded' | 'failed'): Stripe.Charge {
  const succeeded = outcome === 'succeeded';
  return {
    ...charge,
    amount_captured: succeeded ? charge.amount : 0,
    captured: succeeded,
    failure_code: succeeded ? null : 'insufficient_funds',
    failure_message: succeeded ? null : RETURNED,
    outcome: outcomeOf(succeeded),
    paid: succeeded,
    status: outcome,
  };
}

export function refundedCharge(charge: Stripe.Charge, amount: number): Stripe.Charge {
  const refunded = charge.amount_refunded + amount;
  return { ...charge, amount_refunded: refunded, refunded: refunded === charge.amount };
}

function outcomeOf(succeeded: boolean): Stripe.Charge.Outcome {
  return {
    advice_code: succeeded ? null : 'try_again_later',
    network_advice_code: null,
    network_decline_code: succeeded ? null : '05',
    network_status: succeeded ? 'approved_by_network' : 'declined_by_network',
    reason: succeeded ? null : 'generic_decline',
    risk_level: 'normal',
    risk_score: 1,
    seller_message: succeeded ? 'Payment complete.' : 'The bank did not give a reason for the decline.',
    type: succeeded ? 'authorized' : 'issuer_declined',
  };
}
