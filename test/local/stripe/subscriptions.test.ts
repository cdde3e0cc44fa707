import fc from 'fast-check';
import type Stripe from 'stripe';
import { periodFrom } from '../../../local/stripe/billing/periods';
import { newPrice } from '../../../local/stripe/objects/price';
import { click, FREE, openShop, PACK, PRO, pull, type Shop, subscribe, URLS } from './support';

const DAY = 86_400_000;

let shop: Shop;
let now: number;

beforeEach(async () => {
  now = Date.parse('2027-01-31T12:00:00Z');
  shop = await openShop({ clock: () => now });
});

afterEach(() => shop.close());

function day(seconds: number | null | undefined): string {
  return new Date((seconds ?? 0) * 1_000).toISOString().slice(0, 10);
}

function itemOf(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
  return subscription.items.data[0] as Stripe.SubscriptionItem;
}

async function priceOf(amount: number, recurring: Stripe.PriceCreateParams.Recurring = { interval: 'month' }) {
  return shop.stripe.prices.create({
    currency: 'usd',
    unit_amount: amount,
    recurring,
    product_data: { name: `Plan ${amount}` },
  });
}

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

describe('the portal', () => {
  test('shows the subscription, ends it and keeps it', async () => {
    const { stripe } = shop;
    const { id, customer } = await subscribe(shop, {
      line_items: [
        { ...PRO, price_data: { ...PRO.price_data, currency: 'usd', product_data: { name: '<b>Pro</b>' } } },
      ],
    });
    const session = await stripe.billingPortal.sessions.create({
      customer: String(customer),
      return_url: 'https://shop.example/account',
    });
    const shown = await (await fetch(session.url)).text();
    expect(shown).toContain('&lt;b&gt;Pro&lt;/b&gt;');
    expect(shown).toContain('$29.00 per month');
    expect(shown).toContain('href="https://shop.example/account"');
    const press = async (action: string) =>
      (await fetch(session.url, { method: 'POST', body: new URLSearchParams({ action, subscription: id }) })).text();
    expect(await press('cancel')).toContain('Ends on');
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at_period_end: true });
    expect(await press('keep')).toContain('Renews on');
    await stripe.subscriptions.cancel(id);
    expect(await (await fetch(session.url)).text()).toContain('There is no subscription');
  });

  test('is for known customers', async () => {
    const { stripe, local } = shop;
    await expect(stripe.billingPortal.sessions.create({ customer: 'cus_none' })).rejects.toMatchObject({
      param: 'customer',
    });
    await expect(stripe.billingPortal.sessions.create({})).rejects.toMatchObject({ code: 'parameter_missing' });
    expect((await fetch(`${local.url}/p/session/bps_none`)).status).toBe(404);
  });
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
