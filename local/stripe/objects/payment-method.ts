import type Stripe from 'stripe';

/** Stripe's best known test card. */
const CARD = {
  brand: 'visa',
  country: 'US',
  funding: 'credit',
  last4: '4242',
  fingerprint: 'LocalStandIn4242',
} as const;
const YEARS_VALID = 3;

/** The accounts that Stripe gives for tests. */
const BANK_ACCOUNT = {
  account_holder_type: 'individual',
  account_type: 'checking',
  bank_name: 'STRIPE TEST BANK',
  fingerprint: 'LocalStandIn6789',
  last4: '6789',
  routing_number: '110000000',
} as const;
const SEPA_ACCOUNT = {
  bank_code: '37040044',
  branch_code: '',
  country: 'DE',
  fingerprint: 'LocalStandIn3000',
  last4: '3000',
} as const;

/** Payment methods whose bank answers days later. */
export type DebitType = 'us_bank_account' | 'sepa_debit';

export interface PaymentMethodDetails {
  readonly type: 'card' | DebitType;
  readonly id: string;
  readonly created: number;
  readonly customer: string | null;
  readonly email: string | null;
}

export function newPaymentMethod(details: PaymentMethodDetails): Stripe.PaymentMethod {
  return {
    id: details.id,
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: billingDetails(details.email),
    ...instrument(details),
    created: details.created,
    customer: details.customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: details.type,
  };
}

function instrument({ type, created }: PaymentMethodDetails): Partial<Stripe.PaymentMethod> {
  switch (type) {
    case 'card':
      return { card: testCard(created) };
    case 'us_bank_account':
      return {
        us_bank_account: {
          ...BANK_ACCOUNT,
          financial_connections_account: null,
          networks: { preferred: 'ach', supported: ['ach'] },
          status_details: {},
        },
      };
    case 'sepa_debit':
      return { sepa_debit: { ...SEPA_ACCOUNT, generated_from: null } };
  }
}

function testCard(created: number): Stripe.PaymentMethod.Card {
  return {
    ...CARD,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    display_brand: CARD.brand,
    exp_month: 12,
    exp_year: expiryYear(created),
    generated_from: null,
    networks: { available: [CARD.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}

export function billingDetails(email: string | null): Stripe.PaymentMethod.BillingDetails {
  return { address: null, email, name: null, phone: null, tax_id: null };
}

/** The payment method as a charge shows it. */
export function chargedMethod({ type }: Stripe.PaymentMethod, created: number): Stripe.Charge.PaymentMethodDetails {
  if (type === 'us_bank_account') {
    return { type, us_bank_account: { ...BANK_ACCOUNT, payment_reference: null } };
  }
  if (type === 'sepa_debit') {
    return { type, sepa_debit: { ...SEPA_ACCOUNT, mandate: null } };
  }
  return {
    type: 'card',
    card: {
      ...CARD,
      amount_authorized: null,
      authorization_code: null,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      electronic_commerce_indicator: null,
      exp_month: 12,
      exp_year: expiryYear(created),
      installments: null,
      mandate: null,
      network: CARD.brand,
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

function expiryYear(created: number): number {
  return new Date(created * 1_000).getUTCFullYear() + YEARS_VALID;
}
