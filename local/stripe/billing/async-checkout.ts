import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { subscriptionOf } from '../objects/invoice';
import { endDebit } from './bank-debits';
import { leaveOpen, settle } from './collection';

/** A session that was completed by bank debit gets its money, or does not. */
export function settleCheckout(
  context: Context,
  session: Stripe.Checkout.Session,
  outcome: 'paid' | 'failed',
): Stripe.Checkout.Session {
  const order = context.store.get('checkout_order', session.id);
  const intent = context.store.get('payment_intent', order?.paymentIntent ?? '');
  if (session.status !== 'complete' || intent?.status !== 'processing') {
    throw invalidRequest(`Checkout Session ${session.id} does not wait for a bank.`);
  }
  endDebit(context, intent, outcome);
  const invoice = context.store.get('invoice', String(session.invoice));
  if (invoice?.status === 'open') {
    settleInvoice(context, invoice, outcome);
  }
  if (outcome === 'failed') {
    context.emit('checkout.session.async_payment_failed', session);
    return session;
  }
  const paid: Stripe.Checkout.Session = { ...session, payment_status: 'paid' };
  context.store.put('checkout.session', paid);
  context.emit('checkout.session.async_payment_succeeded', paid);
  return paid;
}

function settleInvoice(context: Context, invoice: Stripe.Invoice, outcome: 'paid' | 'failed'): void {
  const subscription = context.find('subscription', subscriptionOf(invoice) ?? '');
  if (outcome === 'paid') {
    settle(context, invoice, subscription);
  } else {
    leaveOpen(context, invoice, subscription, 'failed');
  }
}
