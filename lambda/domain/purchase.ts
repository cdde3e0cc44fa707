import type { Catalogue, CheckoutEntry, PlanEntry, PriceEntry, TopUpEntry } from '../../lib/private/catalogue';
import { lookupKey, productId } from '../../lib/private/stripe-catalogue';
import type { Offer } from './offer';

/** A purchase, in the words that Stripe keeps with the session and gives back with every event of it. */
export interface PurchaseMetadata {
  /** Which paywall sold it: an account at Stripe may serve several. */
  readonly paywall: string;
  /** Our customer's id. */
  readonly customer: string;
  readonly plan?: string;
  readonly topUp?: string;
  /** What the session, and it alone, keeps of the claim of whoever has started it; absent where the customer was known. */
  readonly claim?: string;
  /** The units as they were sold: a pack that changes in the meantime does not change what was paid for. */
  readonly units?: string;
}

/** A purchase that is about to be made at Stripe. */
export interface Purchase {
  readonly customer: string;
  readonly paywall: string;
  readonly offer: Offer;
  /** The hash of the claim by which a new customer's key is shown. */
  readonly claim?: string;
  /** `cus_…`, where the customer has bought before. */
  readonly stripeCustomer?: string;
  /** Days that the subscription is free for. */
  readonly trialDays?: number;
  readonly options: CheckoutEntry;
  /** Opened before by the same mark, it is the same checkout. */
  readonly once?: string;
}

/** One line of a Checkout Session. */
export interface LineItem {
  readonly name: string;
  /** Absent for a free plan. */
  readonly price?: PriceEntry;
  /** The name of the price that a deployment has made at Stripe. */
  readonly lookupKey: string;
  /** What a free plan's nought is written in. */
  readonly currency: string;
}

export function metadataOf(purchase: Purchase): PurchaseMetadata {
  const { customer, paywall, offer } = purchase;
  return offer.kind === 'plan'
    ? { paywall, customer, plan: offer.plan.id }
    : topUpMetadata(paywall, customer, offer.topUp);
}

export function topUpMetadata(paywall: string, customer: string, { id, units }: TopUpEntry) {
  return { paywall, customer, topUp: id, units: String(units) };
}

/** The units that a purchase has sold, by what Stripe keeps with it. */
export function soldUnits(purchase: string, units: string | undefined): number {
  const sold = Number(units);
  if (!Number.isSafeInteger(sold) || sold < 1) {
    throw new Error(`${purchase} does not tell the units that it sold, got: ${units}`);
  }
  return sold;
}

export function lineItemOf(catalogue: Catalogue, paywallId: string, offer: Offer): LineItem {
  const { id, name, price } = offer.kind === 'plan' ? offer.plan : offer.topUp;
  const prices = [...catalogue.plans, ...catalogue.topUps].map((entry) => entry.price?.currency);
  const key = lookupKey(paywallId, offer.kind, id);
  return { name, price, lookupKey: key, currency: prices.find((currency) => currency !== undefined) ?? 'usd' };
}

/** What a subscription's item says of its price. */
export interface SubscribedPrice {
  /** `price_…` */
  readonly id: string;
  readonly product: string | { readonly id: string };
}

/**
 * The plan that a subscription pays for. That which was bought stands in its metadata; but who changes the price, in Stripe's portal
 * or by its API, leaves those as they are, and so the price decides where it is another plan's.
 */
export function planPaidFor(
  catalogue: Catalogue,
  paywallId: string,
  bought: string,
  price: SubscribedPrice | undefined,
): string {
  if (price === undefined) {
    return bought;
  }
  const product = typeof price.product === 'string' ? price.product : price.product.id;
  const isSoldAt = (plan: PlanEntry) =>
    plan.price?.stripePrice === undefined
      ? product === productId(paywallId, 'plan', plan.id)
      : price.id === plan.price.stripePrice;
  const plans = catalogue.plans.filter(isSoldAt).map(({ id }) => id);
  return plans.includes(bought) ? bought : (plans[0] ?? bought);
}

/** Whether Stripe charges it again and again. */
export function recurs(offer: Offer): boolean {
  return offer.kind === 'plan' && offer.plan.price !== undefined;
}
