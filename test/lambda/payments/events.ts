import type Stripe from 'stripe';
import { type EventObject, newEvent } from '../../../local/stripe/objects/event';
import { NOW } from '../fixtures';

let count = 0;

/** An event as it arrives, in the shape of the pinned API version. */
export function event<T extends Stripe.Event.Type>(
  type: T,
  object: EventObject<T>,
  details: { readonly id?: string; readonly created?: number } = {},
): Extract<Stripe.Event, { type: T }> {
  const { id = `evt_${++count}`, created = NOW } = details;
  const request = { id: `req_${id}`, idempotency_key: null };
  return newEvent({ id, created, type, object, request }) as Extract<Stripe.Event, { type: T }>;
}

/** The same news in another event, as Stripe tells of one object more than once. */
export function again<E extends Stripe.Event>(told: E): E {
  return { ...told, id: `evt_${++count}` };
}
