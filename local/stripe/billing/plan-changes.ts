import type Stripe from 'stripe';
import type { Context } from '../context';
import { cardDeclined } from '../errors';
import { newId } from '../ids';
import { newInvoiceLine } from '../objects/invoice-line';
import { amountOf } from '../objects/price';
import { type Period, periodOf, withItems, withPeriod } from '../objects/subscription';
import { shareOff } from './amounts';
import { outcomeOf, requireCard } from './collection';
import { discountOf } from './discounts';
import { dueFor, invoiceNow } from './invoice-now';
import { periodLines, productName } from './invoicing';
import { putOff } from './pending-updates';
import { periodFrom, shareLeft } from './periods';

export const PRORATIONS = ['create_prorations', 'always_invoice', 'none'] as const;
export type Proration = (typeof PRORATIONS)[number];

export const PAYMENT_BEHAVIORS = [
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
] as const;
export type PaymentBehavior = (typeof PAYMENT_BEHAVIORS)[number];

export interface ChangeOptions {
  readonly proration: Proration;
  /** What becomes of a change that is to be paid for now and cannot be. */
  readonly payment: PaymentBehavior;
}

/** The subscription with other items: what that costs is invoiced now or waits for the next invoice, as asked for. */
export function changeItems(
  context: Context,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  options: ChangeOptions,
): Stripe.Subscription {
  const now = context.now();
  const { proration } = options;
  const changed = withItems(subscription, items);
  if (subscription.status === 'trialing') {
    context.update('subscription', context.find('subscription', subscription.id), changed);
    return changed;
  }
  if (totalOf(items) > 0) {
    requireCard(context, subscription);
  }
  if (beginsAnew(subscription.items.data, items)) {
    return changeNow(context, subscription, beginPeriod(changed, now), options);
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
    return invoiceChange(context, changed, lines, options.payment);
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
  options: ChangeOptions,
): Stripe.Subscription {
  const credit = options.proration === 'none' ? [] : unusedTime(context, before);
  return invoiceChange(context, changed, [...credit, ...periodLines(context, changed)], options.payment);
}

function invoiceChange(
  context: Context,
  subscription: Stripe.Subscription,
  lines: Stripe.InvoiceLineItem[],
  payment: PaymentBehavior,
): Stripe.Subscription {
  const period = { start: context.now(), end: context.now() };
  const request = { subscription, lines, billingReason: 'subscription_update', period } as const;
  const before = context.find('subscription', subscription.id);
  if (payment === 'pending_if_incomplete' && !isPayable(context, subscription, lines)) {
    const finalized = (invoice: Stripe.Invoice) => putOff(context, subscription, invoice);
    invoiceNow(context, { ...request, subscription: before }, { finalized });
  } else {
    const invoice = invoiceNow(context, request, payment === 'default_incomplete' ? { outcome: 'unattempted' } : {});
    if (payment === 'error_if_incomplete' && invoice.status === 'open') {
      throw cardDeclined();
    }
  }
  return context.find('subscription', subscription.id);
}

function isPayable(
  context: Context,
  subscription: Stripe.Subscription,
  lines: readonly Stripe.InvoiceLineItem[],
): boolean {
  return dueFor(context, subscription, lines) <= 0 || outcomeOf(context, subscription) === 'paid';
}

/** What is left of the period, as credit. */
export function unusedTime(context: Context, subscription: Stripe.Subscription): Stripe.InvoiceLineItem[] {
  const left = { start: context.now(), end: periodOf(subscription).end };
  const share = shareLeft(periodOf(subscription), context.now());
  return subscription.status === 'trialing'
    ? []
    : prorated(context, subscription, subscription.items.data, left, -share);
}

function prorated(
  context: Context,
  subscription: Stripe.Subscription,
  items: readonly Stripe.SubscriptionItem[],
  period: Period,
  share: number,
): Stripe.InvoiceLineItem[] {
  const coupon = discountOf(context, subscription)?.coupon;
  return items
    .filter((item) => itemTotal(item) > 0)
    .map((item) =>
      newInvoiceLine({
        id: newId('il_'),
        subscription,
        item,
        price: item.price,
        quantity: item.quantity ?? 1,
        // A credit is for what was paid, with its discount.
        amount: Math.round(shareOff(itemTotal(item), coupon) * share),
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
