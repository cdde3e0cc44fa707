import type Stripe from 'stripe';
import type { StripeConnection } from './stripe-client';

/** Subscriptions as they are now: events come late, twice and out of order, the object does not. */
export interface Subscriptions {
  retrieve(id: string): Promise<Stripe.Subscription>;
  /** Cancels at once; nothing happens where it has ended. */
  cancel(id: string): Promise<void>;
}

/** Subscriptions at Stripe. */
export class StripeSubscriptions implements Subscriptions {
  constructor(private readonly stripe: StripeConnection) {}

  public async retrieve(id: string): Promise<Stripe.Subscription> {
    return (await this.stripe.client()).subscriptions.retrieve(id);
  }

  public async cancel(id: string): Promise<void> {
    if ((await this.retrieve(id)).status !== 'canceled') {
      await (await this.stripe.client()).subscriptions.cancel(id);
    }
  }
}
