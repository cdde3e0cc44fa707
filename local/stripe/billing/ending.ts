import type Stripe from 'stripe';
import type { Context } from '../context';
import { subscriptionOf } from '../objects/invoice';
import { canceledSubscription } from '../objects/subscription';

/** The end of a subscription: it is gone at once, and what it still owes is asked for no more. */
export function end(
  context: Context,
  subscription: Stripe.Subscription,
  at: number,
  details?: Partial<Stripe.Subscription.CancellationDetails>,
): Stripe.Subscription {
  const canceled = canceledSubscription(subscription, at, details);
  context.store.put('subscription', canceled);
  context.store.remove('pending_proration', subscription.id);
  context.store.remove('pending_change', subscription.id);
  for (const invoice of context.store.all('invoice')) {
    if (invoice.status === 'open' && subscriptionOf(invoice) === subscription.id) {
      context.update('invoice', invoice, { ...invoice, auto_advance: false, next_payment_attempt: null });
    }
  }
  context.emit('customer.subscription.deleted', canceled);
  return canceled;
}
