import Stripe from 'stripe';
import type { Period } from './subscription';

export interface InvoiceLineDetails {
  readonly id: string;
  readonly subscription: Stripe.Subscription;
  readonly price: Stripe.Price;
  readonly quantity: number;
  readonly amount: number;
  readonly description: string;
  readonly period: Period;
  /** The subscription item that is paid for; none for a one-off that was bought with the subscription. */
  readonly item?: Stripe.SubscriptionItem;
  readonly proration?: boolean;
}

/** A line before it is on an invoice; `onInvoice` puts it there. */
export function newInvoiceLine(details: InvoiceLineDetails): Stripe.InvoiceLineItem {
  const { subscription, price } = details;
  return {
    id: details.id,
    object: 'line_item',
    amount: details.amount,
    currency: price.currency,
    description: details.description,
    discount_amounts: [],
    discountable: details.proration !== true,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: subscription.metadata,
    parent: parentOf(details),
    period: { end: details.period.end, start: details.period.start },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: productOf(price) },
      type: 'price_details',
      unit_amount_decimal: Stripe.Decimal.from(price.unit_amount ?? 0),
    },
    quantity: details.quantity,
    quantity_decimal: Stripe.Decimal.from(details.quantity),
    // Stripe leaves it out where `parent` has the subscription; reading it there is what works everywhere.
    subscription: null,
    subtotal: details.amount,
    taxes: [],
  };
}

export function onInvoice(line: Stripe.InvoiceLineItem, invoice: string): Stripe.InvoiceLineItem {
  return { ...line, invoice };
}

export interface LinePricing {
  /** The discount's id, and what it takes off. */
  readonly discount?: { readonly id: string; readonly amount: number };
  readonly tax?: { readonly rate: string; readonly amount: number; readonly inclusive: boolean };
}

export function pricedLine(line: Stripe.InvoiceLineItem, { discount, tax }: LinePricing): Stripe.InvoiceLineItem {
  const net = line.amount - (discount?.amount ?? 0);
  const taxed = tax && {
    amount: tax.amount,
    tax_behavior: tax.inclusive ? ('inclusive' as const) : ('exclusive' as const),
    tax_rate_details: { tax_rate: tax.rate },
    taxability_reason: 'standard_rated' as const,
    taxable_amount: tax.inclusive ? net - tax.amount : net,
    type: 'tax_rate_details' as const,
  };
  return {
    ...line,
    discount_amounts: discount ? [{ amount: discount.amount, discount: discount.id }] : [],
    taxes: taxed ? [taxed] : [],
  };
}

export function productOf(price: Stripe.Price): string {
  return typeof price.product === 'string' ? price.product : price.product.id;
}

function parentOf(details: InvoiceLineDetails): Stripe.InvoiceLineItem.Parent {
  const proration = details.proration ?? false;
  const common = { proration, proration_details: { credited_items: null }, subscription: details.subscription.id };
  if (details.item === undefined) {
    return {
      invoice_item_details: { ...common, invoice_item: details.id.replace(/^il_/, 'ii_') },
      subscription_item_details: null,
      type: 'invoice_item_details',
    };
  }
  return {
    invoice_item_details: null,
    subscription_item_details: { ...common, invoice_item: null, subscription_item: details.item.id },
    type: 'subscription_item_details',
  };
}
