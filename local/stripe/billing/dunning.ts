import type Stripe from 'stripe';
import type { Context } from '../context';
import type { Dunning } from '../state';
import { end } from './ending';

const DAY = 86_400;
/** Days from each failed attempt to the next; Stripe's own schedule learns from all of its merchants. */
const RETRY_DAYS = [3, 5, 7];

export const MOST_RETRIES = RETRY_DAYS.length;
export const LAST_RESORTS = ['cancel', 'unpaid', 'past_due'] as const;

const DUNNING = 'dunning';

/** At Stripe these are settings of the account that only its dashboard changes. */
export function dunningOf(context: Context): Dunning {
  return context.store.get('dunning', DUNNING) ?? { id: DUNNING, retries: MOST_RETRIES, finally: 'cancel' };
}

export function setDunning(context: Context, settings: Partial<Omit<Dunning, 'id'>>): Dunning {
  const changed = { ...dunningOf(context), ...settings };
  context.store.put('dunning', changed);
  return changed;
}

/** When an invoice is charged again of which `failures` attempts have failed; null after the last one. */
export function nextAttempt(context: Context, failures: number): number | null {
  const days = failures <= dunningOf(context).retries ? RETRY_DAYS[failures - 1] : undefined;
  return days === undefined ? null : context.now() + days * DAY;
}

/** What becomes of a subscription whose invoice nobody has paid in the end. */
export function giveUp(context: Context, subscription: Stripe.Subscription): void {
  const last = dunningOf(context).finally;
  if (last === 'cancel') {
    end(context, subscription, context.now(), { reason: 'payment_failed' });
  } else {
    context.update('subscription', subscription, { ...subscription, status: last });
  }
}
