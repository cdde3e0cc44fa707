import type Stripe from 'stripe';
import type { Catalogue } from '../../lib/private/catalogue';
import type { Charges } from '../adapters/stripe-charges';
import type { Subscriptions } from '../adapters/stripe-subscriptions';
import { findPlan, type OpeningBalance, openingBalance } from '../domain/balance';
import type { Clock } from '../domain/clock';
import type { PaymentStore } from '../domain/customers';
import type { PlanArrivals } from '../domain/own-keys';
import type { PurchaseMetadata } from '../domain/purchase';

/** What the operator is told of time and money, of each event and each payment once at most. Amounts are in the currency's minor unit. */
export interface PaymentMeter {
  /** How long after it happened at Stripe an event was carried out, in milliseconds. */
  lag(milliseconds: number): void;
  revenue(amount: number, currency: string): void;
  refund(amount: number, currency: string): void;
}

export interface PaymentDependencies {
  readonly store: PaymentStore;
  readonly subscriptions: Subscriptions;
  readonly charges: Charges;
  readonly catalogue: Catalogue;
  /** Tells our own purchases from those of other paywalls in the same Stripe account. */
  readonly paywallId: string;
  readonly clock: Clock;
  /** The secret of a new customer's checkout links. */
  readonly newLinkSecret: () => Uint8Array;
  /** Absent where no plan gives its customers surrogate keys of their own. */
  readonly arrivals?: PlanArrivals;
  readonly meter: PaymentMeter;
}

/** What a Stripe object says of a purchase; nothing where it is of something else, or of another paywall. */
export function ownMetadata(
  metadata: Stripe.Metadata | null | undefined,
  { paywallId }: PaymentDependencies,
): PurchaseMetadata | undefined {
  const { customer, paywall } = metadata ?? {};
  return customer === undefined || paywall !== paywallId ? undefined : { ...metadata, customer, paywall };
}

/** What a customer begins with who is new. */
export function openingOf({ catalogue, clock, newLinkSecret }: PaymentDependencies): OpeningBalance {
  return openingBalance(findPlan(catalogue, catalogue.defaultPlan), clock(), newLinkSecret());
}

export function idOf(reference: string | { readonly id: string }): string {
  return typeof reference === 'string' ? reference : reference.id;
}
