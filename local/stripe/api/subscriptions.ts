import { cancelNow } from '../billing/cancellation';
import { changeItems, PAYMENT_BEHAVIORS, PRORATIONS } from '../billing/plan-changes';
import { endTrialNow, resume, tellIfSoon } from '../billing/trials';
import { invalidRequest, resourceMissing } from '../errors';
import { type ApiRequest, listPage, matching, type Route } from './route';
import { cancellationDetails, changed } from './subscription-changes';
import { readItems } from './subscription-items';

export const subscriptionRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/subscriptions', handle: listSubscriptions },
  { method: 'GET', path: '/v1/subscriptions/:id', handle: ({ context, id }) => context.find('subscription', id) },
  { method: 'POST', path: '/v1/subscriptions/:id', handle: updateSubscription },
  { method: 'DELETE', path: '/v1/subscriptions/:id', handle: cancelSubscription },
  { method: 'POST', path: '/v1/subscriptions/:id/resume', handle: resumeSubscription },
];

/** What can be changed at any time. */
const ALWAYS = ['metadata', 'description', 'cancellation_details'];
const RUNNING = [
  ...['items', 'cancel_at_period_end', 'cancel_at', 'default_payment_method', 'pause_collection', 'trial_end'],
  ...['trial_settings', 'proration_behavior', 'payment_behavior'],
];
/** What a change that waits for its payment may not come with, as it would not wait. */
const NOT_PENDING = ['metadata', 'description', 'cancel_at_period_end', 'cancel_at', 'pause_collection', 'trial_end'];

/** Without the canceled ones, unless they are asked for. */
function listSubscriptions(request: ApiRequest): object {
  const { context, params } = request;
  const status = params.string('status');
  const price = params.string('price');
  const rows = matching(params, context.store.all('subscription'), ['customer']).filter((subscription) => {
    const current = status === undefined ? subscription.status !== 'canceled' : subscription.status === status;
    return (
      (current || status === 'all' || (status === 'ended' && subscription.ended_at !== null)) &&
      (price === undefined || subscription.items.data.some((item) => item.price.id === price))
    );
  });
  return listPage(request, rows, ['customer', 'price', 'status']);
}

function updateSubscription({ context, id, params }: ApiRequest): object {
  params.only(ALWAYS, RUNNING, ['off_session']);
  const subscription = context.find('subscription', id);
  if (subscription.status === 'canceled' && RUNNING.some((name) => params.has(name))) {
    throw invalidRequest('Of a canceled subscription only the metadata and the description can be changed.');
  }
  const proration = params.oneOf('proration_behavior', PRORATIONS) ?? 'create_prorations';
  const payment = params.oneOf('payment_behavior', PAYMENT_BEHAVIORS) ?? 'allow_incomplete';
  const unwaiting = NOT_PENDING.find((name) => params.has(name));
  if (payment === 'pending_if_incomplete' && unwaiting !== undefined) {
    throw invalidRequest(`${unwaiting} does not go with a payment_behavior of pending_if_incomplete.`, {
      param: unwaiting,
    });
  }
  const other = changed(context, subscription, params);
  if (params.has('items')) {
    changeItems(context, other, readItems(context, other, params), { proration, payment });
  } else {
    context.update('subscription', subscription, other);
  }
  const current = context.find('subscription', id);
  if (params.has('trial_end')) {
    tellIfSoon(context, current);
  }
  return params.string('trial_end') === 'now' && current.status === 'trialing'
    ? endTrialNow(context, current)
    : current;
}

function cancelSubscription({ context, id, params }: ApiRequest): object {
  params.only(['cancellation_details', 'invoice_now', 'prorate']);
  const subscription = context.find('subscription', id);
  if (subscription.status === 'canceled') {
    throw resourceMissing('subscription', id);
  }
  return cancelNow(context, subscription, {
    details: cancellationDetails(params),
    invoiceNow: params.boolean('invoice_now') ?? false,
    prorate: params.boolean('prorate') ?? false,
  });
}

function resumeSubscription({ context, id, params }: ApiRequest): object {
  params.only([], ['billing_cycle_anchor', 'payment_behavior', 'proration_behavior']);
  const subscription = context.find('subscription', id);
  if (subscription.status !== 'paused') {
    throw invalidRequest(`Only a paused subscription can be resumed, and this one is ${subscription.status}.`);
  }
  return resume(context, subscription);
}
