import type Stripe from 'stripe';
import type { LineItem, Purchase, PurchaseMetadata } from '../domain/purchase';
import { metadataOf, recurs } from '../domain/purchase';
import type { StripeConnection } from './stripe-client';

/** A Checkout Session that waits for its customer. */
export interface OpenCheckout {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** What a Checkout Session came to. */
export interface CheckoutOutcome {
  readonly customer: string;
  readonly livemode: boolean;
  /** Whether the customer has gone through with it; money may be on its way yet. */
  readonly complete: boolean;
  readonly metadata: PurchaseMetadata;
}

export interface Checkout {
  open(purchase: Purchase, line: LineItem, urls: { success: string; cancel: string }): Promise<OpenCheckout>;
  /** Nothing where Stripe knows no such session, or it is not of this paywall. */
  outcome(sessionId: string): Promise<CheckoutOutcome | undefined>;
  /** Where to pay what a subscription owes; nothing where it owes nothing. */
  openInvoiceUrl(subscription: string): Promise<string | undefined>;
}

/** Stripe Checkout. */
export class StripeCheckout implements Checkout {
  constructor(private readonly stripe: StripeConnection) {}

  public async open(
    purchase: Purchase,
    line: LineItem,
    urls: { success: string; cancel: string },
  ): Promise<OpenCheckout> {
    const client = await this.stripe.client();
    const recurring = recurs(purchase.offer);
    const metadata = { ...metadataOf(purchase) };
    const session = await client.checkout.sessions.create({
      mode: recurring ? 'subscription' : 'payment',
      client_reference_id: purchase.customer,
      line_items: [{ quantity: 1, ...price(line) }],
      metadata,
      ...(recurring && { subscription_data: { metadata } }),
      ...(purchase.stripeCustomer !== undefined
        ? { customer: purchase.stripeCustomer }
        : !recurring && { customer_creation: 'always' as const }),
      success_url: urls.success,
      cancel_url: urls.cancel,
    });
    if (session.url === null) {
      throw new Error(`checkout session ${session.id} has no URL`);
    }
    return { url: session.url, expiresAt: new Date(session.expires_at * 1000).toISOString() };
  }

  public async outcome(sessionId: string): Promise<CheckoutOutcome | undefined> {
    const client = await this.stripe.client();
    try {
      const session = await client.checkout.sessions.retrieve(sessionId);
      const metadata = session.metadata as PurchaseMetadata | null;
      if (metadata?.customer === undefined) {
        return undefined;
      }
      const { livemode, status } = session;
      return { customer: metadata.customer, livemode, complete: status === 'complete', metadata };
    } catch (error) {
      if (isMissing(error)) {
        return undefined;
      }
      throw error;
    }
  }

  public async openInvoiceUrl(subscription: string): Promise<string | undefined> {
    const client = await this.stripe.client();
    const { latest_invoice: invoice } = await client.subscriptions.retrieve(subscription, {
      expand: ['latest_invoice'],
    });
    const open = typeof invoice === 'object' && invoice?.status === 'open';
    return open ? (invoice.hosted_invoice_url ?? undefined) : undefined;
  }
}

function price(line: LineItem): Pick<Stripe.Checkout.SessionCreateParams.LineItem, 'price' | 'price_data'> {
  if (line.price?.stripePrice !== undefined) {
    return { price: line.price.stripePrice };
  }
  const { amount = 0, currency = line.currency, interval } = line.price ?? {};
  return {
    price_data: {
      currency,
      unit_amount: amount,
      product_data: { name: line.name },
      ...(interval !== undefined && { recurring: { interval } }),
    },
  };
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404;
}
