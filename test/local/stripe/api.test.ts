import fc from 'fast-check';
import Stripe from 'stripe';
import { click, clientOf, openShop, PACK, PRO, SECRET_KEY, type Shop, subscribe, URLS } from './support';

type SessionParams = Stripe.Checkout.SessionCreateParams;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

async function errorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Stripe.errors.StripeError);
  return error as Stripe.errors.StripeError;
}

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
    ['discounts', { discounts: [{ coupon: 'c' }] }],
    ['subscription_data[trial_period_days]', { subscription_data: { trial_period_days: 7 } }],
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

describe('a Checkout Session is checked', () => {
  const price = (data: Record<string, unknown>): Partial<SessionParams> => ({
    line_items: [
      {
        price_data: { ...PACK.price_data, ...data } as Stripe.Checkout.SessionCreateParams.LineItem.PriceData,
        quantity: 1,
      },
    ],
  });

  test.each<[string, Partial<SessionParams> & Record<string, unknown>, Record<string, unknown>]>([
    ['no success_url', { success_url: undefined }, { param: 'success_url', code: 'parameter_missing' }],
    ['a success_url that is none', { success_url: 'welcome' }, { param: 'success_url', code: 'url_invalid' }],
    ['a script for a cancel_url', { cancel_url: 'javascript:alert(1)' }, { param: 'cancel_url', code: 'url_invalid' }],
    ['no mode', { mode: undefined }, { param: 'mode', code: 'parameter_missing' }],
    ['a mode of its own', { mode: 'rent' }, { param: 'mode' }],
    ['the older name of the hosted page', { ui_mode: 'hosted' }, { param: 'ui_mode' }],
    ['nothing to buy', { line_items: [] }, { param: 'line_items', code: 'parameter_missing' }],
    ['an unknown currency', price({ currency: 'xxx' }), { param: 'line_items[0][price_data][currency]' }],
    ['a currency in capitals', price({ currency: 'USD' }), { param: 'line_items[0][price_data][currency]' }],
    [
      'an amount below zero',
      price({ unit_amount: -1 }),
      { param: 'line_items[0][price_data][unit_amount]', code: 'parameter_invalid_integer' },
    ],
    [
      'an amount in fractions',
      price({ unit_amount: 9.5 }),
      { param: 'line_items[0][price_data][unit_amount]', code: 'parameter_invalid_integer' },
    ],
    ['less than 50 cents', price({ unit_amount: 49 }), { code: 'amount_too_small' }],
    ['more than eight digits', price({ unit_amount: 100_000_000 }), { code: 'amount_too_large' }],
    ['an odd amount in dinars', price({ currency: 'kwd', unit_amount: 1005 }), { param: 'line_items' }],
    ['no quantity', { line_items: [{ price_data: PACK.price_data }] }, { param: 'line_items[0][quantity]' }],
    ['no price', { line_items: [{ quantity: 1 }] }, { param: 'line_items[0][price]' }],
    [
      'two currencies',
      { line_items: [PACK, ...(price({ currency: 'eur' }).line_items ?? [])] },
      { param: 'line_items' },
    ],
    ['a recurring price in payment mode', { line_items: [PRO] }, { param: 'line_items' }],
    ['a one-off alone in subscription mode', { mode: 'subscription' }, { param: 'line_items' }],
    ['an unknown customer', { customer: 'cus_none' }, { param: 'customer', code: 'resource_missing' }],
    ['an unknown price', { line_items: [{ price: 'price_none', quantity: 1 }] }, { code: 'resource_missing' }],
    ['subscription_data in payment mode', { subscription_data: { description: 'x' } }, { param: 'subscription_data' }],
    ['an expiry too soon', { expires_at: 1 }, { param: 'expires_at' }],
    ['a long reference', { client_reference_id: 'x'.repeat(201) }, { param: 'client_reference_id' }],
    ['metadata that is too long', { metadata: { x: 'x'.repeat(501) } }, { param: 'metadata[x]' }],
    [
      'metadata that is too much',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i, 'x'])) },
      { param: 'metadata' },
    ],
  ])('%s', async (_name, params, expected) => {
    const { stripe, local } = shop;
    const error = await errorOf(
      stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS, ...params } as SessionParams),
    );
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, ...expected });
    // A refused request has changed nothing and told nobody.
    expect(local.deliveries()).toEqual([]);
    expect((await stripe.products.list()).data).toEqual([]);
  });

  test('customer_email goes without customer', async () => {
    const { stripe } = shop;
    const customer = await stripe.customers.create();
    const params = { customer: customer.id, customer_email: 'ada@example.com' };
    const error = await errorOf(
      stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS, ...params }),
    );
    expect(error.param).toBe('customer_email');
  });

  test('expanding what cannot be expanded makes no session', async () => {
    const { stripe, local } = shop;
    const error = await errorOf(
      stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS, expand: ['mode'] }),
    );
    expect(error.message).toContain('cannot be expanded (mode)');
    expect((await stripe.checkout.sessions.list()).data).toEqual([]);
    await local.idle();
    expect(shop.endpoint.received).toEqual([]);
  });
});

