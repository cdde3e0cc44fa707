import type Stripe from 'stripe';
import type { NamedEvent } from '../adapters/sqs-dead-letters';
import type { EventSource } from '../adapters/stripe-event-source';

/** The event itself, where it may have been too large for a message. */
export async function wholeEvent(event: NamedEvent, events: Pick<EventSource, 'retrieve'>): Promise<Stripe.Event> {
  return event.data === undefined ? events.retrieve(event.id) : event;
}
