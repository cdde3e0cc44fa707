import type Stripe from 'stripe';
import { changeItems, PRORATIONS } from '../billing/plan-changes';
import { end } from '../billing/subscriptions';
import type { Context } from '../context';
import { invalidRequest, parameterMissing, resourceMissing } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { planOf } from '../objects/price';
import { endAtPeriodEnd, newSubscriptionItem, periodOf } from '../objects/subscription';
import { activePrice, requireOneInterval } from './basket';
import { type ApiRequest, listPage, matching, type Route } from './route';

export const subscriptionRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/subscriptions', handle: listSubscriptions },
  { method: 'GET', path: '/v1/subscriptions/:id', handle: ({ context, id }) => context.find('subscription', id) },
  { method: 'POST', path: '/v1/subscriptions/:id', handle: updateSubscription },
  { method: 'DELETE', path: '/v1/subscriptions/:id', handle: cancelSubscription },
];

/** Without the canceled ones, unless they are asked for. */
function listSubscriptions(request: ApiRequest): object {
  const { context, params } = request;
  const status = params.string('status');
  const rows = matching(params, context.store.all('subscription'), ['customer']).filter((subscription) => {
    const current = status === undefined ? subscription.status !== 'canceled' : subscription.status === status;
    return current || status === 'all' || (status === 'ended' && subscription.ended_at !== null);
  });
  return listPage(request, rows, ['customer', 'status']);
}

function updateSubscription({ context, id, params }: ApiRequest): object {
  params.only(
    ['items', 'cancel_at_period_end', 'cancellation_details', 'metadata', 'description', 'proration_behavior'],
    ['payment_behavior', 'off_session'],
  );
  const subscription = context.find('subscription', id);
  if (subscription.status === 'canceled' && ['items', 'cancel_at_period_end'].some((name) => params.has(name))) {
    throw invalidRequest('Of a canceled subscription only the metadata and the description can be changed.');
  }
  const proration = params.oneOf('proration_behavior', PRORATIONS) ?? 'create_prorations';
  const ends = params.boolean('cancel_at_period_end') ?? subscription.cancel_at_period_end;
  const changed: Stripe.Subscription = {
    ...endAtPeriodEnd(subscription, ends, context.now(), cancellationDetails(params)),
    description: params.has('description') ? (params.string('description') ?? null) : subscription.description,
    metadata: params.metadata(subscription.metadata),
  };
  const items = params.has('items') ? readItems(context, subscription, params) : undefined;
  if (items === undefined) {
    context.update('subscription', subscription, changed);
    return changed;
  }
  return changeItems(context, changed, items, proration);
}

function cancelSubscription({ context, id, params }: ApiRequest): object {
  params.only(['cancellation_details'], ['invoice_now', 'prorate']);
  const subscription = context.find('subscription', id);
  if (subscription.status === 'canceled') {
    throw resourceMissing('subscription', id);
  }
  return end(context, subscription, context.now(), cancellationDetails(params));
}

function cancellationDetails(params: Params): Partial<Stripe.Subscription.CancellationDetails> {
  const details = params.child('cancellation_details')?.only(['comment', 'feedback']);
  return details === undefined
    ? {}
    : { comment: details.string('comment') ?? null, feedback: details.string('feedback') ?? null };
}

/** The items as `items` changes them; those that it does not name stay. */
function readItems(context: Context, subscription: Stripe.Subscription, params: Params): Stripe.SubscriptionItem[] {
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
