import fc from 'fast-check';
import type Stripe from 'stripe';
import { periodFrom } from '../../../local/stripe/billing/periods';
import { newPrice } from '../../../local/stripe/objects/price';
import { click, day, FREE, itemOf, openShop, PACK, pull, type Shop, subscribe, URLS } from './support';

const DAY = 86_400_000;

let shop: Shop;
let now: number;

beforeEach(async () => {
  now = Date.parse('2027-01-31T12:00:00Z');
  shop = await openShop({ clock: () => now });
});

afterEach(() => shop.close());

describe('a renewal', () => {
  test('that is paid advances the period and says so', async () => {
    const { stripe, local, endpoint } = shop;
    const before = await subscribe(shop);
    expect(day(itemOf(before).current_period_end)).toBe('2027-02-28');

    const { status, body } = await pull<Stripe.Subscription>(local, `subscriptions/${before.id}/renew`);
    await local.idle();

    expect(status).toBe(200);
    expect(body.status).toBe('active');
    const item = itemOf(await stripe.subscriptions.retrieve(before.id));
    expect([day(item.current_period_start), day(item.current_period_end)]).toEqual(['2027-02-28', '2027-03-31']);
    const paid = endpoint.only('invoice.paid').data.object;
    expect(paid).toMatchObject({
      billing_reason: 'subscription_cycle',
      status: 'paid',
      amount_paid: 2900,
      parent: { subscription_details: { subscription: before.id } },
    });
    expect([day(paid.period_start), day(paid.period_end)]).toEqual(['2027-01-31', '2027-02-28']);
    expect(day(paid.lines.data[0]?.period.end)).toBe('2027-03-31');
    expect(endpoint.only('invoice.created').data.object.status).toBe('draft');
    expect(endpoint.only('invoice.finalized').data.object.status).toBe('open');
    expect(endpoint.only('customer.subscription.updated').data.previous_attributes).toHaveProperty('items');
    const invoices = await stripe.invoices.list({ subscription: before.id });
    expect(invoices.data.map(({ number }) => number?.slice(-4))).toEqual(['0002', '0001']);
  });

  test('that is declined leaves the subscription past due, until its invoice is paid', async () => {
    const { stripe, local, endpoint } = shop;
    const { id } = await subscribe(shop);
    const { body } = await pull<Stripe.Subscription>(local, `subscriptions/${id}/renew?outcome=failed`);
    await local.idle();
    expect(body.status).toBe('past_due');
    const failed = endpoint.only('invoice.payment_failed').data.object;
    expect(failed).toMatchObject({ status: 'open', attempt_count: 1, amount_remaining: 2900 });
    expect(failed.next_payment_attempt).toBeGreaterThan(failed.created);
    expect(endpoint.types()).toContain('payment_intent.payment_failed');
    expect(endpoint.types()).not.toContain('invoice.paid');

    const paid = await stripe.invoices.pay(failed.id, { expand: ['payments'] });
    await local.idle();
    expect(paid).toMatchObject({ status: 'paid', attempt_count: 2, payments: { data: [{ status: 'paid' }] } });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
    await expect(stripe.invoices.pay(failed.id)).rejects.toMatchObject({ code: 'invoice_already_paid' });
  });

  test('of a free plan is an invoice for nothing, and cannot fail', async () => {
    const { local, endpoint } = shop;
    const { id } = await subscribe(shop, { line_items: [FREE], payment_method_collection: 'if_required' });
    const failed = await pull<{ error: object }>(local, `subscriptions/${id}/renew?outcome=failed`);
    expect(failed).toMatchObject({ status: 400, body: { error: { param: 'outcome' } } });
    await pull(local, `subscriptions/${id}/renew`);
    await local.idle();
    expect(endpoint.only('invoice.paid').data.object).toMatchObject({ amount_paid: 0, status: 'paid' });
    expect(endpoint.types()).not.toContain('payment_intent.created');
  });

  test('comes by itself with time', async () => {
    const { stripe, local, endpoint } = shop;
    const { id } = await subscribe(shop);
    now += 65 * DAY;
    const item = itemOf(await stripe.subscriptions.retrieve(id));
    await local.idle();
    expect(day(item.current_period_end)).toBe('2027-04-30');
    expect(endpoint.types().filter((type) => type === 'invoice.paid')).toHaveLength(2);
  });

  test.each([
    ['outcome=perhaps', 400],
    ['result=paid', 400],
  ])('refuses %s', async (query, status) => {
    const { id } = await subscribe(shop);
    expect((await pull(shop.local, `subscriptions/${id}/renew?${query}`)).status).toBe(status);
  });
});

test('levers that are not there say so', async () => {
  const { local } = shop;
  expect(await pull(local, 'subscriptions/sub_none/renew')).toMatchObject({ status: 404 });
  expect(await pull(local, 'events/evt_none/redeliver')).toMatchObject({ status: 404 });
  expect(await pull(local, 'customers')).toMatchObject({ status: 404 });
  const deliveries = await fetch(`${local.url}/local/deliveries`);
  expect(await deliveries.json()).toMatchObject({ object: 'list', data: [] });
});

test('an open session expires with time', async () => {
  const { stripe, local, endpoint } = shop;
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [PACK],
    expires_at: now / 1_000 + 1_800,
    ...URLS,
  });
  now += 1_800_000;
  const response = await click(session, 'pay');
  expect(response.headers.get('location')).toBe(URLS.cancel_url);
  await local.idle();
  endpoint.only('checkout.session.expired');
});

test('events are kept for 30 days and idempotency keys for one', async () => {
  const { stripe, local } = shop;
  const options = { idempotencyKey: 'key-1' };
  const first = await stripe.customers.create({}, options);
  now += DAY;
  expect((await stripe.customers.create({}, options)).id).not.toBe(first.id);
  await local.idle();
  now += 29 * DAY;
  expect((await stripe.events.list()).data).toHaveLength(1);
  expect(local.deliveries()).toHaveLength(1);
});

test('periods follow each other without a gap, on the day of the month that they began on', () => {
  const anchors = fc
    .integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2060, 0, 1) })
    .map((ms) => Math.floor(ms / 1_000));
  const counts = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(anchors, counts, fc.constantFrom('month', 'year'), (anchor, intervalCount, interval) => {
      const recurring = { interval: interval as 'month' | 'year', intervalCount };
      const terms = { id: 'price_1', created: anchor, active: true, currency: 'usd', product: 'prod_1' };
      const price = newPrice({ ...terms, unitAmount: 100, recurring });
      const months = intervalCount * (interval === 'year' ? 12 : 1);
      const first = new Date(anchor * 1_000);
      let start = anchor;
      for (let round = 1; round <= 6; round += 1) {
        const period = periodFrom(start, price, anchor);
        const end = new Date(period.end * 1_000);
        expect(period.start).toBe(start);
        const monthsOn = (end.getUTCFullYear() - first.getUTCFullYear()) * 12 + end.getUTCMonth() - first.getUTCMonth();
        expect(monthsOn).toBe(round * months);
        const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
        expect(end.getUTCDate()).toBe(Math.min(first.getUTCDate(), lastDay));
        expect(end.getTime() % DAY).toBe(first.getTime() % DAY);
        start = period.end;
      }
    }),
  );
});
