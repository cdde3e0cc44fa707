import type Stripe from 'stripe';
import { topUpEntry } from '../domain/ledger';
import { soldUnits } from '../domain/purchase';
import { idOf, openingOf, ownMetadata, type PaymentDependencies } from './dependencies';
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
  const { store } = dependencies;
  const { customer, topUp, units } = metadata;
  const sold = topUp === undefined ? undefined : soldUnits(`checkout session ${session.id}`, units);
  // First: who sees what he has paid for can go to the portal at once.
  if (session.customer !== null) {
    await store.linkStripeCustomer(customer, idOf(session.customer));
  }
  const opening = openingOf(dependencies);
  if (sold === undefined) {
    await store.create(customer, opening);
  } else {
    await store.post(customer, { kind: 'top_up', id: topUpEntry(session.id), units: sold }, opening);
  }
  return session.subscription === null ? true : settleSubscription(idOf(session.subscription), dependencies);
}
