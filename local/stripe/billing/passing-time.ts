import type Stripe from 'stripe';
import type { Context } from '../context';
import { periodOf } from '../objects/subscription';
import { expireCheckout } from './checkout';
import { end, renew } from './subscriptions';

const DAY = 86_400;
/** Stripe lists events for 30 days and knows idempotency keys for one. */
const EVENT_DAYS = 30;

/** What happens by itself: sessions expire, subscriptions renew or end, old records go. */
export function passTime(context: Context): void {
  const now = context.now();
  for (const session of context.store.all('checkout.session')) {
    if (session.status === 'open' && session.expires_at <= now) {
      expireCheckout(context, session);
    }
  }
  for (const subscription of context.store.all('subscription')) {
    continueSubscription(context, subscription, now);
  }
  forget(context, now);
}

/** One that is past due waits for its payment. */
function continueSubscription(context: Context, subscription: Stripe.Subscription, now: number): void {
  let current = subscription;
  while (current.status === 'active' && periodOf(current).end <= now) {
    current = current.cancel_at_period_end
      ? end(context, current, periodOf(current).end)
      : renew(context, current, 'paid');
  }
}

function forget(context: Context, now: number): void {
  for (const event of context.store.all('event')) {
    if (event.created <= now - EVENT_DAYS * DAY) {
      context.store.remove('event', event.id);
      context.store.remove('delivery', event.id);
    }
  }
  for (const answer of context.store.all('idempotent_answer')) {
    if (answer.created <= now - DAY) {
      context.store.remove('idempotent_answer', answer.id);
    }
  }
}
