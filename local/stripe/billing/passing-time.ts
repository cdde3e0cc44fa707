import type Stripe from 'stripe';
import type { Clock } from '../clock';
import type { Context } from '../context';
import { EVENT_DAYS } from '../objects/event';
import { subscriptionOf } from '../objects/invoice';
import { periodOf } from '../objects/subscription';
import { expireCheckout } from './checkout';
import { charge, outcomeOf } from './collection';
import { end } from './ending';
import { dropPendingUpdate } from './pending-updates';
import { renew } from './subscriptions';
import { isTold, NOTICE, tellTrialEnd } from './trials';

const DAY = 86_400;
/** Stripe knows idempotency keys for a day. */
const KEY_DAYS = 1;

/** What happens by itself at its time, in seconds. */
interface Due {
  readonly at: number;
  readonly happen: () => void;
}

/** What happens by itself, in its order and each at its time. */
export function passTime(clock: Clock, context: Context): void {
  const now = context.now();
  for (let due = next(context, now); due !== undefined; due = next(context, now)) {
    clock.at(due.at, due.happen);
  }
  forget(context, now);
}

/** The earliest of what is due. One thing may bring about another, so only one is looked for at a time. */
function next(context: Context, now: number): Due | undefined {
  let earliest: Due | undefined;
  for (const due of upcoming(context)) {
    if (due.at <= now && (earliest === undefined || due.at < earliest.at)) {
      earliest = due;
    }
  }
  return earliest;
}

function* upcoming(context: Context): Generator<Due> {
  for (const session of context.store.values('checkout.session')) {
    if (session.status === 'open') {
      yield { at: session.expires_at, happen: () => expireCheckout(context, session) };
    }
  }
  for (const invoice of context.store.values('invoice')) {
    if (invoice.status === 'open' && invoice.next_payment_attempt !== null) {
      yield { at: invoice.next_payment_attempt, happen: () => chargeAgain(context, invoice) };
    }
  }
  for (const subscription of context.store.values('subscription')) {
    if (subscription.status !== 'canceled') {
      yield* comingUp(context, subscription);
    }
  }
}

function* comingUp(context: Context, subscription: Stripe.Subscription): Generator<Due> {
  const { status, trial_end: trialEnd, cancel_at: cancelAt, pause_collection: pause } = subscription;
  if (status === 'trialing' && trialEnd !== null && !isTold(context, subscription)) {
    yield { at: trialEnd - NOTICE, happen: () => tellTrialEnd(context, subscription) };
  }
  if (subscription.pending_update !== null) {
    const happen = () => dropPendingUpdate(context, subscription);
    yield { at: subscription.pending_update.expires_at, happen };
  }
  if (pause?.resumes_at) {
    const happen = () => context.update('subscription', subscription, { ...subscription, pause_collection: null });
    yield { at: pause.resumes_at, happen };
  }
  if (cancelAt !== null) {
    yield { at: cancelAt, happen: () => end(context, subscription, cancelAt) };
  }
  if (status !== 'paused') {
    yield { at: periodOf(subscription).end, happen: () => renew(context, subscription) };
  }
}

function chargeAgain(context: Context, invoice: Stripe.Invoice): void {
  const subscription = context.find('subscription', subscriptionOf(invoice) ?? '');
  charge(context, invoice, outcomeOf(context, subscription));
}

/** What is too old to be asked for. It stands in the order of its time; what has yet to be delivered stays. */
function forget(context: Context, now: number): void {
  const { store } = context;
  for (const event of store.values('event')) {
    if (event.created > now - EVENT_DAYS * DAY) {
      break;
    }
    if (store.get('delivery', event.id)?.endpoints.every(({ state }) => state !== 'pending') ?? true) {
      store.remove('event', event.id);
      store.remove('delivery', event.id);
    }
  }
  for (const answer of store.values('idempotent_answer')) {
    if (answer.created > now - KEY_DAYS * DAY) {
      break;
    }
    store.remove('idempotent_answer', answer.id);
  }
}
