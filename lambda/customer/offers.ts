import type { Catalogue, PriceEntry, QuotaEntry } from '../../lib/private/catalogue';

/** Null for what is free; a price that only Stripe knows is shown at checkout. */
export type PublicPrice = Omit<PriceEntry, 'stripePrice'> | { readonly atCheckout: true } | null;

/** What is sold. It is the same for everybody. */
export interface Offers {
  readonly plans: readonly {
    readonly id: string;
    readonly name: string;
    readonly quota: QuotaEntry;
    readonly price: PublicPrice;
  }[];
  readonly topUps: readonly {
    readonly id: string;
    readonly name: string;
    readonly units: number;
    readonly price: PublicPrice;
  }[];
  /** The id of the plan that a new customer starts on. */
  readonly defaultPlan: string;
}

export function offersOf({ plans, topUps, defaultPlan }: Catalogue): Offers {
  return {
    plans: plans.map(({ id, name, quota, price }) => ({ id, name, quota, price: publicPrice(price) })),
    topUps: topUps.map(({ id, name, units, price }) => ({ id, name, units, price: publicPrice(price) })),
    defaultPlan,
  };
}

function publicPrice(price: PriceEntry | undefined): PublicPrice {
  if (price === undefined) {
    return null;
  }
  const { amount, currency, interval } = price;
  return price.stripePrice === undefined ? { amount, currency, interval } : { atCheckout: true };
}
