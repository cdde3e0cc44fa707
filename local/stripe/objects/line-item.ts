import type Stripe from 'stripe';
import { amountOf } from './price';

export interface LineItemDetails {
  readonly id: string;
  readonly price: Stripe.Price;
  readonly quantity: number;
  readonly description: string;
  readonly metadata: Record<string, string>;
}

/** Before discount and tax. */
export function newLineItem(details: LineItemDetails): Stripe.LineItem {
  const amount = amountOf(details.price, details.quantity);
  return {
    id: details.id,
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: details.price.currency,
    description: details.description,
    metadata: details.metadata,
    price: details.price,
    quantity: details.quantity,
  };
}
