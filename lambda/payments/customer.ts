import type { PaymentDependencies } from './dependencies';

/** A customer who was deleted at Stripe keeps what he has bought, and is made there anew when he buys again. */
export async function ensureNoLink(stripeCustomer: string, { store }: PaymentDependencies): Promise<boolean> {
  const customer = await store.customerOf(stripeCustomer);
  if (customer === undefined) {
    return false;
  }
  await store.unlinkStripeCustomer(customer, stripeCustomer);
  return true;
}
