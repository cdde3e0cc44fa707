import type Stripe from 'stripe';

export interface RefundDetails {
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly charge: Stripe.Charge;
  readonly reason: Stripe.Refund.Reason | null;
  readonly metadata: Record<string, string>;
}

export function newRefund(details: RefundDetails): Stripe.Refund {
  const { charge } = details;
  return {
    id: details.id,
    object: 'refund',
    amount: details.amount,
    balance_transaction: null,
    charge: charge.id,
    created: details.created,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    metadata: details.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: details.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}

/** The bank's number for it, with which a buyer can ask for the money. */
export function referencedRefund(refund: Stripe.Refund): Stripe.Refund {
  const reference = refund.id.slice(-12).toUpperCase();
  return {
    ...refund,
    destination_details: {
      card: { reference, reference_status: 'available', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
  };
}

/** What Stripe lists as the reasons. */
export const REFUND_FAILURES = [
  ...['charge_for_pending_refund_disputed', 'declined', 'expired_or_canceled_card', 'insufficient_funds'],
  ...['lost_or_stolen_card', 'merchant_request', 'unknown'],
] as const;

export function failedRefund(refund: Stripe.Refund, reason: string, transaction: string): Stripe.Refund {
  return { ...refund, failure_balance_transaction: transaction, failure_reason: reason, status: 'failed' };
}
