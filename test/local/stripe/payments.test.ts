import type Stripe from 'stripe';
import { click, errorOf, openShop, PACK, type Shop, subscribe, URLS } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

describe('refunds', () => {
  async function pay(): Promise<string> {
    const session = await shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
    await click(session, 'pay');
    const paid = await shop.stripe.checkout.sessions.retrieve(session.id);
    await shop.local.idle();
    return String(paid.payment_intent);
  }

  test('take a part, then the rest, and no more', async () => {
    const { stripe, local, endpoint } = shop;
    const intent = await pay();
    const part = await stripe.refunds.create({ payment_intent: intent, amount: 300, reason: 'requested_by_customer' });
    expect(part).toMatchObject({ amount: 300, status: 'succeeded', payment_intent: intent });
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] });
    expect(charge).toMatchObject({ amount_refunded: 300, refunded: false });
    expect((await errorOf(stripe.refunds.create({ payment_intent: intent, amount: 701 }))).param).toBe('amount');
    expect(await stripe.refunds.create({ charge: (charge as Stripe.Charge).id })).toMatchObject({ amount: 700 });
    expect((await errorOf(stripe.refunds.create({ payment_intent: intent }))).code).toBe('charge_already_refunded');
    await local.idle();
    const refunded = endpoint.received.filter(({ event }) => event.type === 'charge.refunded');
    expect(refunded.map(({ event }) => (event.data.object as Stripe.Charge).amount_refunded).sort()).toEqual([
      1000, 300,
    ]);
    expect((await stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(2);
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ id: part.id, reason: 'requested_by_customer' });
  });

  test('need a payment that succeeded', async () => {
    const { stripe } = shop;
    const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
    await click(session, 'decline');
    const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id);
    expect((await errorOf(stripe.refunds.create({ payment_intent: String(intent) }))).statusCode).toBe(400);
    expect((await errorOf(stripe.refunds.create({}))).code).toBe('parameter_missing');
  });
});

test('a payment leads to its invoice, its subscription and its card', async () => {
  const { stripe } = shop;
  const subscription = await subscribe(shop);
  const customer = String(subscription.customer);
  const [intent] = (await stripe.paymentIntents.list({ customer })).data;
  const payment = { type: 'payment_intent', payment_intent: intent?.id } as const;
  const payments = await stripe.invoicePayments.list({ payment, expand: ['data.invoice'] });
  expect(payments.data).toMatchObject([
    { invoice: { parent: { subscription_details: { subscription: subscription.id } } } },
  ]);
  const invoice = String(subscription.latest_invoice);
  expect((await stripe.invoicePayments.list({ invoice, status: 'paid' })).data).toHaveLength(1);
  expect((await stripe.invoices.retrieve(invoice)).customer).toBe(customer);
  expect((await stripe.invoices.list({ customer, status: 'open' })).data).toEqual([]);
  const card = await stripe.paymentMethods.retrieve(String(intent?.payment_method));
  expect(card).toMatchObject({ customer, card: { brand: 'visa', last4: '4242' } });
  const charge = await stripe.charges.retrieve(String(intent?.latest_charge));
  expect(charge).toMatchObject({ payment_intent: intent?.id, status: 'succeeded' });
});
