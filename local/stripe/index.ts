import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalClock } from '../clock';
import { answerApi } from './api';
import { checkoutUrl } from './api/checkout-sessions';
import { invoiceUrl } from './billing/invoicing';
import { passTime } from './billing/passing-time';
import { answerCheckout, CHECKOUT_PATH } from './checkout-page';
import { Clock } from './clock';
import { type Account, Context } from './context';
import type { EventDestination } from './event-destination';
import { notice, orNotice } from './html';
import { type HttpAnswer, type HttpRequest, json, readRequest } from './http';
import { answerInvoice, INVOICE_PATH } from './invoice-page';
import { answerLever, LEVER_PATH } from './local-levers';
import { answerPortal, PORTAL_PATH } from './portal-page';
import { Store } from './store';
import { type Delivery, Webhooks } from './webhooks';

export type { Delivery } from './webhooks';

export interface StripeOptions {
  /** The key that API calls must carry, `sk_test_…`. */
  readonly secretKey: string;
  /** The signing secret of the endpoint at `webhookUrl`, `whsec_…`. */
  readonly webhookSecret: string;
  /**
   * Where events go, until the API has an endpoint for the same URL. Asked before each attempt, so the endpoint may come
   * up later.
   *
   * @default - to the API's endpoints only
   */
  readonly webhookUrl?: () => string | undefined;
  /** Where events go as well. @default - nowhere */
  readonly eventDestinations?: readonly EventDestination[];
  /** @default 0 - any free port */
  readonly port?: number;
  /** The folder that keeps the state. @default - nothing is kept */
  readonly dataDir?: string;
  /** The time, which a lever moves for all who go by it. @default - a clock of its own, which is forgotten */
  readonly clock?: LocalClock;
  /** Milliseconds from each attempt at a delivery to the next. @default - from a quarter of a second to ten minutes */
  readonly retryDelays?: readonly number[];
  /** Milliseconds that an endpoint may take to answer. @default 15000 */
  readonly deliveryTimeout?: number;
  /** @default - nothing is logged */
  readonly log?: (line: string) => void;
}

