import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ApiEntry, Catalogue, CheckoutEntry } from '../../lib/private/catalogue';
import type { CallerDependencies } from '../adapters/caller';
import type { Checkout } from '../adapters/stripe-checkout';
import type { CustomerStore } from '../domain/customers';
import type { ReportQueue } from '../domain/settlement';

export interface BillingDependencies extends CallerDependencies {
  readonly store: CustomerStore;
  readonly checkout: Checkout;
  readonly catalogue: Catalogue;
  readonly apis: ReadonlyMap<string, ApiEntry>;
  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;
  readonly checkoutOptions: CheckoutEntry;
  readonly newLinkSecret: () => Uint8Array;
  /** Absent where no route's cost is reported. */
  readonly reports?: ReportQueue;
}

/** A request of a billing route, with what every route needs of it. */
export interface BillingRequest {
  readonly event: APIGatewayProxyEvent;
  readonly requestId: string;
  /** The URL of the billing routes, without a slash at its end. */
  readonly billingUrl: string;
}
