import type Stripe from 'stripe';
import { withTrialEnd } from '../billing/trials';
import type { Context } from '../context';
import { invalidRequest, parameterMissing } from '../errors';
import type { Params } from '../form';
import { endAtPeriodEnd, trialSettings } from '../objects/subscription';

const PAUSES = ['keep_as_draft', 'mark_uncollectible', 'void'] as const;
const WITHOUT_CARD = ['cancel', 'create_invoice', 'pause'] as const;
/** The longest trial that Stripe takes. */
const MOST_TRIAL_DAYS = 730;
const DAY = 86_400;

/** The subscription as the parameters say, but for its items. */
export function changed(context: Context, subscription: Stripe.Subscription, params: Params): Stripe.Subscription {
  const now = context.now();
  const ends = params.boolean('cancel_at_period_end') ?? subscription.cancel_at_period_end;
  const ending = endAtPeriodEnd(subscription, ends, now, cancellationDetails(params));
  const others: Stripe.Subscription = {
    ...ending,
    ...(params.has('cancel_at') && readEnd(params, now)),
    ...(params.has('pause_collection') && { pause_collection: readPause(params, now) }),
    ...(params.has('trial_settings') && { trial_settings: trialSettings(readMissing(params)) }),
    default_payment_method: readCard(context, params) ?? subscription.default_payment_method,
    description: params.has('description') ? (params.string('description') ?? null) : subscription.description,
    metadata: params.metadata(subscription.metadata),
  };
  const trialEnd = params.string('trial_end') === 'now' ? undefined : later(params, 'trial_end', now);
  return trialEnd === undefined ? others : withTrialEnd(context, others, requireTrial(trialEnd, now));
}

export function cancellationDetails(params: Params): Partial<Stripe.Subscription.CancellationDetails> {
  const details = params.child('cancellation_details')?.only(['comment', 'feedback']);
  return details === undefined
    ? {}
    : { comment: details.string('comment') ?? null, feedback: details.string('feedback') ?? null };
}

/** `trial_settings`, in a Checkout Session's `subscription_data` as well. */
export function readMissing(params: Params): (typeof WITHOUT_CARD)[number] | undefined {
  const behavior = params
    .child('trial_settings')
    ?.only(['end_behavior'])
    .child('end_behavior')
    ?.only(['missing_payment_method']);
  return behavior?.oneOf('missing_payment_method', WITHOUT_CARD);
}

export function requireTrial(end: number, now: number): number {
  if (end > now + MOST_TRIAL_DAYS * DAY) {
    throw invalidRequest(`A trial has at most ${MOST_TRIAL_DAYS} days.`, { param: 'trial_end' });
  }
  return end;
}

/** An end at a time, announced or taken back. */
function readEnd(params: Params, now: number): Pick<Stripe.Subscription, 'cancel_at' | 'canceled_at'> {
  const at = later(params, 'cancel_at', now);
  return at === undefined ? { cancel_at: null, canceled_at: null } : { cancel_at: at, canceled_at: now };
}

function readPause(params: Params, now: number): Stripe.Subscription.PauseCollection | null {
  const pause = params.child('pause_collection')?.only(['behavior', 'resumes_at']);
  if (pause === undefined) {
    return null;
  }
  const behavior = pause.oneOf('behavior', PAUSES);
  if (behavior === undefined) {
    throw parameterMissing(pause.nameOf('behavior'));
  }
  return { behavior, resumes_at: later(pause, 'resumes_at', now) ?? null };
}

function readCard(context: Context, params: Params): string | undefined {
  const id = params.string('default_payment_method');
  return id === undefined ? undefined : context.find('payment_method', id, 'default_payment_method').id;
}

function later(params: Params, name: string, now: number): number | undefined {
  const at = params.integer(name);
  if (at !== undefined && at <= now) {
    throw invalidRequest(`${params.nameOf(name)} must be in the future, and it is ${now}, got: ${at}`, {
      param: params.nameOf(name),
    });
  }
  return at;
}
