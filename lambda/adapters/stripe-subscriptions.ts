import type Stripe from 'stripe';
import type { Subscriptions } from '../webhook/process';
import type { StripeConnection } from './stripe-client';

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
