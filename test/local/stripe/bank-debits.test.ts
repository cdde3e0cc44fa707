import type Stripe from 'stripe';
import { click, openShop, PACK, PRO, pull, type Shop, URLS } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

async function debited(params: Stripe.Checkout.SessionCreateParams): Promise<Stripe.Checkout.Session> {
  const session = await shop.stripe.checkout.sessions.create({ ...URLS, ...params });
  expect((await click(session, 'debit', 'ada@example.com')).status).toBe(303);
  await shop.local.idle();
  return shop.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent', 'subscription', 'invoice'] });
}

describe('a one-off by bank debit', () => {
  test('is bought, and paid for days later', async () => {
    const { stripe, local, endpoint } = shop;
    const session = await debited({ mode: 'payment', line_items: [PACK] });
    expect(session).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
      payment_method_types: ['card', 'us_bank_account'],
      payment_intent: { status: 'processing', amount_received: 0 },
    });
    expect(endpoint.only('checkout.session.completed').data.object.payment_status).toBe('unpaid');
    expect(endpoint.only('charge.pending').data.object).toMatchObject({ paid: false, status: 'pending' });
    endpoint.only('payment_intent.processing');
    endpoint.received.length = 0;

    const { status } = await pull(local, `checkout/sessions/${session.id}/settle`);
    await local.idle();
    expect(status).toBe(200);
    expect(endpoint.types().sort()).toEqual([
      'charge.succeeded',
      'checkout.session.async_payment_succeeded',
      'payment_intent.succeeded',
    ]);
    expect(endpoint.only('checkout.session.async_payment_succeeded').data.object).toMatchObject({
      id: session.id,
      status: 'complete',
      payment_status: 'paid',
    });
    const { id } = session.payment_intent as Stripe.PaymentIntent;
    const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(intent).toMatchObject({ amount_received: 1000, latest_charge: { paid: true, amount_captured: 1000 } });
    expect(await stripe.refunds.create({ payment_intent: id })).toMatchObject({ amount: 1000 });
    expect((await pull(local, `checkout/sessions/${session.id}/settle`)).status).toBe(400);
  });

  test('may not be paid for at all', async () => {
    const { stripe, local, endpoint } = shop;
    const session = await debited({ mode: 'payment', line_items: [PACK] });
    endpoint.received.length = 0;
    await pull(local, `checkout/sessions/${session.id}/settle?outcome=failed`);
    await local.idle();
    expect(endpoint.types().sort()).toEqual([
      'charge.failed',
      'checkout.session.async_payment_failed',
      'payment_intent.payment_failed',
    ]);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
    });
  });
});

test.each([
  ['paid', 'active', ['checkout.session.async_payment_succeeded', 'invoice.paid']],
  ['failed', 'past_due', ['checkout.session.async_payment_failed', 'invoice.payment_failed']],
] as const)(
  'a subscription by bank debit runs at once, and its first payment is %s',
  async (outcome, status, types) => {
    const { stripe, local, endpoint } = shop;
    const session = await debited({ mode: 'subscription', line_items: [PRO] });
    const { id } = session.subscription as Stripe.Subscription;
    expect(session).toMatchObject({
      payment_status: 'unpaid',
      subscription: { status: 'active' },
      invoice: { status: 'open', attempted: true, amount_remaining: 2900 },
    });
    expect(endpoint.types()).not.toContain('invoice.paid');
    await pull(local, `checkout/sessions/${session.id}/settle?outcome=${outcome}`);
    await local.idle();
    for (const type of types) {
      endpoint.only(type);
    }
    expect((await stripe.subscriptions.retrieve(id)).status).toBe(status);
  },
);

test.each([
  ['usd', true],
  ['eur', true],
  ['jpy', false],
])('in %s the page offers it: %s', async (currency, offered) => {
  const price_data = { currency, unit_amount: 1000, product_data: { name: 'Pack' } };
  const { url } = await shop.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price_data, quantity: 1 }],
    ...URLS,
  });
  expect((await (await fetch(url ?? '')).text()).includes('Bank debit')).toBe(offered);
});

test('a session that waits for no bank is settled by none', async () => {
  const session = await shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  await click(session, 'pay');
  expect((await pull(shop.local, `checkout/sessions/${session.id}/settle`)).status).toBe(400);
});
