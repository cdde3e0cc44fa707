import Stripe from 'stripe';
import { HANDLED_EVENTS } from '../../lib/private/stripe-events';
import type { EpochSeconds } from '../domain/clock';
import type { StripeConnection } from './stripe-client';

/** Events at Stripe, which lists them for 30 days. */
export interface EventSource {
  /** Those of the types that matter here, from a moment on, in the order in which they happened. */
  since(created: EpochSeconds): AsyncIterable<Stripe.Event>;
  retrieve(id: string): Promise<Stripe.Event>;
}

/** Events at Stripe, by their ids. */
export interface EventFinder {
  /** Nothing where Stripe has no such event, or has it no more. */
  find(id: string): Promise<Stripe.Event | undefined>;
}

/** Stripe's own list of events. */
export class StripeEventSource implements EventSource, EventFinder {
  constructor(private readonly stripe: StripeConnection) {}

  public async find(id: string): Promise<Stripe.Event | undefined> {
    const client = await this.stripe.client();
    try {
      return await client.events.retrieve(id);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') {
        return undefined;
      }
      throw error;
    }
  }

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
