import type Stripe from 'stripe';

export interface CheckoutSessionDetails {
  readonly id: string;
  readonly created: number;
  readonly url: string;
  readonly mode: 'payment' | 'subscription';
  readonly currency: string;
  readonly successUrl: string;
  readonly cancelUrl: string | null;
  readonly expiresAt: number;
  readonly customer: Stripe.Customer | null;
  readonly customerEmail: string | null;
  readonly customerCreation: Stripe.Checkout.Session.CustomerCreation | null;
  readonly paymentMethodCollection: Stripe.Checkout.Session.PaymentMethodCollection;
  readonly paymentMethodTypes: string[];
  readonly clientReferenceId: string | null;
  readonly allowPromotionCodes: boolean | null;
  /** Whether tax is added. */
  readonly taxed: boolean;
  readonly taxIdCollection: Stripe.Checkout.Session.TaxIdCollection | undefined;
  readonly metadata: Record<string, string>;
}

/** `withAmounts` says what it comes to. */

export function newCheckoutSession(details: CheckoutSessionDetails): Stripe.Checkout.Session {
  const email = details.customer?.email ?? details.customerEmail;
  return {
    ...unusedFeatures(),
    id: details.id,
    object: 'checkout.session',
    allow_promotion_codes: details.allowPromotionCodes,
    amount_subtotal: 0,
    amount_total: 0,
    automatic_tax: {
      enabled: details.taxed,
      liability: details.taxed ? { type: 'self' } : null,
      provider: details.taxed ? 'stripe' : null,
      status: details.taxed ? 'complete' : null,
    },
    cancel_url: details.cancelUrl,
    client_reference_id: details.clientReferenceId,
    client_secret: null,
    created: details.created,
    currency: details.currency,
    discounts: [],
    customer: details.customer?.id ?? null,
    customer_creation: details.customerCreation,
    customer_details: email === null ? null : customerDetails(email),
    customer_email: details.customerEmail,
    expires_at: details.expiresAt,
    invoice: null,
    livemode: false,
    metadata: details.metadata,
    mode: details.mode,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: details.paymentMethodCollection,
    payment_method_types: details.paymentMethodTypes,
    payment_status: 'unpaid',
    setup_intent: null,
    status: 'open',
    subscription: null,
    success_url: details.successUrl,
    ...(details.taxIdCollection && { tax_id_collection: details.taxIdCollection }),
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: details.url,
  };
}

export function customerDetails(email: string): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
}

/** What a session says of the features that the stand-in does not have: that they are off. */
function unusedFeatures() {
  return {
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allowed_payment_method_types: null,
    billing_address_collection: null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    consent_collection: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer_account: null,
    integration_identifier: null,
    invoice_creation: null,
    locale: null,
    managed_payments: null,
    origin_context: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    submit_type: null,
    wallet_options: null,
  } satisfies Partial<Stripe.Checkout.Session>;
}