test('a session expires on request, once', async () => {
  const { stripe } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  expect(await stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null });
  expect((await errorOf(stripe.checkout.sessions.expire(session.id))).statusCode).toBe(400);
});

test('a session is found by its payment, with the lines in the order of the purchase', async () => {
  const { stripe } = shop;
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [PACK, { ...PACK, quantity: 2 }],
    ...URLS,
  });
  await click(session, 'pay');
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id);
  const found = await stripe.checkout.sessions.list({ payment_intent: String(intent) });
  expect(found.data.map(({ id }) => id)).toEqual([session.id]);
  const lines = await stripe.checkout.sessions.listLineItems(session.id);
  expect(lines.data.map(({ quantity }) => quantity)).toEqual([1, 2]);
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

describe('the catalogue', () => {
  test('a price of its own is found by its lookup key and can be bought', async () => {
    const { stripe } = shop;
    const product = await stripe.products.create({ id: 'prod_pro', name: 'Pro' });
    const price = await stripe.prices.create({
      product: product.id,
      currency: 'eur',
      unit_amount: 2900,
      recurring: { interval: 'year' },
      lookup_key: 'pro',
    });
    expect(price.unit_amount_decimal?.toString()).toBe('2900');
    await stripe.prices.create({ product: product.id, currency: 'eur', unit_amount: 100 });
    const found = await stripe.prices.list({ lookup_keys: ['pro'], expand: ['data.product'] });
    expect(found.data).toMatchObject([{ id: price.id, product: { name: 'Pro' } }]);
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 2 }],
      ...URLS,
    });
    expect(session).toMatchObject({ amount_total: 5800, currency: 'eur' });
  });

  test('a new price takes the lookup key over when it may', async () => {
    const { stripe, local } = shop;
    const product = await stripe.products.create({ name: 'Pro' });
    const terms = { product: product.id, currency: 'usd', lookup_key: 'pro' };
    const first = await stripe.prices.create({ ...terms, unit_amount: 2900 });
    expect((await errorOf(stripe.prices.create({ ...terms, unit_amount: 3900 }))).param).toBe('lookup_key');
    const second = await stripe.prices.create({ ...terms, unit_amount: 3900, transfer_lookup_key: true });
    expect((await stripe.prices.list({ lookup_keys: ['pro'] })).data.map(({ id }) => id)).toEqual([second.id]);
    expect((await stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
    await local.idle();
    expect(shop.endpoint.only('price.updated').data.previous_attributes).toEqual({ lookup_key: 'pro' });
  });

  test('what a session brought along is in no list, and what is not in use cannot be bought', async () => {
    const { stripe } = shop;
    await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
    expect((await stripe.prices.list()).data).toEqual([]);
    expect((await stripe.prices.list({ active: false })).data).toEqual([]);
    const price = await stripe.prices.create({ currency: 'usd', unit_amount: 100, product_data: { name: 'Old' } });
    await stripe.prices.update(price.id, { active: false });
    expect((await stripe.prices.list()).data).toEqual([]);
    const params: SessionParams = { mode: 'payment', line_items: [{ price: price.id, quantity: 1 }], ...URLS };
    expect((await errorOf(stripe.checkout.sessions.create(params))).message).toContain('not active');
  });
});

