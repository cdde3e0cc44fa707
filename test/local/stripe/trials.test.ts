import type Stripe from 'stripe';
import { day, errorOf, FREE, itemOf, openShop, pull, type Shop, subscribe } from './support';

const DAY = 86_400;
const START = Date.parse('2027-01-31T12:00:00Z') / 1_000;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop({ clock: () => START * 1_000 });
});

afterEach(() => shop.close());

async function advance(seconds: number): Promise<void> {
  await pull(shop.local, `clock?advance=${seconds}`);
  await shop.local.idle();
}

/** A trial of a plan that costs, of somebody who has given no card. */
async function trialWithoutCard(missing: 'cancel' | 'create_invoice' | 'pause'): Promise<Stripe.Subscription> {
  const { stripe, local, endpoint } = shop;
  const free = await subscribe(shop, { line_items: [FREE], payment_method_collection: 'if_required' });
  const recurring = { interval: 'month' } as const;
  const product_data = { name: 'Pro' };
  const price = await stripe.prices.create({ currency: 'usd', unit_amount: 2900, recurring, product_data });
  const trial = await stripe.subscriptions.update(free.id, {
    items: [{ id: itemOf(free).id, price: price.id }],
    trial_end: START + 14 * DAY,
    trial_settings: { end_behavior: { missing_payment_method: missing } },
  });
  await local.idle();
  endpoint.received.length = 0;
  return trial;
}

test('a trial tells of its end three days before, and ends in an invoice', async () => {
  const { stripe, endpoint } = shop;
  const { id } = await subscribe(shop);
  const trial = await stripe.subscriptions.update(id, { trial_end: START + 14 * DAY });
  expect(trial).toMatchObject({ status: 'trialing', trial_start: START, trial_end: START + 14 * DAY });
  await advance(12 * DAY);
  expect(endpoint.only('customer.subscription.trial_will_end')).toMatchObject({
    created: START + 11 * DAY,
    data: { object: { id, status: 'trialing' } },
  });
  await advance(2 * DAY);
  endpoint.only('customer.subscription.trial_will_end');
  expect(endpoint.only('invoice.paid').data.object).toMatchObject({
    billing_reason: 'subscription_cycle',
    amount_paid: 2900,
  });
  const active = await stripe.subscriptions.retrieve(id);
  expect(active.status).toBe('active');
  expect(day(itemOf(active).current_period_end)).toBe('2027-03-14');
});

test('a short trial tells of its end at once', async () => {
  const { id } = await subscribe(shop);
  await shop.stripe.subscriptions.update(id, { trial_end: START + DAY });
  await shop.local.idle();
  expect(shop.endpoint.only('customer.subscription.trial_will_end').data.object.trial_end).toBe(START + DAY);
});

test('a trial ends when it is told to', async () => {
  const { stripe, local, endpoint } = shop;
  const { id } = await subscribe(shop);
  await stripe.subscriptions.update(id, { trial_end: START + 14 * DAY });
  await advance(DAY);
  const ended = await stripe.subscriptions.update(id, { trial_end: 'now' });
  await local.idle();
  expect(ended).toMatchObject({ status: 'active', trial_end: START + DAY, billing_cycle_anchor: START + DAY });
  expect(endpoint.only('invoice.paid').data.object).toMatchObject({ amount_paid: 2900 });
});

describe('a trial without a card', () => {
  test('ends the subscription', async () => {
    const { id } = await trialWithoutCard('cancel');
    await advance(14 * DAY);
    shop.endpoint.only('customer.subscription.deleted');
    expect(shop.endpoint.types()).not.toContain('invoice.created');
    expect((await shop.stripe.subscriptions.retrieve(id)).status).toBe('canceled');
  });

  test('leaves an invoice that nobody was charged for', async () => {
    const { id } = await trialWithoutCard('create_invoice');
    await advance(14 * DAY);
    const { status, latest_invoice: invoice } = await shop.stripe.subscriptions.retrieve(id, {
      expand: ['latest_invoice'],
    });
    expect(status).toBe('past_due');
    shop.endpoint.only('invoice.payment_failed');
    // Somebody pays on its page with a card, which is kept for the next time.
    await fetch((invoice as Stripe.Invoice).hosted_invoice_url ?? '', { method: 'POST' });
    const paid = await shop.stripe.subscriptions.retrieve(id, { expand: ['default_payment_method'] });
    expect(paid).toMatchObject({ status: 'active', default_payment_method: { card: { last4: '4242' } } });
  });

  test('pauses the subscription, until there is a card', async () => {
    const { stripe, local, endpoint } = shop;
    const { id, customer } = await trialWithoutCard('pause');
    await advance(14 * DAY);
    expect(endpoint.only('customer.subscription.paused').data.object.status).toBe('paused');
    await advance(60 * DAY);
    expect(endpoint.types()).not.toContain('invoice.created');
    expect((await pull(local, `subscriptions/${id}/renew`)).status).toBe(400);

    await pull(local, `customers/${customer}/card`);
    expect(await stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: 'now' } })).toMatchObject({
      status: 'active',
      billing_cycle_anchor: START + 74 * DAY,
    });
    await local.idle();
    endpoint.only('customer.subscription.resumed');
    expect(endpoint.only('invoice.paid').data.object.amount_paid).toBe(2900);
    expect((await errorOf(stripe.subscriptions.resume(id))).statusCode).toBe(400);
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ['in the past', { trial_end: START }, 'trial_end'],
  ['of three years', { trial_end: START + 1_095 * DAY }, 'trial_end'],
  [
    'with an end of its own',
    { trial_settings: { end_behavior: { missing_payment_method: 'beg' } } },
    'trial_settings[end_behavior][missing_payment_method]',
  ],
])('a trial %s is refused', async (_name, params, param) => {
  const { id } = await subscribe(shop);
  expect((await errorOf(shop.stripe.subscriptions.update(id, params))).param).toBe(param);
});
