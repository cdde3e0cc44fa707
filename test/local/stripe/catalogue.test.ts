import type Stripe from 'stripe';
import { errorOf, openShop, PACK, type Shop, URLS } from './support';

type SessionParams = Stripe.Checkout.SessionCreateParams;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

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

describe('products', () => {
  test('change, and are listed by use and by id', async () => {
    const { stripe, local, endpoint } = shop;
    const pro = await stripe.products.create({ name: 'Pro', description: 'For work', metadata: { plan: 'pro' } });
    const max = await stripe.products.create({ name: 'Max' });
    const changed = await stripe.products.update(pro.id, { active: false, description: '', name: 'Pro (old)' });
    expect(changed).toMatchObject({ active: false, description: null, name: 'Pro (old)', metadata: { plan: 'pro' } });
    const idsOf = async (params: Stripe.ProductListParams) =>
      (await stripe.products.list(params)).data.map(({ id }) => id);
    expect(await idsOf({})).toEqual([max.id, pro.id]);
    expect(await idsOf({ active: true })).toEqual([max.id]);
    expect(await idsOf({ ids: [pro.id] })).toEqual([pro.id]);
    await local.idle();
    expect(endpoint.only('product.updated').data.previous_attributes).toMatchObject({ name: 'Pro', active: true });
  });

  test('have ids of their own', async () => {
    const { stripe } = shop;
    await stripe.products.create({ id: 'prod_pro', name: 'Pro' });
    const error = await errorOf(stripe.products.create({ id: 'prod_pro', name: 'Pro' }));
    expect(error.code).toBe('resource_already_exists');
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ['no product', {}, 'product'],
  ['no amount', { product: 'prod_pro', unit_amount: undefined }, 'unit_amount'],
  [
    'an amount in fractions of a cent',
    { product: 'prod_pro', unit_amount: undefined, unit_amount_decimal: '0.5' },
    'unit_amount_decimal',
  ],
  ['no interval', { product: 'prod_pro', recurring: { interval_count: 2 } }, 'recurring[interval]'],
  [
    'metered use',
    { product: 'prod_pro', recurring: { interval: 'month', usage_type: 'metered' } },
    'recurring[usage_type]',
  ],
])('a price is refused with %s', async (_name, params, param) => {
  const { stripe } = shop;
  await stripe.products.create({ id: 'prod_pro', name: 'Pro' });
  const terms = { currency: 'usd', unit_amount: 100, ...params } as Stripe.PriceCreateParams;
  expect(await errorOf(stripe.prices.create(terms))).toMatchObject({ statusCode: 400, param });
});
