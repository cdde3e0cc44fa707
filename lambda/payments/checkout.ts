import type Stripe from 'stripe';
import { topUpEntry } from '../domain/ledger';
import { soldUnits } from '../domain/purchase';
import { ensureCustomer, idOf, ownMetadata, type PaymentDependencies } from './dependencies';
import { settleSubscription } from './subscription';

/** Nothing else is money, whatever Stripe comes to say one day. */
const SETTLED: ReadonlySet<string> = new Set(['paid', 'no_payment_required']);

/** A checkout that its customer has gone through with: he is made, and gets what he has paid for. */
export async function settleCheckout(
  session: Stripe.Checkout.Session,
  dependencies: PaymentDependencies,
): Promise<boolean> {
  const metadata = ownMetadata(session.metadata, dependencies);
  if (metadata === undefined || !SETTLED.has(session.payment_status)) {
    return false;
  }
  const { customer, topUp, units } = metadata;
  await ensureCustomer(customer, dependencies);
  if (session.customer !== null) {
    await dependencies.store.linkStripeCustomer(customer, idOf(session.customer));
  }
  if (topUp !== undefined) {
    await dependencies.store.post(customer, {
      kind: 'top_up',
      id: topUpEntry(session.id),
      units: soldUnits(`checkout session ${session.id}`, units),
    });
  }
  return session.subscription === null ? true : settleSubscription(idOf(session.subscription), dependencies);
}
