import type { BillingEntry, Catalogue, CheckoutEntry } from '../../lib/private/catalogue';
import type { Checkout } from '../adapters/stripe-checkout';
import type { Clock } from '../domain/clock';
import type { CustomerStore } from '../domain/customers';
import type { Identity } from '../domain/identity';

/** What it takes to know a customer, to tell what he has, and to sell to him: by the billing routes, and by the MCP server. */
export interface CustomerDependencies {
  readonly store: CustomerStore;
  readonly checkout: Checkout;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;
  readonly checkoutOptions: CheckoutEntry;
  readonly billing: BillingEntry;
  readonly newLinkSecret: () => Uint8Array;
  /** What a form was marked with that may be sent twice: of all that carry it there comes one checkout. */
  readonly once?: string;
  /** By what callers are known, in this order; by API keys where it is absent. */
  readonly identities?: readonly Identity[];
}
