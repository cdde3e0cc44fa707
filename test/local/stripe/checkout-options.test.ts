import fc from 'fast-check';
import type Stripe from 'stripe';
import { priceLines } from '../../../local/stripe/billing/amounts';
import { newCoupon } from '../../../local/stripe/objects/coupon';
import { click, errorOf, itemOf, openShop, PACK, PRO, pull, type Shop, URLS } from './support';

const START = Date.parse('2027-01-31T12:00:00Z') / 1_000;
const DAY = 86_400;

type SessionParams = Stripe.Checkout.SessionCreateParams;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop({ clock: () => START * 1_000 });
});

afterEach(() => shop.close());

async function openSession(params: SessionParams): Promise<Stripe.Checkout.Session> {
  return shop.stripe.checkout.sessions.create({ mode: 'subscription', line_items: [PRO], ...URLS, ...params });
}

async function complete(params: SessionParams): Promise<Stripe.Checkout.Session> {
  const session = await openSession(params);
  await click(session, 'pay', 'ada@example.com');
  await shop.local.idle();
  return shop.stripe.checkout.sessions.retrieve(session.id, {
    expand: ['invoice', 'subscription', 'line_items', 'payment_intent'],
  });
}

function priced(amount: number, tax_behavior: 'inclusive' | 'exclusive'): SessionParams['line_items'] {
  return [
    { price_data: { currency: 'usd', unit_amount: amount, product_data: { name: 'Pack' }, tax_behavior }, quantity: 1 },
  ];
}

describe('tax', () => {
  test('is the same on session, lines, invoice and renewal', async () => {
    const { stripe, local } = shop;
    const session = await complete({ automatic_tax: { enabled: true } });
    expect(session).toMatchObject({
      automatic_tax: { enabled: true, status: 'complete' },
      amount_subtotal: 2900,
      amount_total: 3190,
      total_details: { amount_tax: 290 },
      line_items: { data: [{ amount_tax: 290, amount_total: 3190 }] },
      subscription: { automatic_tax: { enabled: true } },
      invoice: {
        automatic_tax: { enabled: true },
        subtotal: 2900,
        total: 3190,
        total_excluding_tax: 2900,
        amount_paid: 3190,
        total_taxes: [{ amount: 290, tax_behavior: 'exclusive', taxable_amount: 2900 }],
        lines: { data: [{ amount: 2900, taxes: [{ amount: 290 }] }] },
      },
    });
    const { id } = session.subscription as Stripe.Subscription;
    await pull(local, `subscriptions/${id}/renew`);
    expect((await stripe.invoices.list({ subscription: id })).data[0]).toMatchObject({ amount_paid: 3190 });
  });

  test('is in the price where the price says so', async () => {
    const session = await complete({
      mode: 'payment',
      line_items: priced(1100, 'inclusive'),
      automatic_tax: { enabled: true },
    });
    expect(session).toMatchObject({
      amount_total: 1100,
      total_details: { amount_tax: 100 },
      payment_intent: { amount_received: 1100 },
    });
  });

  test('is shown as made up', async () => {
    const session = await openSession({ automatic_tax: { enabled: true } });
    const page = await (await fetch(session.url ?? '')).text();
    expect(page).toContain('made up: 10 %');
    expect(page).toContain('Pay $31.90</button>');
  });

  test.each<[string, Stripe.CustomerCreateParams, SessionParams, string | undefined]>([
    ['of a customer without an address', {}, {}, 'automatic_tax'],
    ['of one whose address may be asked for', {}, { customer_update: { address: 'auto' } }, undefined],
    ['of one with an address', { address: { country: 'DE' } }, {}, undefined],
  ])('%s', async (_name, customer, params, param) => {
    const { id } = await shop.stripe.customers.create(customer);
    const opened = openSession({ automatic_tax: { enabled: true }, customer: id, ...params });
    if (param === undefined) {
      await expect(opened).resolves.toMatchObject({ amount_total: 3190 });
    } else {
      expect(await errorOf(opened)).toMatchObject({ param, code: 'customer_tax_location_invalid' });
    }
  });

  test('ids are asked for where the name may change', async () => {
    const { id } = await shop.stripe.customers.create();
    const tax_id_collection = { enabled: true };
    expect(await openSession({ tax_id_collection })).toMatchObject({
      tax_id_collection: { enabled: true, required: 'never' },
    });
    expect((await errorOf(openSession({ tax_id_collection, customer: id }))).param).toBe('tax_id_collection');
    const customer_update = { name: 'auto' } as const;
    await openSession({ tax_id_collection, customer: id, customer_update });
    expect((await errorOf(openSession({ customer_update }))).param).toBe('customer_update');
  });
});

