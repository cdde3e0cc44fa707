import type Stripe from 'stripe';
import type { StripeConnection } from './stripe-client';

/** Subscriptions as they are now: events come late, twice and out of order, the object does not. */
export interface Subscriptions {
  /** With its latest invoice. */
  retrieve(id: string): Promise<Stripe.Subscription>;
  /** Cancels at once; nothing happens where it has ended. */
  cancel(id: string): Promise<void>;
}

/** Subscriptions at Stripe. */
export class StripeSubscriptions implements Subscriptions {
  constructor(private readonly stripe: StripeConnection) {}

  public async retrieve(id: string): Promise<Stripe.Subscription> {
    return (await this.stripe.client()).subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  }

  public async cancel(id: string): Promise<void> {
    const client = await this.stripe.client();
    const { status } = await client.subscriptions.retrieve(id);
    if (status !== 'canceled' && status !== 'incomplete_expired') {
      await client.subscriptions.cancel(id);
    }
  }
}
