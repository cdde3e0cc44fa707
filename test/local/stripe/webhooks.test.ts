import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { click, clientOf, openShop, PACK, pull, type Shop, subscribe, URLS, WEBHOOK_SECRET } from './support';

let shop: Shop | undefined;
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stripe-'));
});

afterEach(async () => {
  await shop?.close();
  shop = undefined;
  await rm(dataDir, { recursive: true });
});

test('events are signed over their raw body', async () => {
  shop = await openShop();
  const customer = await shop.stripe.customers.create({ name: 'Ada Lovelace – ✓' });
  await shop.local.idle();
  const [{ raw, signature } = { raw: '', signature: '' }] = shop.endpoint.received;
  const event = Stripe.webhooks.constructEvent(raw, signature, WEBHOOK_SECRET);
  expect(event).toMatchObject({
    id: expect.stringMatching(/^evt_/),
    object: 'event',
    type: 'customer.created',
    api_version: Stripe.API_VERSION,
    livemode: false,
    pending_webhooks: 1,
    request: { id: customer.lastResponse.requestId, idempotency_key: expect.any(String) },
    data: { object: { id: customer.id, name: 'Ada Lovelace – ✓' } },
  });
  expect(() => Stripe.webhooks.constructEvent(raw, signature, 'whsec_another')).toThrow(/signature/i);
  expect((await shop.stripe.events.retrieve(event.id)).pending_webhooks).toBe(0);
});

test('signatures carry the time of the stand-in’s clock', async () => {
  shop = await openShop({ clock: () => Date.parse('2030-01-01T00:00:00Z') });
  await shop.stripe.customers.create();
  await shop.local.idle();
  expect(shop.endpoint.received[0]?.signature).toContain(`t=${Date.parse('2030-01-01T00:00:00Z') / 1_000},`);
});

test('a delivery is tried again until it is answered 2xx', async () => {
  shop = await openShop();
  shop.endpoint.answer = (_event, times) => [500, 302, 429][times - 1] ?? 204;
  await shop.stripe.customers.create();
  await shop.local.idle();
  expect(shop.endpoint.types()).toEqual(Array(4).fill('customer.created'));
  const [delivery] = shop.local.deliveries();
  expect(delivery).toEqual({
    endpoint: 'default',
    eventId: shop.endpoint.received[0]?.event.id,
    type: 'customer.created',
    state: 'delivered',
    attempts: 4,
    lastStatus: 204,
    lastMilliseconds: expect.any(Number),
  });
});

test('each wait is as long as it is said to be', async () => {
  shop = await openShop({ retryDelays: [20, 60] });
  const at: number[] = [];
  shop.endpoint.answer = () => {
    at.push(performance.now());
    return 500;
  };
  await shop.stripe.customers.create();
  await shop.local.idle();
  const [first = 0, second = 0, third = 0] = at;
  expect(second - first).toBeGreaterThanOrEqual(19);
  expect(third - second).toBeGreaterThanOrEqual(59);
});