describe('a trial', () => {
  test('costs nothing at first, and the price after that', async () => {
    const { stripe, local, endpoint } = shop;
    const session = await complete({ subscription_data: { trial_period_days: 14, metadata: { plan: 'pro' } } });
    expect(session).toMatchObject({ amount_total: 0, payment_status: 'no_payment_required', status: 'complete' });
    const subscription = session.subscription as Stripe.Subscription;
    expect(subscription).toMatchObject({
      status: 'trialing',
      trial_start: START,
      trial_end: START + 14 * DAY,
      metadata: { plan: 'pro' },
      default_payment_method: expect.stringMatching(/^pm_/),
    });
    expect(itemOf(subscription).current_period_end).toBe(START + 14 * DAY);
    expect(session.invoice).toMatchObject({ amount_due: 0, status: 'paid', lines: { data: [{ amount: 0 }] } });
    endpoint.received.length = 0;
    await pull(local, `clock?advance=${14 * DAY}`);
    await local.idle();
    endpoint.only('customer.subscription.trial_will_end');
    expect(endpoint.only('invoice.paid').data.object.amount_paid).toBe(2900);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  test('asks for no card where it need not, and then does as it was told', async () => {
    const session = await complete({
      payment_method_collection: 'if_required',
      subscription_data: {
        trial_end: START + 3 * DAY,
        trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
      },
    });
    expect(session.subscription).toMatchObject({ status: 'trialing', default_payment_method: null });
    shop.endpoint.only('customer.subscription.trial_will_end');
    await pull(shop.local, `clock?advance=${3 * DAY}`);
    await shop.local.idle();
    expect(shop.endpoint.only('customer.subscription.paused').data.object.status).toBe('paused');
  });

  test('is told of on the page', async () => {
    const session = await openSession({ subscription_data: { trial_period_days: 14 }, line_items: [PRO, PACK] });
    const page = await (await fetch(session.url ?? '')).text();
    expect(page).toContain('$10.00 <small>for 14 days, then $29.00 per month</small>');
    expect(page).toContain('Pay $10.00</button>');
  });

  test.each<[string, Stripe.Checkout.SessionCreateParams.SubscriptionData, string]>([
    ['too short', { trial_end: START + DAY }, 'subscription_data[trial_end]'],
    ['too long', { trial_period_days: 731 }, 'subscription_data[trial_period_days]'],
    ['said twice', { trial_period_days: 7, trial_end: START + 7 * DAY }, 'subscription_data[trial_end]'],
    [
      'no trial',
      { trial_settings: { end_behavior: { missing_payment_method: 'pause' } } },
      'subscription_data[trial_settings]',
    ],
  ])('that is %s is refused', async (_name, subscription_data, param) => {
    expect((await errorOf(openSession({ subscription_data }))).param).toBe(param);
  });
});

test('lines come to the same however they are priced: to the cent, and in any order', () => {
  const line = fc.record({
    amount: fc.integer({ min: 0, max: 1_000_000 }),
    discountable: fc.boolean(),
    taxBehavior: fc.constantFrom('inclusive' as const, 'exclusive' as const, 'unspecified' as const),
  });
  const worth = fc.oneof(
    fc.record({ percentOff: fc.integer({ min: 1, max: 100 }), amountOff: fc.constant(null) }),
    fc.record({ percentOff: fc.constant(null), amountOff: fc.integer({ min: 1, max: 2_000_000 }) }),
  );
  const limits = { name: null, durationInMonths: null, maxRedemptions: null, redeemBy: null, metadata: {} };
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), worth, fc.boolean(), (lines, value, taxed) => {
      const coupon = newCoupon({ id: 'c', created: 0, currency: 'usd', duration: 'once', ...limits, ...value });
      const prices = priceLines(lines, { coupon, taxed });
      const eligible = lines.filter(({ discountable }) => discountable).reduce((sum, { amount }) => sum + amount, 0);
      const off = prices.reduce((sum, { discount }) => sum + discount, 0);
      if (value.amountOff !== null) {
        expect(off).toBe(Math.min(value.amountOff, eligible));
      }
      prices.forEach(({ discount, tax, inclusive, total }, index) => {
        const { amount = 0 } = lines[index] ?? {};
        expect(discount).toBeGreaterThanOrEqual(0);
        expect(discount).toBeLessThanOrEqual(amount);
        expect(total).toBe(amount - discount + (inclusive ? 0 : tax));
      });
      const reversed = priceLines([...lines].reverse(), { coupon: undefined, taxed }).reverse();
      expect(reversed).toEqual(priceLines(lines, { coupon: undefined, taxed }));
    }),
  );
});
