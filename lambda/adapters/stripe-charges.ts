import type Stripe from 'stripe';
import type { StripeConnection } from './stripe-client';

/** A pack of units, as it was sold. */
export interface SoldPack {
  readonly metadata: Stripe.Metadata;
  /** What was paid for it, in the currency's minor unit. */
  readonly amount: number;
}

/** Money that has come in, and what became of it. */
export interface Charges {
  /** The pack that a charge has paid; nothing where it paid something else. */
  pack(chargeId: string): Promise<SoldPack | undefined>;
  /** All refunds of a charge, whatever became of them. */
  refunds(chargeId: string): Promise<readonly Stripe.Refund[]>;
  dispute(id: string): Promise<Stripe.Dispute>;
}

/** Charges at Stripe. */
export class StripeCharges implements Charges {
  constructor(private readonly stripe: StripeConnection) {}

  public async pack(chargeId: string): Promise<SoldPack | undefined> {
    const client = await this.stripe.client();
    const { payment_intent: intent, amount, metadata: own } = await client.charges.retrieve(chargeId);
    // Stripe copies the metadata of a PaymentIntent to its charge: that of an agent's payment, which has no session.
    if (own.topUp !== undefined) {
      return { metadata: own, amount };
    }
    if (intent === null) {
      return undefined;
    }
    const id = typeof intent === 'string' ? intent : intent.id;
    const { data } = await client.checkout.sessions.list({ payment_intent: id, limit: 1 });
    const metadata = data[0]?.metadata;
    return metadata?.topUp === undefined ? undefined : { metadata, amount };
  }

  public async refunds(chargeId: string): Promise<readonly Stripe.Refund[]> {
    const client = await this.stripe.client();
    return client.refunds.list({ charge: chargeId, limit: 100 }).autoPagingToArray({ limit: 1_000 });
  }

  public async dispute(id: string): Promise<Stripe.Dispute> {
    return (await this.stripe.client()).disputes.retrieve(id);
  }
}
