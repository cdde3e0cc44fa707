/**
 * What an operator may do to the stand-in beyond Stripe's API, over plain HTTP and without a key, as it listens on the
 * loopback address only. Parameters go in the query or as a form; answers and errors are in Stripe's shapes.
 *
 *   POST /local/subscriptions/{id}/renew?outcome=paid     goes to the next period, whose invoice is paid (the default)
 *   POST /local/subscriptions/{id}/renew?outcome=failed   … or declined: invoice.payment_failed, and past_due
 *                                                         (POST /v1/invoices/{id}/pay, Stripe's own, makes up for it);
 *                                                         with cancel_at_period_end it ends instead
 *   POST /local/subscriptions/{id}/renew?outcome=requires_action   … or waits for its customer to confirm the payment:
 *                                                         invoice.payment_action_required; the invoice's page confirms
 *   POST /local/customers/{id}/card?outcome=paid|failed|requires_action   gives a new card, and says what all charges of
 *                                                         it come to that nobody has decided about
 *   POST /local/invoices/{id}/retry?outcome=…             charges an open invoice again, as time would
 *   POST /local/dunning?retries=3&finally=cancel|unpaid|past_due   how often that happens, after three, five and seven
 *                                                         days, and what becomes of the subscription after the last one
 *   POST /local/clock?advance=86400                       moves the clock ahead, by seconds …
 *   POST /local/clock?to=1800000000                       … or to a time: all that is due until then happens, in its
 *                                                         order and stamped with its time. It is the clock of the whole
 *                                                         local gateway, functions included
 *   POST /local/checkout/sessions/{id}/settle?outcome=paid|failed   the bank answers a debit:
 *                                                         checkout.session.async_payment_succeeded or …_failed
 *   POST /local/charges/{id}/dispute?reason=fraudulent&amount=…   the buyer's bank takes the money back:
 *                                                         charge.dispute.created and funds_withdrawn
 *   POST /local/charges/{id}/dispute?outcome=won|lost     … and decides at once
 *   POST /local/disputes/{id}/close?outcome=won|lost      decides later: charge.dispute.closed, and funds_reinstated
 *   POST /local/refunds/{id}/fail?reason=unknown          the bank could not pay out: refund.failed
 *   POST /local/events/{id}/redeliver                     sends an event to all endpoints that want it again
 *   POST /local/events/{id}/redeliver?webhook_endpoint=we_…   … or to one
 *   GET  /local/deliveries                                the events with what became of their delivery
 */
import { type Account, Context } from './context';
import { routeNotServed, StripeApiError } from './errors';
import { Params } from './form';
import { type HttpAnswer, type HttpRequest, json } from './http';
import { checkoutLevers } from './levers/checkout';
import { clockLevers } from './levers/clock';
import { eventLevers } from './levers/events';
import type { Lever } from './levers/lever';
import { paymentLevers } from './levers/payments';
import { subscriptionLevers } from './levers/subscriptions';
import { listOf } from './objects/list';
import type { Delivery } from './webhooks';

export const LEVER_PATH = /^\/local\//;

const DELIVERIES = '/local/deliveries';

const LEVERS: readonly (Lever & { readonly pattern: RegExp })[] = [
  ...checkoutLevers,
  ...clockLevers,
  ...eventLevers,
  ...paymentLevers,
  ...subscriptionLevers,
].map((lever) => ({ ...lever, pattern: new RegExp(`^/local/${lever.path.replace(':id', '(?<id>[^/]+)')}$`) }));

export function answerLever(account: Account, deliveries: () => readonly Delivery[], request: HttpRequest): HttpAnswer {
  try {
    if (request.method === 'GET' && request.path === DELIVERIES) {
      return json(200, listOf(DELIVERIES, [...deliveries()]));
    }
    return json(
      200,
      account.store.atomically(() => pull(account, request)),
    );
  } catch (error) {
    if (error instanceof StripeApiError) {
      return json(error.status, { error: error.body });
    }
    throw error;
  }
}

function pull(account: Account, { method, path, query, body }: HttpRequest): object {
  const lever = method === 'POST' ? LEVERS.find(({ pattern }) => pattern.test(path)) : undefined;
  if (lever === undefined) {
    throw routeNotServed(method, path);
  }
  const params = Params.parse([query, body].filter(Boolean).join('&'));
  const id = lever.pattern.exec(path)?.groups?.id ?? '';
  return lever.pull({ account, context: new Context(account), id, params: params.only(lever.params) });
}
