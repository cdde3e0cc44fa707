import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { newId } from '../ids';
import { newInvoiceLine } from '../objects/invoice-line';
import { newSubscription, newSubscriptionItem, periodOf, type Trial, withPeriod } from '../objects/subscription';
import { type Outcome, requireCard } from './collection';
import { end } from './ending';
import { dueFor, invoiceNow } from './invoice-now';
import { periodLines } from './invoicing';
import { periodFrom } from './periods';
import { endWithoutCard } from './trials';

export interface SubscriptionRequest {
  readonly customer: string;
  readonly currency: string;
  readonly lineItems: readonly Stripe.LineItem[];
  readonly paymentMethod: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly trial?: Trial;
  readonly taxed: boolean;
}

/** A subscription from what was bought; its first invoice is the caller's. */
export function startSubscription(context: Context, request: SubscriptionRequest): Stripe.Subscription {
  const id = newId('sub_');
  const created = context.now();
  const items = request.lineItems.flatMap(({ price, quantity }) =>
    price?.recurring
      ? [
          newSubscriptionItem({
            id: newId('si_'),
            created,
            subscription: id,
            price,
            quantity: quantity ?? 1,
            period: request.trial ? { start: created, end: request.trial.end } : periodFrom(created, price),
          }),
        ]
      : [],
  );
  return newSubscription({ ...request, id, created, items });
}

/** What was bought once together with the subscription is on its first invoice. */
export function oneOffLines(
  subscription: Stripe.Subscription,
  lineItems: readonly Stripe.LineItem[],
): Stripe.InvoiceLineItem[] {
  return lineItems.flatMap(({ price, quantity, amount_subtotal: amount, description }) =>
    price === null || price.recurring !== null
      ? []
      : [
          newInvoiceLine({
            id: newId('il_'),
            subscription,
            price,
            quantity: quantity ?? 1,
            amount,
            description: description ?? '',
            period: { start: subscription.created, end: subscription.created },
          }),
        ],
  );
}

/** Goes to the next period, or ends there when that was asked for. Without an outcome the card decides about it. */
export function renew(context: Context, subscription: Stripe.Subscription, outcome?: Outcome): Stripe.Subscription {
  if (subscription.status === 'canceled' || subscription.status === 'paused') {
    throw invalidRequest(`Subscription ${subscription.id} is ${subscription.status}.`);
  }
  const over = periodOf(subscription);
  if (subscription.cancel_at_period_end) {
    return end(context, subscription, over.end);
  }
  const stopped = subscription.status === 'trialing' ? endWithoutCard(context, subscription) : undefined;
  return stopped ?? goOn(context, subscription, outcome);
}

function goOn(context: Context, subscription: Stripe.Subscription, outcome?: Outcome): Stripe.Subscription {
  const over = periodOf(subscription);
  const [item] = subscription.items.data;
  if (item === undefined) {
    throw invalidRequest(`Subscription ${subscription.id} has no items.`);
  }
  const status = subscription.status === 'trialing' ? 'active' : subscription.status;
  const period = periodFrom(over.end, item.price, subscription.billing_cycle_anchor);
  const renewed = withPeriod({ ...subscription, status }, period);
  const pending = context.store.get('pending_proration', subscription.id)?.lines ?? [];
  const lines = [...pending, ...periodLines(context, renewed)];
  if (outcome !== undefined) {
    requireOutcome(context, renewed, lines, outcome);
  }
  context.store.remove('pending_proration', subscription.id);
  const request = { subscription: renewed, lines, billingReason: 'subscription_cycle', period: over } as const;
  invoiceNow(context, request, { outcome });
  return context.find('subscription', subscription.id);
}

/** Checked before anything is changed: a payment needs a card, and nothing to pay cannot be declined. */
function requireOutcome(
  context: Context,
  subscription: Stripe.Subscription,
  lines: readonly Stripe.InvoiceLineItem[],
  outcome: Outcome,
): void {
  if (dueFor(context, subscription, lines) > 0) {
    requireCard(context, subscription);
  } else if (outcome !== 'paid') {
    throw invalidRequest('The next invoice is for nothing, so its payment cannot fail.', { param: 'outcome' });
  }
}
