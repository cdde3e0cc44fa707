import type Stripe from 'stripe';
import { errorOf, itemOf, openShop, pull, type Shop, subscribe } from './support';

const DAY = 86_400;
const HOUR = 3_600;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop({ clock: () => Date.parse('2027-01-31T12:00:00Z') });
});

afterEach(() => shop.close());

async function advance(seconds: number): Promise<void> {
  await pull(shop.local, `clock?advance=${seconds}`);
  await shop.local.idle();
}

/** Halfway through the period, with another price at hand. */
async function halfway(card: 'paid' | 'failed' | 'requires_action' = 'paid') {
  const { stripe, local, endpoint } = shop;
  const subscription = await subscribe(shop);
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 9900,
    recurring: { interval: 'month' },
    product_data: { name: 'Max' },
  });
  await pull(local, `customers/${subscription.customer}/card?outcome=${card}`);
  await advance(14 * DAY);
  endpoint.received.length = 0;
  const change = (params: Stripe.SubscriptionUpdateParams) =>
    stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, price: price.id }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
      ...params,
    });
  return { subscription, price, change };
}

async function amountNow(id: string): Promise<number | null> {
  return itemOf(await shop.stripe.subscriptions.retrieve(id)).price.unit_amount;
}

describe('a change that cannot be paid for', () => {
  test('is made, and owed', async () => {
    const { change, price } = await halfway('failed');
    const changed = await change({ payment_behavior: 'allow_incomplete' });
    expect(changed).toMatchObject({ status: 'past_due', latest_invoice: { status: 'open', amount_due: 3500 } });
    expect(itemOf(changed).price.id).toBe(price.id);
    await shop.local.idle();
    shop.endpoint.only('invoice.payment_failed');
  });

  test('is none, where it is to be an error', async () => {
    const { change, subscription } = await halfway('requires_action');
    const error = await errorOf(change({ payment_behavior: 'error_if_incomplete' }));
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402 });
    await shop.local.idle();
    expect(shop.endpoint.received).toEqual([]);
    expect(await amountNow(subscription.id)).toBe(2900);
  });

  test('waits for its payment, and is made with it', async () => {
    const { stripe, local, endpoint } = shop;
    const { change, subscription, price } = await halfway('failed');
    const waiting = await change({ payment_behavior: 'pending_if_incomplete' });
    expect(waiting).toMatchObject({
      status: 'active',
      pending_update: { subscription_items: [{ price: { id: price.id } }] },
      latest_invoice: { status: 'open', amount_due: 3500, next_payment_attempt: null },
    });
    expect(itemOf(waiting).price.unit_amount).toBe(2900);
    await fetch((waiting.latest_invoice as Stripe.Invoice).hosted_invoice_url ?? '', { method: 'POST' });
    await local.idle();
    expect(endpoint.only('customer.subscription.pending_update_applied').data.object.pending_update).toBeNull();
    expect(await amountNow(subscription.id)).toBe(9900);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  test('waits for 23 hours', async () => {
    const { change, subscription } = await halfway('failed');
    const { latest_invoice: invoice } = await change({ payment_behavior: 'pending_if_incomplete' });
    await advance(23 * HOUR);
    shop.endpoint.only('customer.subscription.pending_update_expired');
    expect(shop.endpoint.only('invoice.voided').data.object.id).toBe((invoice as Stripe.Invoice).id);
    expect(await amountNow(subscription.id)).toBe(2900);
  });

  test('goes with no other change while it waits', async () => {
    const { change } = await halfway();
    const error = await errorOf(change({ payment_behavior: 'pending_if_incomplete', metadata: { plan: 'max' } }));
    expect(error.param).toBe('metadata');
  });
});

test('a change that can be paid for is made at once, whatever was to happen otherwise', async () => {
  for (const payment_behavior of ['pending_if_incomplete', 'error_if_incomplete'] as const) {
    const { change } = await halfway();
    const changed = await change({ payment_behavior });
    expect(changed).toMatchObject({ pending_update: null, latest_invoice: { status: 'paid', amount_paid: 3500 } });
    expect(itemOf(changed).price.unit_amount).toBe(9900);
  }
});

test('a change whose payment is left to the customer is charged by nobody else', async () => {
  const { change } = await halfway();
  const changed = await change({ payment_behavior: 'default_incomplete' });
  expect(changed).toMatchObject({ status: 'past_due', latest_invoice: { status: 'open', attempted: false } });
  await advance(10 * DAY);
  expect(shop.endpoint.types()).not.toContain('charge.succeeded');
});

test('an end in the middle of the period leaves a credit when that is asked for', async () => {
  const { stripe, local, endpoint } = shop;
  const { subscription } = await halfway();
  await stripe.subscriptions.cancel(subscription.id, { invoice_now: true, prorate: true });
  await local.idle();
  expect(endpoint.only('invoice.paid').data.object).toMatchObject({
    total: -1450,
    amount_due: 0,
    lines: { data: [{ amount: -1450, description: 'Unused time on Pro' }] },
  });
  expect(await stripe.customers.retrieve(String(subscription.customer))).toMatchObject({ balance: -1450 });
  endpoint.only('customer.subscription.deleted');
});

describe('paused collection', () => {
  test.each([
    ['void', 'void', 'invoice.voided'],
    ['mark_uncollectible', 'uncollectible', 'invoice.marked_uncollectible'],
    ['keep_as_draft', 'draft', 'invoice.created'],
  ] as const)('with %s charges for nothing, and goes on', async (behavior, status, type) => {
    const { stripe, endpoint } = shop;
    const { id } = await subscribe(shop);
    const paused = await stripe.subscriptions.update(id, { pause_collection: { behavior } });
    expect(paused).toMatchObject({ status: 'active', pause_collection: { behavior, resumes_at: null } });
    await advance(28 * DAY);
    endpoint.only(type);
    expect(endpoint.types()).not.toContain('invoice.paid');
    expect((await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })).latest_invoice).toMatchObject({
      status,
    });
    await stripe.subscriptions.update(id, { pause_collection: '' });
    await advance(31 * DAY);
    endpoint.only('invoice.paid');
  });

  test('ends when it was to', async () => {
    const { stripe, endpoint } = shop;
    const { id, created } = await subscribe(shop);
    const pause_collection = { behavior: 'void', resumes_at: created + DAY } as const;
    await stripe.subscriptions.update(id, { pause_collection });
    await advance(28 * DAY);
    expect((await stripe.subscriptions.retrieve(id)).pause_collection).toBeNull();
    endpoint.only('invoice.paid');
  });
});

test('an end can be set to a time, and taken back', async () => {
  const { stripe, endpoint } = shop;
  const { id, created } = await subscribe(shop);
  const cancel_at = created + 40 * DAY;
  await stripe.subscriptions.update(id, { cancel_at });
  const kept = await stripe.subscriptions.update(id, { cancel_at: '' });
  expect(kept).toMatchObject({ cancel_at: null, canceled_at: null });
  expect(await stripe.subscriptions.update(id, { cancel_at })).toMatchObject({
    cancel_at,
    cancel_at_period_end: false,
  });
  await advance(50 * DAY);
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled', ended_at: cancel_at });
  endpoint.only('invoice.paid');
});
