import type Stripe from 'stripe';
import type { Context } from '../context';
import { newId } from '../ids';
import { newInvoiceLine } from '../objects/invoice-line';
import { amountOf } from '../objects/price';
import { type Period, periodOf, withItems, withPeriod } from '../objects/subscription';
import { invoiceNow, periodLines, productName, requireCard } from './invoicing';
import { periodFrom, shareLeft } from './periods';

export const PRORATIONS = ['create_prorations', 'always_invoice', 'none'] as const;
export type Proration = (typeof PRORATIONS)[number];

/** The subscription with other items: what that costs is invoiced now or waits for the next invoice, as asked for. */
export function changeItems(
  context: Context,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  proration: Proration,
): Stripe.Subscription {
  const now = context.now();
  const changed = withItems(subscription, items);
  if (totalOf(items) > 0) {
    requireCard(context, subscription);
  }
  if (beginsAnew(subscription.items.data, items)) {
    return changeNow(context, subscription, beginPeriod(changed, now), proration);
  }
  const left = { start: now, end: periodOf(subscription).end };
  const share = shareLeft(periodOf(subscription), now);
  const lines =
    proration === 'none'
      ? []
      : [
          ...prorated(context, subscription, removedFrom(subscription.items.data, items), left, -share),
          ...prorated(context, changed, removedFrom(items, subscription.items.data), left, share),
        ];
  if (proration === 'always_invoice' && lines.length > 0) {
    return invoiceChange(context, changed, lines);
  }
  if (lines.length > 0) {
    const pending = context.store.get('pending_proration', subscription.id)?.lines ?? [];
    context.store.put('pending_proration', { id: subscription.id, lines: [...pending, ...lines] });
  }
  context.update('subscription', context.find('subscription', subscription.id), changed);
  return changed;
}

/** Another interval, or the end of being free: Stripe begins a new period and charges at once. */
function changeNow(
  context: Context,
  before: Stripe.Subscription,
  changed: Stripe.Subscription,
  proration: Proration,
): Stripe.Subscription {
  const unused = { start: context.now(), end: periodOf(before).end };
  const share = shareLeft(periodOf(before), context.now());
  const credit = proration === 'none' ? [] : prorated(context, before, before.items.data, unused, -share);
  return invoiceChange(context, changed, [...credit, ...periodLines(context, changed)]);
}

function invoiceChange(
  context: Context,
  subscription: Stripe.Subscription,
  lines: Stripe.InvoiceLineItem[],
): Stripe.Subscription {
  const period = { start: context.now(), end: context.now() };
  invoiceNow(context, { subscription, lines, billingReason: 'subscription_update', period }, 'paid');
  return context.find('subscription', subscription.id);
}

function prorated(
  context: Context,
  subscription: Stripe.Subscription,
  items: readonly Stripe.SubscriptionItem[],
  period: Period,
  share: number,
): Stripe.InvoiceLineItem[] {
  return items
    .filter((item) => itemTotal(item) > 0)
    .map((item) =>
      newInvoiceLine({
        id: newId('il_'),
        subscription,
        item,
        price: item.price,
        quantity: item.quantity ?? 1,
        amount: Math.round(itemTotal(item) * share),
        description: `${share < 0 ? 'Unused' : 'Remaining'} time on ${productName(context, item.price)}`,
        period,
        proration: true,
      }),
    );
}

function beginPeriod(subscription: Stripe.Subscription, now: number): Stripe.Subscription {
  const [item] = subscription.items.data;
  const anchored = { ...subscription, billing_cycle_anchor: now };
  return item === undefined ? anchored : withPeriod(anchored, periodFrom(now, item.price));
}

function beginsAnew(before: readonly Stripe.SubscriptionItem[], after: readonly Stripe.SubscriptionItem[]): boolean {
  const interval = (items: readonly Stripe.SubscriptionItem[]) => JSON.stringify(items[0]?.price.recurring);
  return interval(before) !== interval(after) || (totalOf(before) === 0 && totalOf(after) > 0);
}

/** The items of `before` that `after` does not have, or not for the same price and quantity. */
function removedFrom(
  before: readonly Stripe.SubscriptionItem[],
  after: readonly Stripe.SubscriptionItem[],
): Stripe.SubscriptionItem[] {
  return before.filter(
    (item) =>
      !after.some(
        (other) => other.id === item.id && other.price.id === item.price.id && other.quantity === item.quantity,
      ),
  );
}

function itemTotal(item: Stripe.SubscriptionItem): number {
  return amountOf(item.price, item.quantity ?? 1);
}

function totalOf(items: readonly Stripe.SubscriptionItem[]): number {
  return items.reduce((sum, item) => sum + itemTotal(item), 0);
}
