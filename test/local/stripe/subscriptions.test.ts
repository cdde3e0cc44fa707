import type Stripe from 'stripe';
import { day, FREE, itemOf, openShop, pull, type Shop, subscribe } from './support';

const DAY = 86_400_000;

let shop: Shop;
let now: number;

beforeEach(async () => {
  now = Date.parse('2027-01-31T12:00:00Z');
  shop = await openShop({ clock: () => now });
});

afterEach(() => shop.close());

async function priceOf(amount: number, recurring: Stripe.PriceCreateParams.Recurring = { interval: 'month' }) {
  return shop.stripe.prices.create({
    currency: 'usd',
    unit_amount: amount,
    recurring,
    product_data: { name: `Plan ${amount}` },
  });
}

describe('the end', () => {
  test('comes at the end of the period when it was announced', async () => {
    const { stripe, local, endpoint } = shop;
    const { id } = await subscribe(shop);
    const announced = await stripe.subscriptions.update(id, {
      cancel_at_period_end: true,
      cancellation_details: { feedback: 'too_expensive' },
    });
    expect(announced).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancel_at: itemOf(announced).current_period_end,
      cancellation_details: { feedback: 'too_expensive', reason: 'cancellation_requested' },
    });
    await local.idle();
    expect(endpoint.only('customer.subscription.updated').data.previous_attributes).toMatchObject({
      cancel_at_period_end: false,
    });
    now += 28 * DAY;
    const ended = await stripe.subscriptions.retrieve(id);
    await local.idle();
    expect(ended).toMatchObject({ status: 'canceled', ended_at: itemOf(announced).current_period_end });
    expect(endpoint.only('customer.subscription.deleted').data.object.id).toBe(id);
    expect(endpoint.types()).not.toContain('invoice.paid');
  });

  test('is the answer to the lever as well', async () => {
    const { stripe, local } = shop;
    const { id } = await subscribe(shop);
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    const { body } = await pull<Stripe.Subscription>(local, `subscriptions/${id}/renew`);
    expect(body.status).toBe('canceled');
    expect((await pull(local, `subscriptions/${id}/renew`)).status).toBe(400);
  });

  test('can be taken back', async () => {
    const { stripe } = shop;
    const { id } = await subscribe(shop);
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    const kept = await stripe.subscriptions.update(id, { cancel_at_period_end: false });
    expect(kept).toMatchObject({ cancel_at: null, canceled_at: null, cancel_at_period_end: false });
  });

  test('comes at once when it is asked for', async () => {
    const { stripe, local, endpoint } = shop;
    const { id, customer } = await subscribe(shop);
    expect(await stripe.subscriptions.cancel(id)).toMatchObject({ status: 'canceled', ended_at: now / 1_000 });
    await local.idle();
    endpoint.only('customer.subscription.deleted');
    await expect(stripe.subscriptions.cancel(id)).rejects.toMatchObject({ statusCode: 404 });
    await expect(stripe.subscriptions.update(id, { cancel_at_period_end: true })).rejects.toMatchObject({
      statusCode: 400,
    });
    expect((await stripe.subscriptions.list({ customer: String(customer) })).data).toEqual([]);
    expect((await stripe.subscriptions.list({ status: 'canceled' })).data).toHaveLength(1);
  });
});

