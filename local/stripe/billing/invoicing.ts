import type Stripe from 'stripe';
import type { Context } from '../context';
import { formatAmount } from '../currency';
import { newId } from '../ids';
import { finalizedInvoice, newInvoice, paidInvoice, uncollectibleInvoice, voidedInvoice } from '../objects/invoice';
import { newInvoiceLine, onInvoice, pricedLine, productOf } from '../objects/invoice-line';
import { newInvoicePayment, paidInvoicePayment } from '../objects/invoice-payment';
import { amountOf } from '../objects/price';
import { type Period, periodOf } from '../objects/subscription';
import { priceLines, TAX_RATE } from './amounts';
import { discountOf } from './discounts';
import { intervalText } from './periods';

export interface InvoiceRequest {
  readonly subscription: Stripe.Subscription;
  readonly lines: Stripe.InvoiceLineItem[];
  readonly billingReason: 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  readonly period: Period;
}

/** One line for each item: the whole of the item's current period. A trial's is for nothing. */
export function periodLines(context: Context, subscription: Stripe.Subscription): Stripe.InvoiceLineItem[] {
  return subscription.items.data.map((item) => {
    const { price, quantity = 1 } = item;
    const each = `${formatAmount(price.unit_amount ?? 0, price.currency)} / ${intervalText(price)}`;
    const name = productName(context, price);
    const trial = subscription.status === 'trialing';
    return newInvoiceLine({
      id: newId('il_'),
      subscription,
      item,
      price,
      quantity,
      amount: trial ? 0 : amountOf(price, quantity),
      description: trial ? `Trial period for ${name}` : `${quantity} × ${name} (at ${each})`,
      period: periodOf(subscription),
    });
  });
}

export function productName(context: Context, price: Stripe.Price): string {
  return context.store.get('product', productOf(price))?.name ?? price.id;
}

/** Puts the invoice and tells nobody yet: Checkout tells of it when it is paid, a renewal at every step. */
export function draftInvoice(context: Context, request: InvoiceRequest): Stripe.Invoice {
  const customer = customerOf(context, request.subscription);
  const sequence = customer.next_invoice_sequence ?? 1;
  const id = newId('in_');
  const invoice = newInvoice({
    ...request,
    id,
    number: `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`,
    created: context.now(),
    customer,
    // Checkout has charged the whole already.
    startingBalance: request.billingReason === 'subscription_create' ? 0 : customer.balance,
    lines: priced(context, request.subscription, request.lines).map((line) => onInvoice(line, id)),
  });
  context.store.put('invoice', invoice);
  context.store.put('customer', { ...customer, next_invoice_sequence: sequence + 1 });
  return invoice;
}

/** The lines with what is taken off them and what tax there is on them. */
export function priced(
  context: Context,
  subscription: Stripe.Subscription,
  lines: readonly Stripe.InvoiceLineItem[],
): Stripe.InvoiceLineItem[] {
  const running = discountOf(context, subscription);
  const taxed = subscription.automatic_tax.enabled;
  const amounts = lines.map((line) => ({
    amount: line.amount,
    discountable: line.discountable,
    taxBehavior: context.store.get('price', String(line.pricing?.price_details?.price))?.tax_behavior,
  }));
  const prices = priceLines(amounts, { coupon: running?.coupon, taxed });
  return lines.map((line, index) => {
    const { discount, tax, inclusive } = prices[index] ?? { discount: 0, tax: 0, inclusive: false };
    return pricedLine(line, {
      ...(running && line.discountable && { discount: { id: running.discount.id, amount: discount } }),
      ...(taxed && { tax: { rate: TAX_RATE, amount: tax, inclusive } }),
    });
  });
}

/** Where an invoice is paid that could not be charged. */
export function invoiceUrl({ baseUrl }: Context, id: string): string {
  return `${baseUrl}/i/${id}`;
}

export function finalizeInvoice(context: Context, draft: Stripe.Invoice): Stripe.Invoice {
  const invoice = finalizedInvoice(draft, context.now(), invoiceUrl(context, draft.id));
  context.store.put('invoice', invoice);
  const customer = context.store.get('customer', String(invoice.customer));
  const used = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  if (customer !== undefined) {
    context.update('customer', customer, { ...customer, balance: customer.balance + used });
  }
  return invoice;
}

/** Ties a payment to its invoice. */
export function attachPayment(context: Context, invoice: Stripe.Invoice, intent: Stripe.PaymentIntent): void {
  const payment = newInvoicePayment({
    id: newId('inpay_'),
    created: context.now(),
    invoice,
    paymentIntent: intent.id,
  });
  context.store.put('invoice_payment', payment);
}

export function markPaid(context: Context, invoice: Stripe.Invoice): Stripe.Invoice {
  const paid = paidInvoice(invoice, context.now());
  context.store.put('invoice', paid);
  return paid;
}

export function announcePaid(context: Context, invoice: Stripe.Invoice): void {
  context.emit('invoice.paid', invoice);
  context.emit('invoice.payment_succeeded', invoice);
  for (const payment of paymentsOf(context, invoice)) {
    const paid = paidInvoicePayment(payment, context.now());
    context.store.put('invoice_payment', paid);
    context.emit('invoice_payment.paid', paid);
  }
}

export function paymentsOf(context: Context, invoice: Stripe.Invoice): Stripe.InvoicePayment[] {
  return context.store.all('invoice_payment').filter((payment) => payment.invoice === invoice.id);
}

export function customerOf(context: Context, subscription: Stripe.Subscription): Stripe.Customer {
  return context.find('customer', String(subscription.customer));
}

/** Nobody is to pay it any more. */
export function voidInvoice(context: Context, invoice: Stripe.Invoice): Stripe.Invoice {
  const voided = voidedInvoice(invoice, context.now());
  context.store.put('invoice', voided);
  context.emit('invoice.voided', voided);
  return voided;
}

/** Nobody is expected to pay it, though it may still be paid. */
export function markUncollectible(context: Context, invoice: Stripe.Invoice): Stripe.Invoice {
  const marked = uncollectibleInvoice(invoice, context.now());
  context.store.put('invoice', marked);
  context.emit('invoice.marked_uncollectible', marked);
  return marked;
}
