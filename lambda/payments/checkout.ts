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
  const { store, meter } = dependencies;
  const { customer, topUp, units } = metadata;
  const sold = topUp === undefined ? undefined : soldUnits(`checkout session ${session.id}`, units);
  const stripeCustomer = session.customer === null ? undefined : idOf(session.customer);
  const opening = openingOf(dependencies);
  // He is linked before what he has paid for counts: who sees it can go to the portal at once. And not before it is known that he was
  // not deleted, for whom nothing may be written.
  if (sold !== undefined) {
    const entry = { kind: 'top_up', id: topUpEntry(session.id), units: sold } as const;
    const outcome = await store.post(customer, entry, opening, stripeCustomer);
    const { amount_total: amount, currency } = session;
    if (outcome === 'applied' && amount && currency !== null) {
      meter.revenue(amount, currency);
    }
  } else {
    await store.create(customer, opening);
    if (stripeCustomer !== undefined) {
      await store.linkStripeCustomer(customer, stripeCustomer);
    }
  }
  return session.subscription === null ? true : settleSubscription(idOf(session.subscription), dependencies);
}
