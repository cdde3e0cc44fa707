import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { KeyMode } from '../domain/api-key';
import type { Bought } from '../domain/customers';
import { topUpEntry } from '../domain/ledger';
import type { LineItem, Purchase, PurchaseMetadata } from '../domain/purchase';
import { metadataOf, recurs } from '../domain/purchase';
import type { StripeConnection } from './stripe-client';

/** A Checkout Session that waits for its customer. */
export interface OpenCheckout {
  /** `cs_…` */
  readonly id: string;
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
  /** Whether the money has come in, or there was none to pay. */
  readonly paid: boolean;
  /** What was paid for; absent where a free plan was. */
  readonly bought?: Bought;
  readonly metadata: PurchaseMetadata;
}

export interface Checkout {
  open(purchase: Purchase, line: LineItem, urls: { success: string; cancel: string }): Promise<OpenCheckout>;
  /** Nothing where Stripe knows no such session, or it is not of this paywall. */
  outcome(sessionId: string): Promise<CheckoutOutcome | undefined>;
  /** Makes a customer of ours a customer at Stripe, once, and gives the id. */
  createCustomer(customer: string, paywall: string): Promise<string>;
  /** Whether payments are real. */
  mode(): Promise<KeyMode>;
  /** Where a customer sees to cards, invoices and the subscription himself. */
  openPortal(stripeCustomer: string, returnUrl: string): Promise<string>;
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
    const params: Stripe.Checkout.SessionCreateParams = {
      mode: recurring ? 'subscription' : 'payment',
      client_reference_id: purchase.customer,
      line_items: [{ quantity: 1, ...(await this.price(client, line)) }],
      metadata: { ...metadata, ...(purchase.claim !== undefined && { claim: purchase.claim }) },
      ...(recurring && { subscription_data: { metadata, trial_period_days: purchase.trialDays } }),
      ...(purchase.options.promotionCodes && { allow_promotion_codes: true }),
      ...(purchase.options.automaticTax && { automatic_tax: { enabled: true } }),
      ...customer(purchase, recurring),
      success_url: urls.success,
      cancel_url: urls.cancel,
    };
    const session = await client.checkout.sessions.create(params, {
      idempotencyKey: purchase.once === undefined ? undefined : onceKey(params, purchase),
    });
    if (session.url === null) {
      throw new Error(`checkout session ${session.id} has no URL`);
    }
    return { id: session.id, url: session.url, expiresAt: new Date(session.expires_at * 1000).toISOString() };
  }

  /** The price that a deployment has made; where there is none of that amount, one for this purchase alone. */
  private async price(
    client: Stripe,
    line: LineItem,
  ): Promise<Pick<Stripe.Checkout.SessionCreateParams.LineItem, 'price' | 'price_data'>> {
    const { stripePrice, amount = 0, currency = line.currency, interval } = line.price ?? {};
    if (stripePrice !== undefined) {
      return { price: stripePrice };
    }
    if (line.price !== undefined) {
      const { data } = await client.prices.list({ lookup_keys: [line.lookupKey], active: true, limit: 1 });
      const [made] = data.filter((price) => price.unit_amount === amount && price.currency === currency);
      if (made !== undefined) {
        return { price: made.id };
      }
    }
    const recurring = interval === undefined ? {} : { recurring: { interval } };
    return { price_data: { currency, unit_amount: amount, product_data: { name: line.name }, ...recurring } };
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
      return {
        customer: metadata.customer,
        livemode,
        complete: status === 'complete',
        paid: session.payment_status !== 'unpaid',
        bought: boughtBy(session, metadata),
        metadata,
      };
    } catch (error) {
      if (isMissing(error)) {
        return undefined;
      }
      throw error;
    }
  }

  public async createCustomer(customer: string, paywall: string): Promise<string> {
    const client = await this.stripe.client();
    // Two links that are followed at once make one customer.
    const { id } = await client.customers.create(
      { metadata: { customer, paywall } },
      { idempotencyKey: `${paywall}/customer/${customer}` },
    );
    return id;
  }

  public mode(): Promise<KeyMode> {
    return this.stripe.mode();
  }

  public async openPortal(stripeCustomer: string, returnUrl: string): Promise<string> {
    const client = await this.stripe.client();
    return (await client.billingPortal.sessions.create({ customer: stripeCustomer, return_url: returnUrl })).url;
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

/** Stripe asks to be told whether the address that a tax needs may be kept with a customer who is known. */
function customer(
  { stripeCustomer, options }: Purchase,
  recurring: boolean,
): Pick<Stripe.Checkout.SessionCreateParams, 'customer' | 'customer_update' | 'customer_creation'> {
  if (stripeCustomer === undefined) {
    return recurring ? {} : { customer_creation: 'always' };
  }
  return { customer: stripeCustomer, ...(options.automaticTax && { customer_update: { address: 'auto' } }) };
}

function boughtBy(
  { id, subscription, created }: Stripe.Checkout.Session,
  { topUp }: PurchaseMetadata,
): Bought | undefined {
  if (topUp !== undefined) {
    return { entry: topUpEntry(id) };
  }
  // A free plan is there without one.
  return subscription === null ? undefined : { subscribedSince: created };
}

/** Of the parameters as well: Stripe refuses a key that comes with others, and a form that has changed its meaning is another one. */
function onceKey(params: Stripe.Checkout.SessionCreateParams, { once, paywall }: Purchase): string {
  const digest = createHash('sha256')
    .update(`${once}|${JSON.stringify(params)}`)
    .digest('base64url');
  return `${paywall}/checkout/${digest}`;
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404;
}
