import type Stripe from 'stripe';
import type { Context } from '../context';
import { end } from './ending';
import { invoiceNow } from './invoice-now';
import { unusedTime } from './plan-changes';

export interface CancellationOptions {
  readonly details: Partial<Stripe.Subscription.CancellationDetails>;
  /** Whether the rest of the period is credited. */
  readonly prorate: boolean;
  /** Whether what is pending, and that credit, is invoiced; to nothing else is it put any more. */
  readonly invoiceNow: boolean;
}

/** The end at once; the last invoice may leave a credit in the customer's balance. */
export function cancelNow(
  context: Context,
  subscription: Stripe.Subscription,
  options: CancellationOptions,
): Stripe.Subscription {
  const now = context.now();
  const pending = context.store.get('pending_proration', subscription.id)?.lines ?? [];
  const lines = [...pending, ...(options.prorate ? unusedTime(context, subscription) : [])];
  if (options.invoiceNow && lines.length > 0) {
    const period = { start: now, end: now };
    invoiceNow(context, { subscription, lines, billingReason: 'subscription_update', period });
  }
  return end(context, context.find('subscription', subscription.id), now, options.details);
}
