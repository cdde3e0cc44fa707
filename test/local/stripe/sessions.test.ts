import type Stripe from 'stripe';
import { click, errorOf, openShop, PACK, PRO, type Shop, URLS } from './support';

type SessionParams = Stripe.Checkout.SessionCreateParams;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

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
