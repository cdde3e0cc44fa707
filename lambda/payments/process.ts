import type Stripe from 'stripe';
import { settleCheckout } from './checkout';
import { unlessDeleted } from './deleted-customer';
import { idOf, type PaymentDependencies } from './dependencies';
import { settlePaymentIntent } from './payment-intent';
import { settleDispute, settleRefunds } from './refunds';
import { settleSubscription } from './subscription';

/** `ignored`: of no consequence here, or not of this paywall. */
export type ProcessOutcome = 'processed' | 'duplicate' | 'ignored';

/**
 * Carries out what an event means. It can be run again at any point: what was done is not done twice. Events come late, twice and in
 * any order, so each is only the occasion to bring the customer to where Stripe's objects, as they are now, put him.
 */
export async function processEvent(event: Stripe.Event, dependencies: PaymentDependencies): Promise<ProcessOutcome> {
  if (await dependencies.store.isSeen(event.id)) {
    return 'duplicate';
  }
  const handled = await unlessDeleted(event, () => dispatch(event, dependencies));
  if (handled) {
    // Last: an event that is marked is one whose effects are there. Who marks it first tells of it, and nobody else does.
    if (await dependencies.store.markSeen(event.id, event.type)) {
      measure(event, dependencies);
    }
  }
  return handled ? 'processed' : 'ignored';
}

/** What the first run to carry it out tells of an event. Bought units tell of their money by themselves: several events may bring them. */
function measure(event: Stripe.Event, { meter, clock }: PaymentDependencies): void {
  meter.lag(Math.max(0, clock() - event.created) * 1_000);
  if (event.type === 'invoice.paid' && event.data.object.amount_paid > 0) {
    meter.revenue(event.data.object.amount_paid, event.data.object.currency);
  }
}

async function dispatch(event: Stripe.Event, dependencies: PaymentDependencies): Promise<boolean> {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return settleCheckout(event.data.object, dependencies);
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
    case 'customer.subscription.paused':
    case 'customer.subscription.resumed':
      return settleSubscription(event.data.object.id, dependencies);
    case 'invoice.paid':
    case 'invoice.payment_failed':
    case 'invoice.payment_action_required': {
      const subscription = event.data.object.parent?.subscription_details?.subscription;
      return subscription === null || subscription === undefined
        ? false
        : settleSubscription(idOf(subscription), dependencies);
    }
    case 'payment_intent.succeeded':
      return settlePaymentIntent(event.data.object, dependencies);
    case 'charge.refunded':
      return settleRefunds(event.data.object.id, dependencies);
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed': {
      const { charge } = event.data.object;
      return charge === null ? false : settleRefunds(idOf(charge), dependencies);
    }
    case 'charge.dispute.created':
    // A bank that has only asked at first may take the money later.
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
    case 'charge.dispute.closed':
      return settleDispute(event.data.object.id, dependencies);
    case 'customer.deleted':
      // He keeps what he has bought, and is made there anew when he buys again.
      return dependencies.store.unlinkStripeCustomer(event.data.object.id);
    // Nothing was given, so there is nothing to take: a checkout that was left or not paid, a trial that goes on for three days more.
    case 'checkout.session.async_payment_failed':
    case 'checkout.session.expired':
    case 'customer.subscription.trial_will_end':
      return false;
    default:
      return false;
  }
}
