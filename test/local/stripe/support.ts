import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { LocalClock } from '../../../local/clock';
import { type StripeOptions, type StripeStandIn, startStripe } from '../../../local/stripe';

export const SECRET_KEY = 'sk_test_local';
export const WEBHOOK_SECRET = 'whsec_local';

/** A webhook endpoint that keeps what it gets and answers as it is told. */
export class Endpoint {
  readonly received: { readonly event: Stripe.Event; readonly raw: string; readonly signature: string }[] = [];
  /** The status for a delivery: the event, and how many times it has come. */
  answer: (event: Stripe.Event, times: number) => number | Promise<number> = () => 200;

  private readonly server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
    const raw = Buffer.concat(chunks).toString();
    const event = JSON.parse(raw) as Stripe.Event;
    this.received.push({ event, raw, signature: String(request.headers['stripe-signature']) });
    const times = this.received.filter((earlier) => earlier.event.id === event.id).length;
    response.writeHead(await this.answer(event, times)).end();
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhook`;
  }

  types(): string[] {
    return this.received.map(({ event }) => event.type);
  }

  /** The one event of a type, as its own type. */
  only<T extends Stripe.Event.Type>(type: T): Extract<Stripe.Event, { type: T }> {
    const found = this.received.map(({ event }) => event).filter((event) => event.type === type);
    expect(found).toHaveLength(1);
    return found[0] as Extract<Stripe.Event, { type: T }>;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }
}

export interface Shop {
  readonly local: StripeStandIn;
  readonly stripe: Stripe;
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

interface ShopOptions extends Omit<Partial<StripeOptions>, 'clock'> {
  /** What the machine's clock says. */
  readonly clock?: () => number;
  /** Where the clock's lead is kept. */
  readonly clockFile?: string;
}

export async function openShop({ clock, clockFile, ...options }: ShopOptions = {}): Promise<Shop> {
  const endpoint = await new Endpoint().open();
  const local = await startStripe({
    secretKey: SECRET_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: () => endpoint.url,
    retryDelays: [5, 10, 20],
    clock: new LocalClock({ machine: clock, file: clockFile }),
    ...options,
  }).catch(async (error: unknown) => {
    await endpoint.close();
    throw error;
  });
  const close = async () => {
    await local.close();
    await endpoint.close();
  };
  return { local, endpoint, stripe: clientOf(local), close };
}

export function clientOf(local: StripeStandIn, secretKey = SECRET_KEY): Stripe {
  const { hostname, port } = new URL(local.url);
  return new Stripe(secretKey, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

export const PRO: Stripe.Checkout.SessionCreateParams.LineItem = {
  price_data: {
    currency: 'usd',
    unit_amount: 2900,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro', description: '100,000 calls a month' },
  },
  quantity: 1,
};

export const FREE: Stripe.Checkout.SessionCreateParams.LineItem = {
  price_data: { currency: 'usd', unit_amount: 0, recurring: { interval: 'month' }, product_data: { name: 'Free' } },
  quantity: 1,
};

export const PACK: Stripe.Checkout.SessionCreateParams.LineItem = {
  price_data: { currency: 'usd', unit_amount: 1000, product_data: { name: '10k calls' } },
  quantity: 1,
};

export const URLS = {
  success_url: 'https://shop.example/welcome?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.example/plans',
};

/** What a click on the page does. */
export async function click(
  session: { readonly url: string | null },
  action: 'pay' | 'debit' | 'decline' | 'abandon',
  email?: string,
): Promise<Response> {
  const body = new URLSearchParams({ action, ...(email === undefined ? {} : { email }) });
  return fetch(session.url ?? '', { method: 'POST', body, redirect: 'manual' });
}

/** A paid subscription, with nothing left to deliver. */
export async function subscribe(
  { stripe, local, endpoint }: Shop,
  params: Stripe.Checkout.SessionCreateParams = {},
): Promise<Stripe.Subscription> {
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [PRO],
    ...URLS,
    ...params,
  });
  await click(session, 'pay', 'ada@example.com');
  await local.idle();
  endpoint.received.length = 0;
  const { subscription } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
  return subscription as Stripe.Subscription;
}

/** The PaymentIntent of a one-off that was paid, with nothing left to deliver. */
export async function buy({ stripe, local }: Shop): Promise<string> {
  const metadata = { bought: 'pack' };
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], metadata, ...URLS });
  await click(session, 'pay');
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id);
  await local.idle();
  return String(intent);
}

export async function pull<T>(local: StripeStandIn, path: string): Promise<{ status: number; body: T }> {
  const response = await fetch(`${local.url}/local/${path}`, { method: 'POST' });
  return { status: response.status, body: (await response.json()) as T };
}

/** The error that a call of the SDK ends in. */
export async function errorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Stripe.errors.StripeError);
  return error as Stripe.errors.StripeError;
}

/** The date of a time of Stripe’s. */
export function day(seconds: number | null | undefined): string {
  return new Date((seconds ?? 0) * 1_000).toISOString().slice(0, 10);
}

export function itemOf(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
  return subscription.items.data[0] as Stripe.SubscriptionItem;
}
