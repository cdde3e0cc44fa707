import type Stripe from 'stripe';
import { errorOf, openShop, PACK, pull, type Shop, subscribe, URLS } from './support';

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

describe('a catalogue that is synchronized', () => {
  test('keeps what products and prices were made with', async () => {
    const { stripe } = shop;
    const details = {
      description: 'For work',
      images: ['https://shop.example/pro.png'],
      marketing_features: [{ name: '100,000 calls' }],
      shippable: false,
      statement_descriptor: 'PRO',
      tax_code: 'txcd_10103000',
      unit_label: 'call',
      url: 'https://shop.example/pro',
    };
    const product = await stripe.products.create({
      id: 'paywall-pro',
      name: 'Pro',
      ...details,
      default_price_data: { currency: 'usd', unit_amount: 2900, recurring: { interval: 'month' } },
      expand: ['default_price'],
    });
    expect(product).toMatchObject({ id: 'paywall-pro', ...details, default_price: { unit_amount: 2900 } });
    const price = await stripe.prices.create({
      product: 'paywall-pro',
      currency: 'usd',
      unit_amount: 29000,
      recurring: { interval: 'year' },
      lookup_key: 'pro-year',
      nickname: 'a year',
      tax_behavior: 'exclusive',
      metadata: { plan: 'pro' },
      expand: ['product'],
    });
    expect(price).toMatchObject({
      lookup_key: 'pro-year',
      nickname: 'a year',
      tax_behavior: 'exclusive',
      metadata: { plan: 'pro' },
      product: { name: 'Pro', tax_code: 'txcd_10103000' },
    });
    const yearly = await stripe.prices.list({ product: 'paywall-pro', recurring: { interval: 'year' } });
    expect(yearly.data.map(({ id }) => id)).toEqual([price.id]);
  });

  test('tells of a change and not of none', async () => {
    const { stripe, local, endpoint } = shop;
    const params = { name: 'Pro', description: 'For work', metadata: { plan: 'pro' } };
    const { id } = await stripe.products.create(params);
    await stripe.products.update(id, params);
    await stripe.products.update(id, { ...params, tax_code: 'txcd_10103000' });
    await local.idle();
    expect(endpoint.only('product.updated').data.previous_attributes).toMatchObject({ tax_code: null });
  });

  test('moves a lookup key on update as well', async () => {
    const { stripe } = shop;
    const { id: product } = await stripe.products.create({ name: 'Pro' });
    const old = await stripe.prices.create({ product, currency: 'usd', unit_amount: 100, lookup_key: 'pro' });
    const fresh = await stripe.prices.create({ product, currency: 'usd', unit_amount: 200 });
    expect((await errorOf(stripe.prices.update(fresh.id, { lookup_key: 'pro' }))).param).toBe('lookup_key');
    await stripe.prices.update(fresh.id, { lookup_key: 'pro', transfer_lookup_key: true });
    expect((await stripe.prices.retrieve(old.id)).lookup_key).toBeNull();
    expect(await stripe.prices.update(fresh.id, { lookup_key: 'pro' })).toMatchObject({ lookup_key: 'pro' });
  });

  test('archives no default price, and deletes no product with prices', async () => {
    const { stripe } = shop;
    const { id } = await stripe.products.create({ name: 'Pro' });
    const price = await stripe.prices.create({ product: id, currency: 'usd', unit_amount: 100 });
    await stripe.products.update(id, { default_price: price.id });
    expect((await errorOf(stripe.prices.update(price.id, { active: false }))).param).toBe('active');
    expect((await errorOf(stripe.products.del(id))).statusCode).toBe(400);
    expect(await stripe.products.update(id, { default_price: '' })).toMatchObject({ default_price: null });
    expect(await stripe.prices.update(price.id, { active: false })).toMatchObject({ active: false });
    const error = await errorOf(stripe.products.update(id, { default_price: price.id }));
    expect(error.param).toBe('default_price');
    const { id: unused } = await stripe.products.create({ name: 'Max' });
    expect(await stripe.products.del(unused)).toMatchObject({ id: unused, deleted: true });
    expect((await errorOf(stripe.products.retrieve(unused))).code).toBe('resource_missing');
  });

  test('says once whether the tax is in the amount', async () => {
    const { stripe } = shop;
    const { id } = await stripe.prices.create({ currency: 'usd', unit_amount: 100, product_data: { name: 'Pack' } });
    expect((await stripe.prices.update(id, { tax_behavior: 'inclusive' })).tax_behavior).toBe('inclusive');
    expect((await errorOf(stripe.prices.update(id, { tax_behavior: 'exclusive' }))).param).toBe('tax_behavior');
  });

  test('sells nothing archived, and goes on billing what was sold', async () => {
    const { stripe, local, endpoint } = shop;
    const { id: product } = await stripe.products.create({ name: 'Pro' });
    const recurring = { interval: 'month' } as const;
    const { id: price } = await stripe.prices.create({ product, currency: 'usd', unit_amount: 2900, recurring });
    const { id } = await subscribe(shop, { line_items: [{ price, quantity: 1 }] });
    await stripe.prices.update(price, { active: false });
    await pull(local, `subscriptions/${id}/renew`);
    await local.idle();
    expect(endpoint.only('invoice.paid').data.object.amount_paid).toBe(2900);
    const buy = () =>
      errorOf(stripe.checkout.sessions.create({ mode: 'subscription', line_items: [{ price, quantity: 1 }], ...URLS }));
    expect((await buy()).param).toBe('line_items[0][price]');
    await stripe.prices.update(price, { active: true });
    await stripe.products.update(product, { active: false });
    expect((await buy()).message).toContain('product is not active');
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
