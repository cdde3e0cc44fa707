import type Stripe from 'stripe';
import { paymentIntentEntry } from '../domain/ledger';
import { soldUnits } from '../domain/purchase';
import { ownMetadata, type PaymentDependencies } from './dependencies';

/** A top-up that an agent has paid for. What Checkout sells stands on the session, and its PaymentIntent says nothing of us. */
export async function settlePaymentIntent(
  intent: Stripe.PaymentIntent,
  dependencies: PaymentDependencies,
): Promise<boolean> {
  const metadata = ownMetadata(intent.metadata, dependencies);
  if (metadata?.topUp === undefined || intent.status !== 'succeeded') {
    return false;
  }
  const outcome = await dependencies.store.post(metadata.customer, {
    kind: 'top_up',
    id: paymentIntentEntry(intent.id),
    units: soldUnits(`PaymentIntent ${intent.id}`, metadata.units),
  });
  if (outcome === 'applied') {
    dependencies.meter.revenue(intent.amount_received, intent.currency);
  }
  return true;
}
