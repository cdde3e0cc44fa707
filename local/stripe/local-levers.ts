/**
 * What an operator may do to the stand-in beyond Stripe's API, over plain HTTP and without a key, as it listens on the
 * loopback address only. Parameters go in the query or as a form; answers and errors are in Stripe's shapes.
 *
 *   POST /local/subscriptions/{id}/renew?outcome=paid     goes to the next period, whose invoice is paid (the default)
 *   POST /local/subscriptions/{id}/renew?outcome=failed   … or declined: invoice.payment_failed, and past_due
 *                                                         (POST /v1/invoices/{id}/pay, Stripe's own, makes up for it);
 *                                                         with cancel_at_period_end it ends instead
 *   POST /local/events/{id}/redeliver                     sends an event to the webhook endpoint again
 *   GET  /local/deliveries                                the events with what became of their delivery
 */
import { renew } from './billing/subscriptions';
import { type Account, Context } from './context';
import { routeNotServed, StripeApiError } from './errors';
import { Params } from './form';
import { type HttpAnswer, type HttpRequest, json } from './http';
import { listOf } from './objects/list';
import type { Delivery } from './webhooks';

export const LEVER_PATH = /^\/local\//;

const RENEW = /^\/local\/subscriptions\/(?<id>[^/]+)\/renew$/;
const REDELIVER = /^\/local\/events\/(?<id>[^/]+)\/redeliver$/;
const DELIVERIES = '/local/deliveries';

export function answerLever(account: Account, deliveries: () => readonly Delivery[], request: HttpRequest): HttpAnswer {
  const context = new Context(account);
  try {
    if (request.method === 'GET' && request.path === DELIVERIES) {
      return json(200, listOf(DELIVERIES, [...deliveries()]));
    }
    return json(
      200,
      account.store.atomically(() => pull(account, context, request)),
    );
  } catch (error) {
    if (error instanceof StripeApiError) {
      return json(error.status, { error: error.body });
    }
    throw error;
  }
}

function pull(account: Account, context: Context, request: HttpRequest): object {
  const renewed = request.method === 'POST' ? RENEW.exec(request.path)?.groups?.id : undefined;
  if (renewed !== undefined) {
    const params = Params.parse([request.query, request.body].filter(Boolean).join('&')).only(['outcome']);
    const outcome = params.oneOf('outcome', ['paid', 'failed']) ?? 'paid';
    return renew(context, context.find('subscription', renewed), outcome);
  }
  const redelivered = request.method === 'POST' ? REDELIVER.exec(request.path)?.groups?.id : undefined;
  if (redelivered !== undefined) {
    const event = context.find('event', redelivered);
    account.deliver(event);
    return event;
  }
  throw routeNotServed(request.method, request.path);
}
