import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ApiEntry, BillingEntry, Catalogue, CheckoutEntry } from '../../lib/private/catalogue';
import type { Checkout } from '../adapters/stripe-checkout';
import type { AuditLog } from '../domain/audit';
import type { Clock } from '../domain/clock';
import type { CustomerStore } from '../domain/customers';
import type { Identity } from '../domain/identity';
import type { KeyStore } from '../domain/keys';
import type { ReportQueue } from '../domain/settlement';
import type { SignUpCounter } from '../domain/sign-up-limit';

export interface BillingDependencies {
  readonly store: CustomerStore;
  readonly keys: KeyStore;
  readonly auditLog: AuditLog;
  readonly checkout: Checkout;
  readonly catalogue: Catalogue;
  readonly apis: ReadonlyMap<string, ApiEntry>;
  readonly clock: Clock;
  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;
  readonly checkoutOptions: CheckoutEntry;
  readonly billing: BillingEntry;
  readonly newLinkSecret: () => Uint8Array;
  /** What whoever starts a checkout is known by. */
  readonly newClaim: () => string;
  /** Absent where sign-up is not open. */
  readonly signUps?: SignUpCounter;
  /** By what callers are known, in this order; by API keys where it is absent. */
  readonly identities?: readonly Identity[];
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
