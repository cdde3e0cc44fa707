import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { itemOf, openShop, PACK, pull, type Shop, subscribe, URLS, WEBHOOK_SECRET } from './support';

const DAY = 86_400;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

const DAILY: Stripe.Checkout.SessionCreateParams.LineItem = {
  price_data: { currency: 'usd', unit_amount: 100, recurring: { interval: 'day' }, product_data: { name: 'Daily' } },
  quantity: 1,
};

interface LocalClock {
  readonly now: number;
}

async function advance(seconds: number): Promise<number> {
  const { status, body } = await pull<LocalClock>(shop.local, `clock?advance=${seconds}`);
  expect(status).toBe(200);
  await shop.local.idle();
  return body.now;
}

test('what is due until then happens in its order, stamped with its time', async () => {
  // GIVEN
  await shop.close();
  shop = await openShop({ clock: () => Date.parse('2027-01-31T12:00:00Z') });
  const { stripe } = shop;
  const { id, created } = await subscribe(shop, { line_items: [DAILY] });
  const now = await advance(3_600);
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  expect(session.expires_at).toBeGreaterThanOrEqual(now + DAY);
  // WHEN
  await advance(3 * DAY - 3_600);
  // THEN
  const { data } = await stripe.events.list({ types: ['invoice.paid', 'checkout.session.expired'] });
  expect(data.map((event) => [event.type, event.created]).reverse()).toEqual([
    ['invoice.paid', created],
    ['invoice.paid', created + DAY],
    ['checkout.session.expired', session.expires_at],
    ['invoice.paid', created + 2 * DAY],
    ['invoice.paid', created + 3 * DAY],
  ]);
  const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
  expect(invoice).toMatchObject({ created: created + 3 * DAY, status_transitions: { paid_at: created + 3 * DAY } });
});

test('what is forgotten in the meantime is delivered before', async () => {
  const subscription = await subscribe(shop);
  await advance(65 * DAY);
  expect(shop.endpoint.types().filter((type) => type === 'invoice.paid')).toHaveLength(2);
  expect((await shop.stripe.events.list({ types: ['invoice.paid'] })).data).toMatchObject([
    { created: itemOf(await shop.stripe.subscriptions.retrieve(subscription.id)).current_period_start },
  ]);
});

test('signatures go by it', async () => {
  await advance(10 * DAY);
  await shop.stripe.customers.create();
  await shop.local.idle();
  const [{ raw, signature, event } = { raw: '', signature: '', event: undefined }] = shop.endpoint.received;
  const now = Date.now() + 10 * DAY * 1_000;
  const verified = Stripe.webhooks.constructEvent(raw, signature, WEBHOOK_SECRET, 60, undefined, now);
  expect(verified.id).toBe(event?.id);
  expect(Math.abs(Number(/t=(\d+)/.exec(signature)?.[1]) - now / 1_000)).toBeLessThan(60);
});

test('it goes to a time, and ahead only', async () => {
  const now = await advance(0);
  expect((await pull<LocalClock>(shop.local, `clock?to=${now + DAY}`)).body.now).toBe(now + DAY);
  const { status, body } = await pull(shop.local, `clock?to=${now}`);
  expect({ status, body }).toMatchObject({ status: 400, body: { error: { param: 'to' } } });
  expect((await pull(shop.local, 'clock?advance=1&to=1')).status).toBe(400);
  expect((await pull(shop.local, 'clock?to=253402300800')).status).toBe(400);
  expect((await shop.stripe.customers.create()).created).toBeGreaterThanOrEqual(now + DAY);
});

test('it is as far ahead after a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'stripe-'));
  await shop.close();
  const clockFile = join(dataDir, 'clock.json');
  shop = await openShop({ dataDir, clockFile });
  const now = await advance(3 * DAY);
  await shop.close();
  shop = await openShop({ dataDir, clockFile });
  expect((await shop.stripe.customers.create()).created).toBeGreaterThanOrEqual(now);
  await shop.close();
  await rm(dataDir, { recursive: true });
  shop = await openShop();
});
