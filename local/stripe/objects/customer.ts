import type Stripe from 'stripe';

export interface CustomerDetails {
  readonly id: string;
  readonly created: number;
  readonly email?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly description?: string;
  readonly address?: Stripe.Address;
  readonly metadata?: Record<string, string>;
}

export function newCustomer(details: CustomerDetails): Stripe.Customer {
  return {
    id: details.id,
    object: 'customer',
    address: details.address ?? null,
    balance: 0,
    created: details.created,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: details.description ?? null,
    discount: null,
    email: details.email ?? null,
    // Unique enough for one account, and stable: it begins the number of each of the customer's invoices.
    invoice_prefix: details.id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: details.metadata ?? {},
    name: details.name ?? null,
    next_invoice_sequence: 1,
    phone: details.phone ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}
