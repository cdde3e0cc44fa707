import fc from 'fast-check';
import type Stripe from 'stripe';
import { errorOf, openShop, type Shop, subscribe } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

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
    // Brackets are the form's own, and the parser takes no `__proto__`.
    const keys = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
      .filter((key) => !/[[\]]|^__proto__$/.test(key));
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
