import type Stripe from 'stripe';
import type { Context } from '../context';
import { withPeriod } from '../objects/subscription';
import { cardOf } from './collection';
import { end } from './ending';
import { invoiceNow } from './invoice-now';
import { periodLines } from './invoicing';
import { periodFrom } from './periods';

/** How long before the end of a trial Stripe tells of it. */
export const NOTICE = 3 * 86_400;

/** Once for each end of a trial. */
export function tellTrialEnd(context: Context, subscription: Stripe.Subscription): void {
  context.store.put('told_trial_end', { id: subscription.id });
  context.emit('customer.subscription.trial_will_end', subscription);
}

export function isTold(context: Context, subscription: Stripe.Subscription): boolean {
  return context.store.get('told_trial_end', subscription.id) !== undefined;
}

/** Stripe tells of a trial's end at once when it is sooner than the notice. */
export function tellIfSoon(context: Context, subscription: Stripe.Subscription): void {
  if (subscription.status === 'trialing' && (subscription.trial_end ?? 0) - context.now() <= NOTICE) {
    tellTrialEnd(context, subscription);
  }
}

/** What becomes of a trial that nobody has given a card for; nothing where it goes on to an invoice. */
export function endWithoutCard(context: Context, subscription: Stripe.Subscription): Stripe.Subscription | undefined {
  const without = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (cardOf(context, subscription) !== undefined || without === 'create_invoice') {
    return undefined;
  }
  if (without === 'cancel') {
    return end(context, subscription, subscription.trial_end ?? context.now(), { reason: null });
  }
  const paused: Stripe.Subscription = { ...subscription, status: 'paused' };
  context.update('subscription', context.find('subscription', subscription.id), paused);
  context.emit('customer.subscription.paused', paused);
  return paused;
}

/** Begins the first period that is paid for, now. */
export function endTrialNow(context: Context, subscription: Stripe.Subscription): Stripe.Subscription {
  const now = context.now();
  const ended = { ...subscription, trial_end: now, status: 'active' as const };
  return endWithoutCard(context, ended) ?? beginNow(context, ended);
}

/** A subscription that a trial without a card has paused goes on once its invoice is paid. */
export function resume(context: Context, subscription: Stripe.Subscription): Stripe.Subscription {
  return beginNow(context, subscription);
}

/** Another end for a trial, or a trial for a subscription that had none. */
export function withTrialEnd(context: Context, subscription: Stripe.Subscription, at: number): Stripe.Subscription {
  context.store.remove('told_trial_end', subscription.id);
  const start = subscription.status === 'trialing' ? (subscription.trial_start ?? context.now()) : context.now();
  const trial = {
    ...subscription,
    billing_cycle_anchor: at,
    status: 'trialing' as const,
    trial_end: at,
    trial_start: start,
  };
  return withPeriod(trial, { start, end: at });
}

function beginNow(context: Context, subscription: Stripe.Subscription): Stripe.Subscription {
  const now = context.now();
  const [item] = subscription.items.data;
  const period = item === undefined ? { start: now, end: now } : periodFrom(now, item.price);
  const begun = withPeriod({ ...subscription, billing_cycle_anchor: now }, period);
  const lines = periodLines(context, begun);
  invoiceNow(context, {
    subscription: begun,
    lines,
    billingReason: 'subscription_update',
    period: { start: now, end: now },
  });
  return context.find('subscription', subscription.id);
}
