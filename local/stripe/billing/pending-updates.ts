import type Stripe from 'stripe';
import type { Context } from '../context';
import { paymentsOf, voidInvoice } from './invoicing';
import { abandon } from './payments';

/** How long Stripe waits for the payment of a change before it drops the change. */
const HOURS_TO_PAY = 23;
const HOUR = 3_600;

/** Puts a change off until its invoice is paid: `payment_behavior` of `pending_if_incomplete`. */
export function putOff(context: Context, changed: Stripe.Subscription, invoice: Stripe.Invoice): void {
  const current = context.find('subscription', changed.id);
  const waiting: Stripe.Subscription = {
    ...current,
    pending_update: {
      billing_cycle_anchor:
        changed.billing_cycle_anchor === current.billing_cycle_anchor ? null : changed.billing_cycle_anchor,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: context.now() + HOURS_TO_PAY * HOUR,
      metadata: null,
      subscription_items: changed.items.data,
      trial_end: null,
      trial_from_plan: null,
    },
  };
  context.store.put('pending_change', { id: changed.id, invoice: invoice.id, changed });
  context.update('subscription', current, waiting);
}

/** Whether an invoice is for a change that waits for it: then nothing else hangs on its payment. */
export function isPutOff(context: Context, invoice: Stripe.Invoice): boolean {
  return context.store.all('pending_change').some((change) => change.invoice === invoice.id);
}

/** The change that an invoice was for, now that it is paid. */
export function applyPendingUpdate(context: Context, invoice: Stripe.Invoice): void {
  const pending = context.store.all('pending_change').find((change) => change.invoice === invoice.id);
  if (pending === undefined) {
    return;
  }
  const current = context.find('subscription', pending.id);
  const { items, billing_cycle_anchor } = pending.changed;
  const applied = { ...current, items, billing_cycle_anchor, pending_update: null };
  context.store.remove('pending_change', pending.id);
  context.update('subscription', current, applied);
  context.emit('customer.subscription.pending_update_applied', applied);
}

/** Nobody has paid for the change in time: it never was. */
export function dropPendingUpdate(context: Context, subscription: Stripe.Subscription): void {
  const pending = context.find('pending_change', subscription.id);
  const invoice = context.find('invoice', pending.invoice);
  context.store.remove('pending_change', subscription.id);
  const kept = { ...subscription, pending_update: null };
  context.update('subscription', subscription, kept);
  context.emit('customer.subscription.pending_update_expired', kept);
  for (const { payment } of paymentsOf(context, invoice)) {
    abandon(context, String(payment.payment_intent));
  }
  voidInvoice(context, invoice);
}
