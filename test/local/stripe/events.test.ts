import type Stripe from 'stripe';
import { errorOf, openShop, pull, type Shop } from './support';

const DAY = 86_400;
const START = Date.parse('2027-01-01T00:00:00Z') / 1_000;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop({ clock: () => START * 1_000 });
});

afterEach(() => shop.close());

async function advance(seconds: number): Promise<void> {
  await pull(shop.local, `clock?advance=${seconds}`);
}

async function namesOf(params: Stripe.EventListParams = {}): Promise<(string | null | undefined)[]> {
  const { data } = await shop.stripe.events.list(params);
  return data.map((event) => (event.data.object as Stripe.Customer).name);
}

/** Four customers, ten seconds apart. */
async function fill(): Promise<Stripe.Event[]> {
  for (const name of ['a', 'b', 'c', 'd']) {
    await shop.stripe.customers.create({ name }, { idempotencyKey: `key-${name}` });
    await advance(10);
  }
  await shop.local.idle();
  return (await shop.stripe.events.list()).data;
}

test('are listed from the newest, by time', async () => {
  await fill();
  expect(await namesOf()).toEqual(['d', 'c', 'b', 'a']);
  expect(await namesOf({ created: { gt: START, lte: START + 20 } })).toEqual(['c', 'b']);
  expect(await namesOf({ created: { gte: START + 10, lt: START + 20 } })).toEqual(['b']);
  expect(await namesOf({ created: START + 30 })).toEqual(['d']);
});

test('are listed page by page, in both directions', async () => {
  const [d, c, b] = await fill();
  const first = await shop.stripe.events.list({ limit: 2 });
  expect(first.has_more).toBe(true);
  expect(await namesOf({ limit: 2, starting_after: c?.id })).toEqual(['b', 'a']);
  expect(await namesOf({ limit: 1, ending_before: b?.id })).toEqual(['c']);
  expect(await namesOf({ ending_before: d?.id })).toEqual([]);
  const all: string[] = [];
  for await (const { id } of shop.stripe.events.list({ limit: 3, types: ['customer.*'] })) {
    all.push(id);
  }
  expect(all).toHaveLength(4);
});

test('name the request that they come from', async () => {
  const [d] = await fill();
  expect(d?.request).toEqual({ id: expect.stringMatching(/^req_/), idempotency_key: 'key-d' });
});

test('that were missed are listed, until they are delivered', async () => {
  shop.endpoint.answer = ({ data }) => ((data.object as Stripe.Customer).name === 'b' ? 500 : 200);
  await fill();
  expect(await namesOf({ delivery_success: false })).toEqual(['b']);
  expect(await namesOf({ delivery_success: true, created: { gte: START } })).toEqual(['d', 'c', 'a']);
  const [missed] = (await shop.stripe.events.list({ delivery_success: false })).data;
  expect(missed?.pending_webhooks).toBe(1);
});

test('are there for thirty days, delivered or not', async () => {
  await shop.close();
  shop = await openShop({ clock: () => START * 1_000, retryDelays: [60_000] });
  shop.endpoint.answer = () => 500;
  await shop.stripe.customers.create({ name: 'a' });
  await advance(30 * DAY - 1);
  expect(await namesOf()).toEqual(['a']);
  await advance(1);
  expect(await namesOf()).toEqual([]);
  expect(shop.local.deliveries()).toMatchObject([{ state: 'pending' }]);
});

test.each<[string, Stripe.EventListParams, string]>([
  ['a type and types', { type: 'invoice.paid', types: ['invoice.paid'] }, 'types'],
  ['more types than twenty', { types: Array(21).fill('invoice.paid') }, 'types'],
  ['a page after none', { starting_after: 'evt_none' }, 'starting_after'],
])('are not listed by %s', async (_name, params, param) => {
  expect((await errorOf(shop.stripe.events.list(params))).param).toBe(param);
});
