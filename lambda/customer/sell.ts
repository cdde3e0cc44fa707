import type { Catalogue } from '../../lib/private/catalogue';
import type { OpenCheckout } from '../adapters/stripe-checkout';
import type { Balance } from '../domain/balance';
import type { Offer } from '../domain/offer';
import { lineItemOf, type Purchase } from '../domain/purchase';
import type { CustomerDependencies } from './dependencies';
import type { IdentifiedCustomer } from './identify';

export type Sale =
  | { readonly kind: 'opened'; readonly checkout: OpenCheckout }
  | { readonly kind: 'suspended' }
  /** Why there is nothing to pay. */
  | { readonly kind: 'conflict'; readonly detail: string };

/** A checkout for somebody who is a customer already. */
export async function sellTo(
  { customer, balance }: IdentifiedCustomer,
  offer: Offer,
  billingUrl: string,
  dependencies: CustomerDependencies,
): Promise<Sale> {
  if (balance.standing === 'suspended') {
    return { kind: 'suspended' };
  }
  const conflict = alreadyOn(balance, offer);
  return conflict === undefined
    ? { kind: 'opened', checkout: await openCheckout({ customer, offer }, billingUrl, dependencies) }
    : { kind: 'conflict', detail: conflict };
}

export async function openCheckout(
  { customer, offer, claim }: Pick<Purchase, 'customer' | 'offer' | 'claim'>,
  billingUrl: string,
  { store, checkout, catalogue, paywallId, checkoutOptions, once }: CustomerDependencies,
): Promise<OpenCheckout> {
  const account = await store.account(customer);
  const isKnown = (await store.balance(customer)) !== undefined;
  const purchase: Purchase = {
    customer,
    paywall: paywallId,
    offer,
    claim,
    // Checkout makes a customer at Stripe of whoever is new; of whoever is known here it would make a second one.
    stripeCustomer:
      account.stripeCustomer ?? (isKnown ? await checkout.createCustomer(customer, paywallId) : undefined),
    trialDays: offer.kind === 'plan' && !account.hasSubscribed ? offer.plan.trialDays : undefined,
    options: checkoutOptions,
    once,
  };
  return checkout.open(purchase, lineItemOf(catalogue, paywallId, offer), {
    // Stripe puts the id in place of the braces.
    success: `${billingUrl}/welcome?session_id={CHECKOUT_SESSION_ID}`,
    cancel: `${billingUrl}/plans`,
  });
}

/** Why an offer is none for whoever has this balance; nothing where it is one. */
export function alreadyOn(balance: Balance, offer: Offer): string | undefined {
  if (offer.kind === 'topUp') {
    return undefined;
  }
  if (offer.plan.id === balance.plan && balance.standing === 'active') {
    return `This account is on plan ${offer.plan.id} already. Nothing was charged.`;
  }
  return offer.plan.price === undefined
    ? `Plan ${offer.plan.id} is free and needs no checkout: an account falls back to it when its subscription ends.`
    : undefined;
}

/** What can be named, to whoever has named something else. */
export function notSold(catalogue: Catalogue): string {
  const plans = catalogue.plans.map((plan) => `{"plan":"${plan.id}"}`);
  const topUps = catalogue.topUps.map((topUp) => `{"topUp":"${topUp.id}"}`);
  return `Name one thing that is sold, as JSON: ${[...plans, ...topUps].join(', ')}.`;
}
