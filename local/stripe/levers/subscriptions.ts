import { charge, keepCard, OUTCOMES, outcomeOf } from '../billing/collection';
import { dunningOf, LAST_RESORTS, MOST_RETRIES, setDunning } from '../billing/dunning';
import { takeCard } from '../billing/payments';
import { renew } from '../billing/subscriptions';
import { invalidRequest } from '../errors';
import { subscriptionOf } from '../objects/invoice';
import type { Lever, LeverPull } from './lever';

export const subscriptionLevers: readonly Lever[] = [
  { path: 'subscriptions/:id/renew', params: ['outcome'], pull: renewNow },
  { path: 'invoices/:id/retry', params: ['outcome'], pull: retry },
  { path: 'customers/:id/card', params: ['outcome'], pull: giveCard },
  { path: 'dunning', params: ['retries', 'finally'], pull: changeDunning },
];

function renewNow({ context, id, params }: LeverPull): object {
  return renew(context, context.find('subscription', id), params.oneOf('outcome', OUTCOMES) ?? 'paid');
}

/** The next attempt of those that come by themselves with time. */
function retry({ context, id, params }: LeverPull): object {
  const invoice = context.find('invoice', id);
  if (invoice.status !== 'open') {
    throw invalidRequest(`Only an open invoice is charged again, and this one is ${invoice.status}.`);
  }
  const subscription = context.find('subscription', subscriptionOf(invoice) ?? '');
  return charge(context, invoice, params.oneOf('outcome', OUTCOMES) ?? outcomeOf(context, subscription));
}

function giveCard({ context, id, params }: LeverPull): object {
  const { email } = context.find('customer', id);
  const card = takeCard(context, id, email);
  context.store.put('card_behavior', { id: card.id, outcome: params.oneOf('outcome', OUTCOMES) ?? 'paid' });
  keepCard(context, id, card);
  return card;
}

function changeDunning({ context, params }: LeverPull): object {
  const retries = params.integer('retries') ?? dunningOf(context).retries;
  if (retries > MOST_RETRIES) {
    throw invalidRequest(`There are at most ${MOST_RETRIES} retries, got: ${retries}`, { param: 'retries' });
  }
  const last = params.oneOf('finally', LAST_RESORTS) ?? dunningOf(context).finally;
  return { object: 'local.dunning', ...setDunning(context, { retries, finally: last }) };
}