test('attempts end, and the event stays to be listed and sent again', async () => {
  const lines: string[] = [];
  shop = await openShop({ retryDelays: [1, 2], log: (line) => lines.push(line) });
  shop.endpoint.answer = (_event, times) => (times <= 3 ? 500 : 200);
  const { stripe, local } = shop;
  await stripe.customers.create();
  await local.idle();
  expect(local.deliveries()).toMatchObject([{ state: 'failed', attempts: 3, lastStatus: 500 }]);
  expect(lines.at(-1)).toMatch(/customer\.created evt_\w+: 500, given up after 3 attempts/);
  const missed = await stripe.events.list({ delivery_success: false });
  expect(missed.data).toHaveLength(1);

  const { status } = await pull(local, `events/${missed.data[0]?.id}/redeliver`);
  await local.idle();
  expect(status).toBe(200);
  expect(local.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
});

test('no answer is a failure as well', async () => {
  let release = () => undefined as undefined;
  const hanging = new Promise<void>((resolve) => {
    release = () => {
      resolve();
      return undefined;
    };
  });
  shop = await openShop({ deliveryTimeout: 1_000, retryDelays: [1] });
  shop.endpoint.answer = async (_event, times) => {
    if (times === 1) {
      await hanging;
    }
    return 200;
  };
  await shop.stripe.customers.create();
  await shop.local.idle();
  release();
  expect(shop.local.deliveries()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
});

test('nobody there is a failure as well, and so is no endpoint', async () => {
  const { endpoint } = await openShop().then(async (open) => {
    await open.close();
    return open;
  });
  const urls = [undefined, 'http://127.0.0.1:1/'];
  shop = await openShop({ webhookUrl: () => urls.shift(), retryDelays: [1] });
  await shop.stripe.customers.create();
  await shop.local.idle();
  expect(endpoint.received).toEqual([]);
  expect(shop.local.deliveries()).toMatchObject([{ state: 'failed', attempts: 2, lastError: expect.any(String) }]);
  expect(shop.local.deliveries()[0]).not.toHaveProperty('lastStatus');
});

test('deliveries run side by side, and the buyer waits for the one that matters', async () => {
  shop = await openShop();
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  shop.endpoint.answer = async ({ type }) => {
    if (type !== 'checkout.session.completed') {
      await gate;
    }
    return 200;
  };
  const { stripe, local, endpoint } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  expect((await click(session, 'pay')).status).toBe(303);
  expect(endpoint.types()).toContain('checkout.session.completed');
  const waiting = local.deliveries().filter(({ state }) => state === 'pending');
  expect(waiting.map(({ type }) => type)).toContain('payment_intent.succeeded');
  release();
  await local.idle();
  expect(local.deliveries().every(({ state }) => state === 'delivered')).toBe(true);
});

test('the buyer waits for an answer, not for a good one', async () => {
  shop = await openShop({ retryDelays: [60_000] });
  shop.endpoint.answer = () => 500;
  const session = await shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  expect((await click(session, 'pay')).headers.get('location')).toContain(session.id);
  const completed = shop.local.deliveries().find(({ type }) => type === 'checkout.session.completed');
  expect(completed).toMatchObject({ state: 'pending', attempts: 1, lastStatus: 500 });
});

test('state survives a restart, and what was not delivered goes on', async () => {
  const first = await openShop({ dataDir, retryDelays: [60_000] });
  const subscription = await subscribe(first);
  first.endpoint.answer = () => 500;
  const open = await first.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  const key = { idempotencyKey: 'once' };
  const customer = await first.stripe.customers.create({ email: 'late@example.com' }, key);
  while (first.local.deliveries().some(({ attempts }) => attempts === 0)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(first.local.deliveries().at(-1)).toMatchObject({ state: 'pending', attempts: 1, lastStatus: 500 });
  await first.close();

  shop = await openShop({ dataDir });
  await shop.local.idle();
  expect(shop.endpoint.types()).toContain('customer.created');
  expect(shop.endpoint.types()).not.toContain('invoice.paid');
  expect(shop.local.deliveries().at(-1)).toMatchObject({ state: 'delivered', attempts: 2 });
  const again = await shop.stripe.subscriptions.retrieve(subscription.id);
  expect(JSON.stringify(again)).toBe(JSON.stringify(subscription));
  expect((await shop.stripe.customers.create({ email: 'late@example.com' }, key)).id).toBe(customer.id);
  // Its page has moved with the server.
  const moved = await shop.stripe.checkout.sessions.retrieve(open.id);
  expect((await click(moved, 'pay')).status).toBe(303);
});

test('a delivery that was under way when the process ended is made after all', async () => {
  const first = await openShop({ dataDir });
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  first.endpoint.answer = async () => {
    arrived();
    return new Promise<number>(() => undefined);
  };
  await first.stripe.customers.create();
  await arrival;
  await first.close();

  shop = await openShop({ dataDir });
  await shop.local.idle();
  expect(shop.endpoint.types()).toEqual(['customer.created']);
});

test('a taken port is told', async () => {
  shop = await openShop();
  const port = Number(new URL(shop.local.url).port);
  await expect(openShop({ port })).rejects.toThrow(/EADDRINUSE/);
  expect(await clientOf(shop.local).customers.list()).toMatchObject({ data: [] });
});
