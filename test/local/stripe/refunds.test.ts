import type Stripe from 'stripe';
import { buy, click, errorOf, openShop, PACK, pull, type Shop, subscribe, URLS } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

async function chargeOf(intent: string): Promise<Stripe.Charge> {
  const { latest_charge: charge } = await shop.stripe.paymentIntents.retrieve(intent, {
    expand: ['latest_charge.refunds'],
  });
  return charge as Stripe.Charge;
}

describe('refunds', () => {
  test('take a part, then the rest, and no more', async () => {
    const { stripe, local, endpoint } = shop;
    const intent = await buy(shop);
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

  test('tell of the bank’s reference later, and of other metadata', async () => {
    const { stripe, local, endpoint } = shop;
    const made = await stripe.refunds.create({ payment_intent: await buy(shop), metadata: { ticket: '1' } });
    await local.idle();
    const updated = endpoint.only('refund.updated').data;
    expect(updated.previous_attributes).toHaveProperty('destination_details');
    expect(updated.object).toMatchObject({ status: 'succeeded', metadata: { ticket: '1' } });
    expect(endpoint.only('charge.refund.updated').data.object.id).toBe(made.id);
    expect(endpoint.only('refund.created').data.object.id).toBe(made.id);
    expect((await stripe.refunds.update(made.id, { metadata: { ticket: '2' } })).metadata).toEqual({ ticket: '2' });
  });

  test('can fail at the bank after all', async () => {
    const { stripe, local, endpoint } = shop;
    const intent = await buy(shop);
    const kept = await stripe.refunds.create({ payment_intent: intent, amount: 100 });
    const { id } = await stripe.refunds.create({ payment_intent: intent, amount: 300 });
    await local.idle();
    endpoint.received.length = 0;
    const { body } = await pull<Stripe.Refund>(local, `refunds/${id}/fail?reason=lost_or_stolen_card`);
    await local.idle();
    expect(body).toMatchObject({ status: 'failed', failure_reason: 'lost_or_stolen_card' });
    expect(endpoint.only('refund.failed').data.object.id).toBe(id);
    expect(endpoint.only('charge.refund.updated').data.previous_attributes).toMatchObject({
      status: 'succeeded',
      failure_reason: null,
    });
    const charge = await chargeOf(intent);
    expect(charge).toMatchObject({ amount_refunded: 100, refunded: false });
    expect(charge.refunds?.data.map((refund) => refund.id)).toEqual([id, kept.id]);
    expect((await pull(local, `refunds/${id}/fail`)).status).toBe(400);
  });
});

describe('disputes', () => {
  test.each([
    ['won', ['charge.dispute.closed', 'charge.dispute.funds_reinstated'], 0],
    ['lost', ['charge.dispute.closed'], -1000],
  ] as const)('take the money, and are %s', async (outcome, events, balance) => {
    const { stripe, local, endpoint } = shop;
    const intent = await buy(shop);
    const charge = await chargeOf(intent);
    endpoint.received.length = 0;
    const { body: opened } = await pull<Stripe.Dispute>(local, `charges/${charge.id}/dispute?reason=duplicate`);
    await local.idle();
    expect(endpoint.types().sort()).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
    expect(endpoint.only('charge.dispute.created').data.object).toMatchObject({
      id: opened.id,
      amount: 1000,
      charge: charge.id,
      payment_intent: intent,
      reason: 'duplicate',
      status: 'needs_response',
    });
    expect((await chargeOf(intent)).disputed).toBe(true);
    expect((await errorOf(stripe.refunds.create({ payment_intent: intent }))).code).toBe('charge_disputed');
    endpoint.received.length = 0;

    await pull(local, `disputes/${opened.id}/close?outcome=${outcome}`);
    await local.idle();
    expect(endpoint.types().sort()).toEqual(events);
    const closed = await stripe.disputes.retrieve(opened.id);
    expect(closed.status).toBe(outcome);
    expect(closed.balance_transactions.reduce((sum, { net }) => sum + net, 0)).toBe(balance);
    expect((await pull(local, `disputes/${opened.id}/close?outcome=${outcome}`)).status).toBe(400);
  });

  test('are answered, or accepted, by API', async () => {
    const { stripe, local, endpoint } = shop;
    const { id: charge } = await chargeOf(await buy(shop));
    const { id } = (await pull<Stripe.Dispute>(local, `charges/${charge}/dispute`)).body;
    const answered = await stripe.disputes.update(id, {
      evidence: { product_description: '10k calls, all of them used' },
      metadata: { ticket: '1' },
    });
    expect(answered).toMatchObject({
      status: 'under_review',
      evidence: { product_description: '10k calls, all of them used' },
      evidence_details: { has_evidence: true, submission_count: 1 },
      metadata: { ticket: '1' },
    });
    expect(await stripe.disputes.close(id)).toMatchObject({ status: 'lost' });
    await local.idle();
    endpoint.only('charge.dispute.updated');
    expect((await stripe.disputes.list({ charge })).data.map((row) => row.id)).toEqual([id]);
    expect((await errorOf(stripe.disputes.update(id, { evidence: { receipt: 'x' } }))).param).toBe('evidence');
    expect((await errorOf(stripe.disputes.close(id))).statusCode).toBe(400);
  });

  test('can be had from their opening to their end at once, and once', async () => {
    const { local } = shop;
    const { id } = await chargeOf(await buy(shop));
    const { body } = await pull<Stripe.Dispute>(local, `charges/${id}/dispute?amount=400&outcome=lost`);
    expect(body).toMatchObject({ status: 'lost', amount: 400 });
    expect((await pull(local, `charges/${id}/dispute`)).status).toBe(400);
    expect((await pull(local, `disputes/${body.id}/close`)).body).toMatchObject({ error: { param: 'outcome' } });
    expect((await pull(local, `charges/${id}/dispute?reason=mood`)).body).toMatchObject({ error: { param: 'reason' } });
  });
});

describe('what was bought is found', () => {
  test('from the disputed charge of a one-off', async () => {
    const { stripe, local } = shop;
    const { id } = await chargeOf(await buy(shop));
    const { body } = await pull<Stripe.Dispute>(local, `charges/${id}/dispute`);
    const disputed = await stripe.disputes.retrieve(body.id, { expand: ['charge', 'payment_intent'] });
    const intent = (disputed.payment_intent as Stripe.PaymentIntent).id;
    expect((disputed.charge as Stripe.Charge).payment_intent).toBe(intent);
    const [session] = (await stripe.checkout.sessions.list({ payment_intent: intent })).data;
    expect(session).toMatchObject({ metadata: { bought: 'pack' }, payment_status: 'paid' });
    expect(
      (await stripe.invoicePayments.list({ payment: { type: 'payment_intent', payment_intent: intent } })).data,
    ).toEqual([]);
  });

  test('from the refunded charge of a subscription', async () => {
    const { stripe } = shop;
    const subscription = await subscribe(shop);
    const [charge] = (await stripe.charges.list({ customer: String(subscription.customer) })).data;
    const refunded = await stripe.refunds.create({ charge: charge?.id, expand: ['payment_intent'] });
    const intent = (refunded.payment_intent as Stripe.PaymentIntent).id;
    const payment = { type: 'payment_intent', payment_intent: intent } as const;
    const [paid] = (await stripe.invoicePayments.list({ payment, expand: ['data.invoice'] })).data;
    const invoice = paid?.invoice as Stripe.Invoice;
    expect(invoice.parent?.subscription_details?.subscription).toBe(subscription.id);
    expect(await stripe.invoicePayments.retrieve(paid?.id ?? '')).toMatchObject({ invoice: invoice.id });
    expect((await stripe.checkout.sessions.list({ payment_intent: intent })).data).toEqual([]);
    const sessions = await stripe.checkout.sessions.list({ subscription: subscription.id });
    expect(sessions.data).toMatchObject([{ invoice: invoice.id }]);
  });
});
