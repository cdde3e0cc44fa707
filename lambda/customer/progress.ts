import type { CheckoutOutcome } from '../adapters/stripe-checkout';
import type { CustomerDependencies } from './dependencies';

/** How far a purchase has come: the money may be on its way, or the event that tells of it. */
export type PurchaseProgress = 'awaiting_payment' | 'crediting' | 'credited';

export async function progressOf(
  { customer, paid, bought }: CheckoutOutcome,
  { store }: Pick<CustomerDependencies, 'store'>,
): Promise<PurchaseProgress> {
  if (!paid) {
    return 'awaiting_payment';
  }
  return bought === undefined || (await store.isCredited(customer, bought)) ? 'credited' : 'crediting';
}

/** The checkout of that id, if this paywall has opened it. */
export async function findCheckout(
  sessionId: string,
  { checkout, paywallId }: Pick<CustomerDependencies, 'checkout' | 'paywallId'>,
): Promise<CheckoutOutcome | undefined> {
  const outcome = /^cs_\w{1,200}$/.test(sessionId) ? await checkout.outcome(sessionId) : undefined;
  return outcome?.metadata.paywall === paywallId ? outcome : undefined;
}