describe('another price', () => {
  test('is charged for at once, for the rest of the period', async () => {
    const { stripe, local, endpoint } = shop;
    const subscription = await subscribe(shop);
    const price = await priceOf(9900);
    await local.idle();
    endpoint.received.length = 0;
    now += 14 * DAY;
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, price: price.id }],
      proration_behavior: 'always_invoice',
      metadata: { plan: 'max' },
    });
    await local.idle();
    expect(itemOf(changed)).toMatchObject({ price: { id: price.id }, plan: { amount: 9900 } });
    expect(changed.metadata).toEqual({ plan: 'max' });
    const invoice = endpoint.only('invoice.paid').data.object;
    expect(invoice).toMatchObject({ billing_reason: 'subscription_update', amount_paid: 3500 });
    expect(invoice.lines.data.map(({ amount }) => amount)).toEqual([-1450, 4950]);
    endpoint.only('customer.subscription.updated');
  });

  test('waits for the next invoice unless told otherwise', async () => {
    const { stripe, local, endpoint } = shop;
    const subscription = await subscribe(shop);
    const price = await priceOf(9900);
    now += 14 * DAY;
    await stripe.subscriptions.update(subscription.id, { items: [{ id: itemOf(subscription).id, price: price.id }] });
    await pull(local, `subscriptions/${subscription.id}/renew`);
    await local.idle();
    expect(endpoint.only('invoice.paid').data.object.lines.data.map(({ amount }) => amount)).toEqual([
      -1450, 4950, 9900,
    ]);
  });

  test('that is lower leaves a credit for the next invoice', async () => {
    const { stripe, local, endpoint } = shop;
    const subscription = await subscribe(shop);
    const price = await priceOf(900);
    now += 14 * DAY;
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, price: price.id }],
      proration_behavior: 'always_invoice',
    });
    expect(await stripe.customers.retrieve(String(subscription.customer))).toMatchObject({ balance: -1000 });
    await local.idle();
    endpoint.received.length = 0;
    await pull(local, `subscriptions/${subscription.id}/renew`);
    await local.idle();
    expect(endpoint.only('invoice.paid').data.object).toMatchObject({
      total: 900,
      amount_due: 0,
      ending_balance: -100,
    });
    expect(await stripe.customers.retrieve(String(subscription.customer))).toMatchObject({ balance: -100 });
  });

  test('with another interval begins a new period', async () => {
    const { stripe } = shop;
    const subscription = await subscribe(shop);
    const price = await priceOf(29000, { interval: 'year' });
    now += 14 * DAY;
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, price: price.id }],
      expand: ['latest_invoice'],
    });
    expect(day(itemOf(changed).current_period_end)).toBe('2028-02-14');
    expect((changed.latest_invoice as Stripe.Invoice).amount_paid).toBe(29000 - 1450);
  });

  test('needs a card', async () => {
    const { stripe, local } = shop;
    const free = await subscribe(shop, { line_items: [FREE], payment_method_collection: 'if_required' });
    const price = await priceOf(2900);
    const items = [{ id: itemOf(free).id, price: price.id }];
    await expect(stripe.subscriptions.update(free.id, { items })).rejects.toMatchObject({ code: 'resource_missing' });
    expect(itemOf(await stripe.subscriptions.retrieve(free.id)).price.unit_amount).toBe(0);
    await local.idle();
  });

  test('after a free one is paid at once', async () => {
    const { stripe } = shop;
    const free = await subscribe(shop, { line_items: [FREE] });
    const price = await priceOf(2900);
    now += 3 * DAY;
    const changed = await stripe.subscriptions.update(free.id, {
      items: [{ id: itemOf(free).id, price: price.id, quantity: 2 }],
      expand: ['latest_invoice'],
    });
    expect(changed.latest_invoice).toMatchObject({ amount_paid: 5800 });
    expect(day(itemOf(changed).current_period_start)).toBe('2027-02-03');
  });

  test.each<[string, (item: string) => Promise<Stripe.SubscriptionUpdateParams.Item[]>, string]>([
    ['an item of another', async () => [{ id: 'si_none', quantity: 2 }], 'items[0][id]'],
    ['no item left', async (id) => [{ id, deleted: true }], 'items'],
    ['a new item without a price', async () => [{ quantity: 2 }], 'items[0][price]'],
    ['two intervals', async () => [{ price: (await priceOf(100, { interval: 'day' })).id }], 'items'],
    [
      'a one-off',
      async (id) => {
        const price = await shop.stripe.prices.create({
          currency: 'usd',
          unit_amount: 100,
          product_data: { name: 'Once' },
        });
        return [{ id, price: price.id }];
      },
      'items[0][price]',
    ],
  ])('is refused with %s', async (_name, items, param) => {
    const subscription = await subscribe(shop);
    const params = { items: await items(itemOf(subscription).id) };
    await expect(shop.stripe.subscriptions.update(subscription.id, params)).rejects.toMatchObject({ param });
  });
});
