import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { newId } from '../ids';
import { newInvoiceLine } from '../objects/invoice-line';
import {
  canceledSubscription,
  newSubscription,
  newSubscriptionItem,
  periodOf,
  withPeriod,
} from '../objects/subscription';
import { customerOf, invoiceNow, type Outcome, periodLines, requireCard } from './invoicing';
import { periodFrom } from './periods';

export interface SubscriptionRequest {
  readonly customer: string;
  readonly currency: string;
  readonly lineItems: readonly Stripe.LineItem[];
  readonly paymentMethod: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
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
            period: periodFrom(created, price),
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
  return lineItems.flatMap(({ price, quantity, amount_total: amount, description }) =>
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

/** Goes to the next period, or ends there when that was asked for. */
export function renew(context: Context, subscription: Stripe.Subscription, outcome: Outcome): Stripe.Subscription {
  if (subscription.status === 'canceled') {
    throw invalidRequest(`Subscription ${subscription.id} is canceled.`);
  }
  const over = periodOf(subscription);
  if (subscription.cancel_at_period_end) {
    return end(context, subscription, over.end);
  }
  const [item] = subscription.items.data;
  if (item === undefined) {
    throw invalidRequest(`Subscription ${subscription.id} has no items.`);
  }
  const renewed = withPeriod(subscription, periodFrom(over.end, item.price, subscription.billing_cycle_anchor));
  const pending = context.store.get('pending_proration', subscription.id)?.lines ?? [];
  const lines = [...pending, ...periodLines(context, renewed)];
  requireOutcome(context, renewed, lines, outcome);
  context.store.remove('pending_proration', subscription.id);
  invoiceNow(context, { subscription: renewed, lines, billingReason: 'subscription_cycle', period: over }, outcome);
  return context.find('subscription', subscription.id);
}

export function end(
  context: Context,
  subscription: Stripe.Subscription,
  at: number,
  details?: Partial<Stripe.Subscription.CancellationDetails>,
): Stripe.Subscription {
  const canceled = canceledSubscription(subscription, at, details);
  context.store.put('subscription', canceled);
  context.store.remove('pending_proration', subscription.id);
  context.emit('customer.subscription.deleted', canceled);
  return canceled;
}

/** Checked before anything is changed: a payment needs a card, and nothing to pay cannot be declined. */
function requireOutcome(
  context: Context,
  subscription: Stripe.Subscription,
  lines: readonly Stripe.InvoiceLineItem[],
  outcome: Outcome,
): void {
  const total = lines.reduce((sum, line) => sum + line.amount, customerOf(context, subscription).balance);
  if (total > 0) {
    requireCard(context, subscription);
  } else if (outcome === 'failed') {
    throw invalidRequest('The next invoice is for nothing, so its payment cannot fail.', { param: 'outcome' });
  }
}
