import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest, parameterMissing, resourceMissing } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { planOf } from '../objects/price';
import { newSubscriptionItem, periodOf } from '../objects/subscription';
import { activePrice, requireOneInterval } from './basket';

/** The items as `items` changes them; those that it does not name stay. */
export function readItems(
  context: Context,
  subscription: Stripe.Subscription,
  params: Params,
): Stripe.SubscriptionItem[] {
  const items = new Map(subscription.items.data.map((item) => [item.id, item]));
  for (const change of params.children('items')) {
    change.only(['id', 'price', 'quantity', 'deleted', 'metadata']);
    const id = change.string('id');
    const current = id === undefined ? undefined : items.get(id);
    if (id !== undefined && current === undefined) {
      throw resourceMissing('subscription_item', id, change.nameOf('id'));
    }
    if (change.boolean('deleted') === true) {
      items.delete(id ?? '');
    } else {
      const item = readItem(context, subscription, change, current);
      items.set(item.id, item);
    }
  }
  const changed = [...items.values()];
  if (changed.length === 0) {
    throw invalidRequest('A subscription must keep an item; cancel it instead.', { param: 'items' });
  }
  requireOneInterval(
    changed.map(({ price }) => price),
    'items',
  );
  return changed;
}

function readItem(
  context: Context,
  subscription: Stripe.Subscription,
  change: Params,
  current: Stripe.SubscriptionItem | undefined,
): Stripe.SubscriptionItem {
  const priceId = change.string('price');
  const price = priceId === undefined ? current?.price : activePrice(context, priceId, change.nameOf('price'));
  if (price === undefined) {
    throw parameterMissing(change.nameOf('price'));
  }
  if (price.recurring === null || price.currency !== subscription.currency) {
    throw invalidRequest(`The price ${price.id} must be recurring and in ${subscription.currency}.`, {
      param: change.nameOf('price'),
    });
  }
  const item =
    current ??
    newSubscriptionItem({
      id: newId('si_'),
      created: context.now(),
      subscription: subscription.id,
      price,
      quantity: 1,
      period: periodOf(subscription),
    });
  return {
    ...item,
    price,
    plan: planOf(price),
    quantity: change.integer('quantity', 1) ?? item.quantity ?? 1,
    metadata: change.metadata(item.metadata),
  };
}
