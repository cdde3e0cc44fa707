import type Stripe from 'stripe';

export interface ProductDetails {
  readonly id: string;
  readonly created: number;
  readonly name: string;
  /** False for a product that a Checkout Session brought along: it is for that one purchase. */
  readonly active: boolean;
  readonly metadata?: Record<string, string>;
}

export function newProduct(details: ProductDetails): Stripe.Product {
  return {
    id: details.id,
    object: 'product',
    active: details.active,
    created: details.created,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: details.metadata ?? {},
    name: details.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: details.created,
    url: null,
  };
}
