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

export interface PaymentMethodDetails {
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
    card: {
      ...CARD,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      display_brand: CARD.brand,
      exp_month: 12,
      exp_year: expiryYear(details.created),
      generated_from: null,
      networks: { available: [CARD.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: details.created,
    customer: details.customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}

export function billingDetails(email: string | null): Stripe.PaymentMethod.BillingDetails {
  return { address: null, email, name: null, phone: null, tax_id: null };
}

/** The card as a charge shows it. */
export function chargedCard(created: number): Stripe.Charge.PaymentMethodDetails {
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
