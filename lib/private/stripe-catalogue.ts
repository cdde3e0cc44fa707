/** What the custom resource is told; CloudFormation makes text of every scalar, so it comes as one. */
export interface StripeCatalogueProperties {
  readonly paywallId: string;
  readonly items: readonly SoldItem[];
  /** Where Stripe's events go; absent where the endpoint is made by hand, and where there is none. */
  readonly webhookUrl?: string;
  readonly events: readonly string[];
}

/** A plan or a top-up whose price is made here. */
export interface SoldItem {
  readonly kind: 'plan' | 'topUp';
  readonly id: string;
  readonly name: string;
  /** In the currency's minor unit. */
  readonly amount: number;
  /** ISO 4217, lower case. */
  readonly currency: string;
  /** Absent where it is paid once. */
  readonly interval?: 'month' | 'year';
}

/** The name that an item's price has at Stripe, whichever price that is. */
export function lookupKey(paywallId: string, kind: SoldItem['kind'], id: string): string {
  return `${paywallId}/${kind}/${id}`;
}

/** The product that an item is at Stripe: every price that it ever had is one of this product's. */
export function productId(paywallId: string, kind: SoldItem['kind'], id: string): string {
  return `${paywallId}-${kind}-${id}`;
}
