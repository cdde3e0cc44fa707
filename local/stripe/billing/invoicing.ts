import type Stripe from 'stripe';
import type { Context } from '../context';
import { formatAmount } from '../currency';
import { invalidRequest } from '../errors';
import { newId } from '../ids';
import { finalizedInvoice, newInvoice, paidInvoice, subscriptionOf, unpaidInvoice } from '../objects/invoice';
import { newInvoiceLine, onInvoice, productOf } from '../objects/invoice-line';
import { newInvoicePayment, paidInvoicePayment } from '../objects/invoice-payment';
import { amountOf } from '../objects/price';
import { type Period, periodOf } from '../objects/subscription';
import { decline, openPayment, succeed } from './payments';
import { intervalText } from './periods';

export type Outcome = 'paid' | 'failed';

/** Stripe tries again after some days. */
const RETRY_AFTER = 3 * 86_400;

export interface InvoiceRequest {
  readonly subscription: Stripe.Subscription;
  readonly lines: Stripe.InvoiceLineItem[];
  readonly billingReason: 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  readonly period: Period;
}

/** One line for each item: the whole of the item's current period. */
export function periodLines(context: Context, subscription: Stripe.Subscription): Stripe.InvoiceLineItem[] {
  return subscription.items.data.map((item) => {
    const { price, quantity = 1 } = item;
    const each = `${formatAmount(price.unit_amount ?? 0, price.currency)} / ${intervalText(price)}`;
    return newInvoiceLine({
      id: newId('il_'),
      subscription,
      item,
      price,
      quantity,
      amount: amountOf(price, quantity),
      description: `${quantity} × ${productName(context, price)} (at ${each})`,
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
    lines: request.lines.map((line) => onInvoice(line, id)),
  });
  context.store.put('invoice', invoice);
  context.store.put('customer', { ...customer, next_invoice_sequence: sequence + 1 });
  return invoice;
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

/** Drafts, finalizes and charges an invoice, telling of each step. `request.subscription` is the changed one. */
export function invoiceNow(context: Context, request: InvoiceRequest, outcome: Outcome): Stripe.Invoice {
  const before = context.find('subscription', request.subscription.id);
  const draft = draftInvoice(context, request);
  context.update('subscription', before, { ...request.subscription, latest_invoice: draft.id });
  context.emit('invoice.created', draft);
  const invoice = finalizeInvoice(context, draft);
  context.emit('invoice.finalized', invoice);
  if (invoice.amount_due > 0) {
    const intent = openPayment(context, {
      amount: invoice.amount_due,
      currency: invoice.currency,
      customer: String(invoice.customer),
      description: request.billingReason === 'subscription_update' ? 'Subscription update' : 'Subscription renewal',
      metadata: {},
      offSession: true,
    });
    attachPayment(context, invoice, intent);
  }
  return charge(context, invoice, outcome);
}

/** One attempt at an open invoice. The subscription's status follows its latest invoice. */
export function charge(context: Context, invoice: Stripe.Invoice, outcome: Outcome): Stripe.Invoice {
  const subscription = context.find('subscription', subscriptionOf(invoice) ?? '');
  const [payment] = paymentsOf(context, invoice);
  if (payment !== undefined) {
    attempt(context, subscription, context.find('payment_intent', String(payment.payment.payment_intent)), outcome);
  }
  if (outcome === 'paid') {
    const paid = markPaid(context, invoice);
    announcePaid(context, paid);
    setStatus(context, subscription, 'active', paid);
    return paid;
  }
  const unpaid = unpaidInvoice(invoice, context.now() + RETRY_AFTER);
  context.store.put('invoice', unpaid);
  context.emit('invoice.payment_failed', unpaid);
  setStatus(context, subscription, 'past_due', unpaid);
  return unpaid;
}

/** A subscription that began for nothing has no card; Stripe refuses to charge it. */
export function requireCard(context: Context, subscription: Stripe.Subscription): Stripe.PaymentMethod {
  const card = context.store.get('payment_method', String(subscription.default_payment_method));
  if (card === undefined) {
    throw invalidRequest(`Customer ${String(subscription.customer)} has no payment method to charge.`, {
      code: 'resource_missing',
    });
  }
  return card;
}

export function customerOf(context: Context, subscription: Stripe.Subscription): Stripe.Customer {
  return context.find('customer', String(subscription.customer));
}

function attempt(
  context: Context,
  subscription: Stripe.Subscription,
  intent: Stripe.PaymentIntent,
  outcome: Outcome,
): void {
  const card = requireCard(context, subscription);
  const pay = outcome === 'paid' ? succeed : decline;
  pay(context, intent, card, String(subscription.customer));
}

function setStatus(
  context: Context,
  subscription: Stripe.Subscription,
  status: 'active' | 'past_due',
  invoice: Stripe.Invoice,
): void {
  if (subscription.latest_invoice === invoice.id && subscription.status !== 'canceled') {
    context.update('subscription', subscription, { ...subscription, status });
  }
}
