import type Stripe from 'stripe';

/** How long a merchant may take to answer; at Stripe it depends on the card's network. */
const DAYS_TO_ANSWER = 9;
const DAY = 86_400;

/** What Stripe lists as reasons of disputes. */
export const DISPUTE_REASONS = [
  ...['bank_cannot_process', 'check_returned', 'credit_not_processed', 'customer_initiated', 'debit_not_authorized'],
  ...['duplicate', 'fraudulent', 'general', 'incorrect_account_details', 'insufficient_funds', 'noncompliant'],
  ...['product_not_received', 'product_unacceptable', 'subscription_canceled', 'unrecognized'],
] as const;

export interface DisputeDetails {
  readonly id: string;
  readonly transaction: string;
  readonly created: number;
  readonly charge: Stripe.Charge;
  readonly amount: number;
  readonly reason: string;
}

export function newDispute(details: DisputeDetails): Stripe.Dispute {
  const { charge } = details;
  return {
    id: details.id,
    object: 'dispute',
    amount: details.amount,
    balance_transactions: [transactionOf(details, -details.amount, 'dispute')],
    charge: charge.id,
    created: details.created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(charge.billing_details.email),
    evidence_details: {
      due_by: details.created + DAYS_TO_ANSWER * DAY,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
      type: 'card',
    },
    reason: details.reason,
    status: 'needs_response',
  };
}

export function settledDispute(
  dispute: Stripe.Dispute,
  outcome: 'won' | 'lost',
  transaction: string,
  at: number,
): Stripe.Dispute {
  const back = { id: dispute.id, transaction, created: at, currency: dispute.currency };
  return {
    ...dispute,
    balance_transactions:
      outcome === 'won'
        ? [...dispute.balance_transactions, transactionOf(back, dispute.amount, 'dispute_reversal')]
        : dispute.balance_transactions,
    status: outcome,
  };
}

/** What the merchant has to say; once it is submitted the bank decides. */
export function answeredDispute(
  dispute: Stripe.Dispute,
  evidence: Partial<Stripe.Dispute.Evidence>,
  submitted: boolean,
): Stripe.Dispute {
  const { evidence_details: details } = dispute;
  return {
    ...dispute,
    evidence: { ...dispute.evidence, ...evidence },
    evidence_details: {
      ...details,
      has_evidence: true,
      submission_count: details.submission_count + (submitted ? 1 : 0),
      submission_method: submitted ? 'manual' : details.submission_method,
    },
    status: submitted ? 'under_review' : dispute.status,
  };
}

/** Without the fee that Stripe takes for a dispute: it differs from country to country. */
function transactionOf(
  of: Pick<DisputeDetails, 'id' | 'transaction' | 'created'> & ({ charge: Stripe.Charge } | { currency: string }),
  amount: number,
  category: string,
): Stripe.BalanceTransaction {
  return {
    id: of.transaction,
    object: 'balance_transaction',
    amount,
    available_on: of.created,
    balance_type: 'payments',
    created: of.created,
    currency: 'charge' in of ? of.charge.currency : of.currency,
    description: null,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: amount,
    reporting_category: category,
    source: of.id,
    status: 'available',
    type: 'adjustment',
  };
}

function noEvidence(email: string | null): Stripe.Dispute.Evidence {
  return {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: email,
    customer_name: null,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  };
}
