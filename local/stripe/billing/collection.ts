import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { paidInvoice, subscriptionOf, unpaidInvoice } from '../objects/invoice';
import { giveUp, nextAttempt } from './dunning';
import { announcePaid, attachPayment, paymentsOf } from './invoicing';
import { decline, openPayment, requireAction, succeed } from './payments';
import { applyPendingUpdate, isPutOff } from './pending-updates';

/** What becomes of an attempt to charge a card. */
export type Outcome = 'paid' | 'failed' | 'requires_action';
export const OUTCOMES = ['paid', 'failed', 'requires_action'] as const;

/** From these a subscription comes back when its latest invoice is paid. */
const OWING: readonly Stripe.Subscription.Status[] = ['past_due', 'unpaid', 'paused', 'incomplete'];

/** The subscription's own card, or else the customer's. */
export function cardOf(context: Context, subscription: Stripe.Subscription): Stripe.PaymentMethod | undefined {
  const own = subscription.default_payment_method;
  const settings = context.store.get('customer', String(subscription.customer))?.invoice_settings;
  return context.store.get('payment_method', String(own ?? settings?.default_payment_method));
}

/** A subscription that began for nothing has no card; Stripe refuses to charge it. */
export function requireCard(context: Context, subscription: Stripe.Subscription): Stripe.PaymentMethod {
  const card = cardOf(context, subscription);
  if (card === undefined) {
    throw invalidRequest(`Customer ${String(subscription.customer)} has no payment method to charge.`, {
      code: 'resource_missing',
    });
  }
  return card;
}

/** What a charge that nobody has decided about comes to: that depends on the card. */
export function outcomeOf(context: Context, subscription: Stripe.Subscription): Outcome {
  const card = cardOf(context, subscription);
  return card === undefined ? 'failed' : (context.store.get('card_behavior', card.id)?.outcome ?? 'paid');
}

/** One attempt at an open invoice. The subscription's status follows its latest invoice. */
export function charge(
  context: Context,
  invoice: Stripe.Invoice,
  outcome: Outcome,
  card?: Stripe.PaymentMethod,
): Stripe.Invoice {
  const subscription = context.find('subscription', subscriptionOf(invoice) ?? '');
  if (invoice.amount_due === 0) {
    return settle(context, invoice, subscription);
  }
  attempt(context, invoice, subscription, outcome, card ?? cardOf(context, subscription));
  return outcome === 'paid'
    ? settle(context, invoice, subscription)
    : leaveOpen(context, invoice, subscription, outcome);
}

function attempt(
  context: Context,
  invoice: Stripe.Invoice,
  subscription: Stripe.Subscription,
  outcome: Outcome,
  card: Stripe.PaymentMethod | undefined,
): void {
  const intent = paymentOf(context, invoice);
  if (card === undefined && outcome === 'paid') {
    requireCard(context, subscription);
  }
  if (card !== undefined) {
    const how = { paid: succeed, failed: decline, requires_action: requireAction }[outcome];
    how(context, intent, card, String(subscription.customer));
  }
}

/** The invoice's one PaymentIntent, made at the first attempt. */
export function paymentOf(context: Context, invoice: Stripe.Invoice): Stripe.PaymentIntent {
  const [payment] = paymentsOf(context, invoice);
  if (payment !== undefined) {
    return context.find('payment_intent', String(payment.payment.payment_intent));
  }
  const intent = openPayment(context, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: String(invoice.customer),
    description: invoice.billing_reason === 'subscription_update' ? 'Subscription update' : 'Subscription renewal',
    metadata: {},
    offSession: true,
  });
  attachPayment(context, invoice, intent);
  return intent;
}

/** An invoice is paid: its subscription comes back, or is changed as was waiting for that. */
export function settle(context: Context, invoice: Stripe.Invoice, subscription: Stripe.Subscription): Stripe.Invoice {
  const paid = paidInvoice(invoice, context.now());
  context.store.put('invoice', paid);
  announcePaid(context, paid);
  applyPendingUpdate(context, paid);
  const current = context.find('subscription', subscription.id);
  if (current.latest_invoice === paid.id && OWING.includes(current.status)) {
    const resumed: Stripe.Subscription = { ...current, status: 'active' };
    context.update('subscription', current, resumed);
    if (current.status === 'paused') {
      context.emit('customer.subscription.resumed', resumed);
    }
  }
  return paid;
}

/** An attempt at an invoice has failed. */
export function leaveOpen(
  context: Context,
  invoice: Stripe.Invoice,
  subscription: Stripe.Subscription,
  outcome: 'failed' | 'requires_action',
): Stripe.Invoice {
  const over = subscription.status === 'canceled' || isPutOff(context, invoice);
  const next = over ? null : nextAttempt(context, invoice.attempt_count + 1);
  const unpaid = unpaidInvoice(invoice, next);
  context.store.put('invoice', unpaid);
  // A payment that needs its customer has failed for now, and is told as both.
  if (outcome === 'requires_action') {
    context.emit('invoice.payment_action_required', unpaid);
  }
  context.emit('invoice.payment_failed', unpaid);
  if (over || subscription.latest_invoice !== invoice.id) {
    return unpaid;
  }
  if (next === null) {
    giveUp(context, subscription);
  } else if (subscription.status === 'active') {
    context.update('subscription', subscription, { ...subscription, status: 'past_due' });
  }
  return context.find('invoice', invoice.id);
}

/** What a customer types in where a card is asked for: from now on it is the one that is charged. */
export function keepCard(context: Context, customer: string, card: Stripe.PaymentMethod): void {
  const owner = context.find('customer', customer);
  const settings = { ...owner.invoice_settings, default_payment_method: card.id };
  context.update('customer', owner, { ...owner, invoice_settings: settings });
  for (const subscription of context.store.all('subscription')) {
    if (subscription.customer === customer && subscription.status !== 'canceled') {
      context.update('subscription', subscription, { ...subscription, default_payment_method: card.id });
    }
  }
}
