import type Stripe from 'stripe';
import { clientOf, errorOf, openShop, PRO, SECRET_KEY, type Shop, subscribe, URLS } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

describe('authentication', () => {
  test('another key is refused', async () => {
    const error = await errorOf(clientOf(shop.local, 'sk_test_another').customers.list());
    expect(error).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401, requestId: expect.any(String) });
  });

  test.each([
    ['no key', undefined, 401],
    ['Basic with the key as the user', `Basic ${Buffer.from(`${SECRET_KEY}:`).toString('base64')}`, 200],
    ['Bearer', `Bearer ${SECRET_KEY}`, 200],
    ['Bearer without a key', 'Bearer', 401],
  ])('%s', async (_name, authorization, status) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${shop.local.url}/v1/customers`, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
  });
});

describe('what is not served says so', () => {
  test('a route', async () => {
    const error = await errorOf(shop.stripe.payouts.list());
    expect(error).toMatchObject({ statusCode: 404, type: 'StripeInvalidRequestError' });
    expect(error.message).toContain('stand-in for Stripe does not serve GET /v1/payouts');
  });

  test.each<[string, Record<string, unknown>]>([
    ['invoice_creation', { invoice_creation: { enabled: true } }],
    ['subscription_data[billing_cycle_anchor]', { subscription_data: { billing_cycle_anchor: 1 } }],
    ['line_items[0][unit]', { line_items: [{ ...PRO, unit: 'call' }] }],
  ])('the parameter %s', async (param, params) => {
    const sessions = shop.stripe.checkout.sessions;
    const error = await errorOf(sessions.create({ mode: 'subscription', line_items: [PRO], ...URLS, ...params }));
    expect(error).toMatchObject({ statusCode: 400, code: 'parameter_unknown', param });
  });

  test('a page', async () => {
    const response = await fetch(`${shop.local.url}/`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('Nothing here');
  });
});

describe('idempotency', () => {
  test('the same request gets the first answer again', async () => {
    const { stripe, local } = shop;
    const options = { idempotencyKey: 'key-1' };
    const first = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada' }, options);
    const second = await stripe.customers.create({ name: 'Ada', email: 'ada@example.com' }, options);
    expect(second.id).toBe(first.id);
    expect(first.lastResponse.headers).not.toHaveProperty('idempotent-replayed');
    expect(second.lastResponse.headers).toMatchObject({ 'idempotent-replayed': 'true', 'idempotency-key': 'key-1' });
    expect(second.lastResponse.requestId).toBe(first.lastResponse.requestId);
    await local.idle();
    shop.endpoint.only('customer.created');
  });

  test.each<[string, (stripe: Stripe) => Promise<unknown>]>([
    [
      'other parameters',
      (stripe) => stripe.customers.create({ email: 'bob@example.com' }, { idempotencyKey: 'key-1' }),
    ],
    ['another route', (stripe) => stripe.products.create({ name: 'Pro' }, { idempotencyKey: 'key-1' })],
  ])('%s with the same key are an error', async (_name, call) => {
    await shop.stripe.customers.create({ email: 'ada@example.com' }, { idempotencyKey: 'key-1' });
    expect(await errorOf(call(shop.stripe))).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });

  test('a key whose request was refused can be used again', async () => {
    const { stripe } = shop;
    const options = { idempotencyKey: 'key-1' };
    await errorOf(stripe.prices.create({ currency: 'usd', product: 'prod_none', unit_amount: 100 }, options));
    await expect(stripe.customers.create({}, options)).resolves.toMatchObject({ object: 'customer' });
  });
});

describe('lists', () => {
  test('go from the newest to the oldest, page by page', async () => {
    const { stripe } = shop;
    const made: string[] = [];
    for (let index = 0; index < 25; index += 1) {
      made.unshift((await stripe.customers.create()).id);
    }
    const first = await stripe.customers.list();
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' });
    expect(first.data.map(({ id }) => id)).toEqual(made.slice(0, 10));
    const all: string[] = [];
    for await (const { id } of stripe.customers.list({ limit: 7 })) {
      all.push(id);
    }
    expect(all).toEqual(made);
    const back = await stripe.customers.list({ ending_before: made[5], limit: 3 });
    expect(back.data.map(({ id }) => id)).toEqual(made.slice(2, 5));
    expect((await errorOf(stripe.customers.list({ limit: 101 }))).param).toBe('limit');
    expect((await errorOf(stripe.customers.list({ starting_after: 'cus_none' }))).code).toBe('resource_missing');
  });

  test('of events go by type and time', async () => {
    await shop.close();
    let now = Date.parse('2027-01-01T00:00:00Z');
    shop = await openShop({ clock: () => now });
    const { stripe } = shop;
    const start = now / 1_000;
    await stripe.customers.create();
    now += 10_000;
    await stripe.products.create({ name: 'Pro' });
    const typesOf = async (params: Stripe.EventListParams) =>
      (await stripe.events.list(params)).data.map(({ type }) => type);
    expect(await typesOf({})).toEqual(['product.created', 'customer.created']);
    expect(await typesOf({ created: { gte: start + 10 } })).toEqual(['product.created']);
    expect(await typesOf({ created: { gt: start, lt: start + 10 } })).toEqual([]);
    expect(await typesOf({ created: start })).toEqual(['customer.created']);
    expect(await typesOf({ types: ['customer.created', 'invoice.paid'] })).toEqual(['customer.created']);
    expect(await typesOf({ type: 'product.*' })).toEqual(['product.created']);
  });
});

test('expansions reach through objects and lists, and refuse what is none', async () => {
  const { stripe } = shop;
  const subscription = await subscribe(shop);
  const id = String(subscription.customer);
  const customer = await stripe.customers.retrieve(id, { expand: ['subscriptions.data.latest_invoice.payments'] });
  expect(customer).toMatchObject({
    subscriptions: { data: [{ id: subscription.id, latest_invoice: { payments: { data: [{ status: 'paid' }] } } }] },
  });
  const sessions = await stripe.checkout.sessions.list({ expand: ['data.customer', 'data.payment_intent'] });
  expect(sessions.data).toMatchObject([{ customer: { id }, payment_intent: null }]);
  const deep = errorOf(stripe.customers.retrieve(id, { expand: ['a.b.c.d.e'] }));
  expect((await deep).param).toBe('expand');
  expect((await errorOf(stripe.customers.retrieve(id, { expand: ['email'] }))).param).toBe('expand');
});

test('an object that is not there is a 404 that names it', async () => {
  const error = await errorOf(shop.stripe.subscriptions.retrieve('sub_none'));
  expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'id' });
  expect(error.message).toBe("No such subscription: 'sub_none'");
});

test('a body too large to be meant is refused', async () => {
  const response = await fetch(`${shop.local.url}/v1/customers`, { method: 'POST', body: 'x'.repeat(1_100_000) });
  expect(response.status).toBe(413);
});

test('an id that is no id is not found', async () => {
  const headers = { authorization: `Bearer ${SECRET_KEY}` };
  const response = await fetch(`${shop.local.url}/v1/customers/%E0%A4%A`, { headers });
  expect(response.status).toBe(404);
});

test('parameters of another kind than expected are refused by name', async () => {
  const wrong = async (body: string) => {
    const headers = { authorization: `Bearer ${SECRET_KEY}` };
    const response = await fetch(`${shop.local.url}/v1/customers`, { method: 'POST', headers, body });
    return ((await response.json()) as { error: { param: string } }).error.param;
  };
  expect(await wrong('email[a]=b')).toBe('email');
  expect(await wrong('metadata=a')).toBe('metadata');
  expect(await wrong(`email=${'x'.repeat(600)}`)).toBe('email');
  expect(await wrong('expand=email')).toBe('expand');
});
