import type Stripe from 'stripe';
import { NOW } from '../fixtures';

let count = 0;

/** An event as it arrives, with the members that the handler reads. */
export function event(type: Stripe.Event['type'], object: object): Stripe.Event {
  return { id: `evt_${++count}`, object: 'event', type, data: { object } } as Stripe.Event;
}

export function checkoutSession(overrides: Partial<Stripe.Checkout.Session> = {}): Partial<Stripe.Checkout.Session> {
  return {
    id: `cs_test_${++count}`,
    customer: 'cus_1',
    payment_status: 'paid',
    status: 'complete',
    subscription: null,
    metadata: { customer: 'customer1', topUp: '1k', units: '1000' },
    ...overrides,
  };
}

export function subscription(
  id: string,
  plan: string,
  overrides: Partial<Stripe.Subscription> = {},
): Stripe.Subscription {
  return {
    id,
    created: NOW,
    status: 'active',
    metadata: { customer: 'customer1', plan },
    items: { data: [{ current_period_start: NOW, current_period_end: NOW + 30 * 86_400 }] },
    ...overrides,
  } as Stripe.Subscription;
}

export function invoice(subscriptionId: string | undefined) {
  const parent = subscriptionId === undefined ? null : { subscription_details: { subscription: subscriptionId } };
  return { id: `in_${++count}`, parent };
}