export interface StripeStandIn {
  /** `http://127.0.0.1:<port>`, for the SDK's `host`, `port` and `protocol`. */
  readonly url: string;
  /** Every event of the last 30 days, with what became of its delivery to each endpoint; oldest first. */
  deliveries(): readonly Delivery[];
  /** Resolves when no delivery is pending. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const RETRY_DELAYS = [250, 1_000, 3_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000];
const DELIVERY_TIMEOUT = 15_000;
/** How long a buyer waits for the endpoint, in milliseconds. */
const SETTLE_TIMEOUT = 10_000;
/** How often the clock is looked at when nobody asks for anything. */
const TICK = 5_000;

/** Starts a stand-in for Stripe on the loopback address: its API, its Checkout page and its webhooks. */
export async function startStripe(options: StripeOptions): Promise<StripeStandIn> {
  const { clock: local = new LocalClock(), log = () => undefined } = options;
  const store = Store.open(options.dataDir);
  const webhooks = new Webhooks({
    store,
    clock: () => local.now(),
    log,
    secret: options.webhookSecret,
    url: options.webhookUrl,
    destinations: options.eventDestinations,
    retryDelays: options.retryDelays ?? RETRY_DELAYS,
    timeout: options.deliveryTimeout ?? DELIVERY_TIMEOUT,
  });
  const server = createServer();
  const url = await listen(server, options.port ?? 0).catch((error: unknown) => {
    store.close();
    throw error;
  });
  const clock = new Clock(local);
  const account: Account = { store, clock, baseUrl: url, deliver: (event, to) => webhooks.deliver(event, to) };
  const answer = (request: HttpRequest) => {
    store.atomically(() => passTime(clock, new Context(account)));
    return dispatch(account, options.secretKey, webhooks, request);
  };
  const settle = (request: HttpRequest) => settleCheckout(webhooks, request);
  server.on('request', (incoming, response) => void respond(incoming, response, { store, answer, settle, log }));
  moveOpenPages(new Context(account));
  webhooks.resume();
  const ticking = setInterval(() => tick(account, log), TICK).unref();
  return {
    url,
    deliveries: () => webhooks.deliveries(),
    idle: () => webhooks.idle(),
    close: async () => {
      clearInterval(ticking);
      await webhooks.close();
      await closeServer(server);
      store.close();
    },
  };
}

function dispatch(account: Account, secretKey: string, webhooks: Webhooks, request: HttpRequest): HttpAnswer {
  if (request.path.startsWith('/v1/') || request.path.startsWith('/v2/')) {
    return answerApi(account, secretKey, request);
  }
  const checkout = CHECKOUT_PATH.exec(request.path)?.groups?.id;
  if (checkout !== undefined) {
    return orNotice(() => answerCheckout(account, checkout, request));
  }
  const invoice = INVOICE_PATH.exec(request.path)?.groups?.id;
  if (invoice !== undefined) {
    return answerInvoice(account, invoice, request);
  }
  const portal = PORTAL_PATH.exec(request.path)?.groups?.id;
  if (portal !== undefined) {
    return orNotice(() => answerPortal(account, portal, request));
  }
  if (LEVER_PATH.test(request.path)) {
    return answerLever(account, () => webhooks.deliveries(), request);
  }
  return notice('Nothing here', 'Checkout and portal pages have addresses of their own; the API is under /v1.', 404);
}

/**
 * Checkout leads the buyer back once the endpoint has answered `checkout.session.completed`, or after 10 seconds: so
 * what was bought is there when the buyer is. An event destination is waited for in the same way, which Stripe promises of
 * endpoints only. https://docs.stripe.com/checkout/fulfillment
 */
async function settleCheckout(webhooks: Webhooks, { method, path }: HttpRequest): Promise<void> {
  const session = method === 'POST' ? CHECKOUT_PATH.exec(path)?.groups?.id : undefined;
  if (session !== undefined) {
    const answered = webhooks.answered('checkout.session.completed', session);
    await Promise.race([answered, sleep(SETTLE_TIMEOUT, undefined, { ref: false })]);
  }
}

interface Responder {
  readonly store: Store;
  readonly answer: (request: HttpRequest) => HttpAnswer;
  /** Resolves when the answer may be sent. */
  readonly settle: (request: HttpRequest) => Promise<void>;
  readonly log: (line: string) => void;
}

/** Answers once what the request has changed is kept. */
async function respond(
  incoming: IncomingMessage,
  response: ServerResponse,
  { store, answer, settle, log }: Responder,
): Promise<void> {
  try {
    const request = await readRequest(incoming);
    const { status, headers, body } = request === undefined ? TOO_LARGE : answer(request);
    // What a reader sees is kept with the next change or tick.
    if (incoming.method === 'POST' || incoming.method === 'DELETE') {
      store.flush();
    }
    if (request !== undefined) {
      await settle(request);
    }
    response.writeHead(status, headers).end(incoming.method === 'HEAD' ? undefined : body);
  } catch (error) {
    log(`stripe stand-in failed: ${error instanceof Error ? error.stack : String(error)}`);
    const { status, headers, body } = FAILED;
    response.writeHead(status, headers).end(body);
  }
}

const TOO_LARGE = json(413, { error: { type: 'invalid_request_error', message: 'The request is too large.' } });
const FAILED = json(500, { error: { type: 'api_error', message: 'The local stand-in for Stripe failed.' } });

function tick(account: Account, log: (line: string) => void): void {
  try {
    account.store.atomically(() => passTime(account.clock, new Context(account)));
    account.store.flush();
  } catch (error) {
    log(`stripe state is not saved: ${String(error)}`);
  }
}

/** Sessions and invoices of an earlier run are paid at this run's address. */
function moveOpenPages(context: Context): void {
  for (const session of context.store.all('checkout.session')) {
    if (session.status === 'open') {
      context.store.put('checkout.session', { ...session, url: checkoutUrl(context, session.id) });
    }
  }
  for (const invoice of context.store.all('invoice')) {
    if (invoice.status === 'open') {
      context.store.put('invoice', { ...invoice, hosted_invoice_url: invoiceUrl(context, invoice.id) });
    }
  }
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve(`http://${HOST}:${(server.address() as AddressInfo).port}`);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
