import type Stripe from 'stripe';
import { HANDLED_EVENTS } from '../../lib/private/stripe-events';
import type { EpochSeconds } from '../domain/clock';
import type { StripeConnection } from './stripe-client';

/** Events at Stripe, which lists them for 30 days. */
export interface EventSource {
  /** Those of the types that matter here, from a moment on, in the order in which they happened. */
  since(created: EpochSeconds): AsyncIterable<Stripe.Event>;
  retrieve(id: string): Promise<Stripe.Event>;
}

/** Stripe's own list of events. */
export class StripeEventSource implements EventSource {
  constructor(private readonly stripe: StripeConnection) {}

  public async *since(created: EpochSeconds): AsyncIterable<Stripe.Event> {
    const client = await this.stripe.client();
    const events: Stripe.Event[] = [];
    for await (const event of client.events.list({
      created: { gte: created },
      types: [...HANDLED_EVENTS],
      limit: 100,
    })) {
      events.push(event);
    }
    // Stripe lists the newest first.
    yield* events.reverse();
  }

  public async retrieve(id: string): Promise<Stripe.Event> {
    return (await this.stripe.client()).events.retrieve(id);
  }
}