describe('customers', () => {
  test('change and tell what they were', async () => {
    const { stripe, local, endpoint } = shop;
    const { id } = await stripe.customers.create({ name: 'Ada', metadata: { a: '1', b: '2' } });
    const changed = await stripe.customers.update(id, { name: 'Ada L.', metadata: { a: '', c: '3' } });
    expect(changed.metadata).toEqual({ b: '2', c: '3' });
    await stripe.customers.update(id, { name: 'Ada L.' });
    await local.idle();
    expect(endpoint.only('customer.updated').data.previous_attributes).toEqual({
      name: 'Ada',
      metadata: { a: '1', b: '2' },
    });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });

  test('go, with their subscriptions', async () => {
    const { stripe, local, endpoint } = shop;
    const subscription = await subscribe(shop);
    const id = String(subscription.customer);
    expect(await stripe.customers.del(id)).toMatchObject({ id, deleted: true });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ id, deleted: true });
    await local.idle();
    expect(endpoint.types().sort()).toEqual(['customer.deleted', 'customer.subscription.deleted']);
    expect((await errorOf(stripe.customers.update(id, { name: 'x' }))).statusCode).toBe(404);
  });

  test('metadata comes back as it was sent', async () => {
    const { stripe } = shop;
    const keys = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((key) => !/[[\]]/.test(key));
    const values = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, values, { maxKeys: 5 }), async (metadata) => {
        const { id } = await stripe.customers.create({ metadata });
        expect({ ...((await stripe.customers.retrieve(id)) as Stripe.Customer).metadata }).toEqual({ ...metadata });
      }),
      { numRuns: 50 },
    );
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

describe('refunds', () => {
  async function pay(): Promise<string> {
    const session = await shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
    await click(session, 'pay');
    const paid = await shop.stripe.checkout.sessions.retrieve(session.id);
    await shop.local.idle();
    return String(paid.payment_intent);
  }

  test('take a part, then the rest, and no more', async () => {
    const { stripe, local, endpoint } = shop;
    const intent = await pay();
    const part = await stripe.refunds.create({ payment_intent: intent, amount: 300, reason: 'requested_by_customer' });
    expect(part).toMatchObject({ amount: 300, status: 'succeeded', payment_intent: intent });
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] });
    expect(charge).toMatchObject({ amount_refunded: 300, refunded: false });
    expect((await errorOf(stripe.refunds.create({ payment_intent: intent, amount: 701 }))).param).toBe('amount');
    expect(await stripe.refunds.create({ charge: (charge as Stripe.Charge).id })).toMatchObject({ amount: 700 });
    expect((await errorOf(stripe.refunds.create({ payment_intent: intent }))).code).toBe('charge_already_refunded');
    await local.idle();
    const refunded = endpoint.received.filter(({ event }) => event.type === 'charge.refunded');
    expect(refunded.map(({ event }) => (event.data.object as Stripe.Charge).amount_refunded).sort()).toEqual([
      1000, 300,
    ]);
    expect((await stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(2);
  });

  test('need a payment that succeeded', async () => {
    const { stripe } = shop;
    const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
    await click(session, 'decline');
    const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id);
    expect((await errorOf(stripe.refunds.create({ payment_intent: String(intent) }))).statusCode).toBe(400);
    expect((await errorOf(stripe.refunds.create({}))).code).toBe('parameter_missing');
  });
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
