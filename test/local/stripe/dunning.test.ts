import type Stripe from 'stripe';
import { errorOf, itemOf, openShop, pull, type Shop, subscribe } from './support';

const DAY = 86_400;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop({ clock: () => Date.parse('2027-01-31T12:00:00Z') });
});

afterEach(() => shop.close());

/** A subscription whose renewal was declined, and its invoice. */
async function pastDue(): Promise<{ subscription: Stripe.Subscription; invoice: Stripe.Invoice }> {
  const { id } = await subscribe(shop);
  await pull(shop.local, `subscriptions/${id}/renew?outcome=failed`);
  await shop.local.idle();
  shop.endpoint.received.length = 0;
  const subscription = await shop.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  return { subscription, invoice: subscription.latest_invoice as Stripe.Invoice };
}

async function statusOf(id: string): Promise<string> {
  return (await shop.stripe.subscriptions.retrieve(id)).status;
}

async function advance(seconds: number): Promise<void> {
  expect((await pull(shop.local, `clock?advance=${seconds}`)).status).toBe(200);
  await shop.local.idle();
}

describe('a failed renewal', () => {
  test('is retried by lever, until it is paid', async () => {
    const { local, endpoint } = shop;
    const { subscription, invoice } = await pastDue();
    const { body } = await pull<Stripe.Invoice>(local, `invoices/${invoice.id}/retry?outcome=failed`);
    expect(body).toMatchObject({ status: 'open', attempt_count: 2 });
    expect(body.next_payment_attempt).toBe((invoice.next_payment_attempt ?? 0) + 2 * DAY);
    expect(await statusOf(subscription.id)).toBe('past_due');
    await pull(local, `invoices/${invoice.id}/retry`);
    await local.idle();
    expect(await statusOf(subscription.id)).toBe('active');
    expect(endpoint.only('invoice.payment_failed').data.object.attempt_count).toBe(2);
    expect(endpoint.only('invoice.paid').data.object).toMatchObject({ id: invoice.id, attempt_count: 3 });
    expect((await pull(local, `invoices/${invoice.id}/retry`)).status).toBe(400);
  });

  test.each([
    ['cancel', 'canceled', ['customer.subscription.deleted', 'invoice.updated']],
    ['unpaid', 'unpaid', ['customer.subscription.updated']],
    ['past_due', 'past_due', []],
  ])('ends after the last retry as the account has it: %s', async (last, status, events) => {
    const { stripe, local, endpoint } = shop;
    await pull(local, `dunning?retries=1&finally=${last}`);
    const { subscription, invoice } = await pastDue();
    await pull(local, `invoices/${invoice.id}/retry?outcome=failed`);
    await local.idle();
    expect(await statusOf(subscription.id)).toBe(status);
    const retried = ['charge.failed', 'invoice.payment_failed', 'payment_intent.payment_failed'];
    // The open invoice of an ended subscription is asked for no more.
    const stopped = events.filter((type) => type !== 'invoice.updated');
    expect(
      endpoint
        .types()
        .filter((type) => type !== 'invoice.updated')
        .sort(),
    ).toEqual([...retried, ...stopped].sort());
    expect((await stripe.invoices.retrieve(invoice.id)).next_payment_attempt).toBeNull();
  });

  test('is retried with time, for as long as the card is no good', async () => {
    const { stripe, local, endpoint } = shop;
    const subscription = await subscribe(shop);
    const { status } = await pull(local, `customers/${subscription.customer}/card?outcome=failed`);
    expect(status).toBe(200);
    const { current_period_end: end } = itemOf(subscription);
    await advance(28 * DAY);
    await advance(15 * DAY);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    expect(ended).toMatchObject({
      status: 'canceled',
      ended_at: end + 15 * DAY,
      cancellation_details: { reason: 'payment_failed' },
    });
    const failed = endpoint.received.filter(({ event }) => event.type === 'invoice.payment_failed');
    expect(failed.map(({ event }) => event.created - end).sort((a, b) => a - b)).toEqual([
      0,
      3 * DAY,
      8 * DAY,
      15 * DAY,
    ]);
  });

  test('is over with a card that is good', async () => {
    const { stripe } = shop;
    const { subscription, invoice } = await pastDue();
    await pull(shop.local, `customers/${subscription.customer}/card?outcome=paid`);
    await advance(3 * DAY);
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: 'paid' });
    expect(await statusOf(subscription.id)).toBe('active');
  });

  test('that the API pays with a bad card is an error, and an attempt', async () => {
    const { stripe, local, endpoint } = shop;
    const { subscription, invoice } = await pastDue();
    await pull(local, `customers/${subscription.customer}/card?outcome=failed`);
    const error = await errorOf(stripe.invoices.pay(invoice.id));
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code: 'card_declined' });
    await local.idle();
    expect(endpoint.only('invoice.payment_failed').data.object.attempt_count).toBe(2);
  });
});

test('a renewal may wait for its customer to confirm it', async () => {
  const { stripe, local, endpoint } = shop;
  const { id } = await subscribe(shop);
  await pull(local, `subscriptions/${id}/renew?outcome=requires_action`);
  await local.idle();
  const asked = endpoint.only('invoice.payment_action_required').data.object;
  expect(endpoint.only('invoice.payment_failed').data.object.id).toBe(asked.id);
  const intent = endpoint.only('payment_intent.requires_action').data.object;
  expect(intent).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } });
  expect(await statusOf(id)).toBe('past_due');

  await fetch(asked.hosted_invoice_url ?? '', { method: 'POST' });
  await local.idle();
  expect(endpoint.only('payment_intent.succeeded').data.object).toMatchObject({ id: intent.id, next_action: null });
  expect(await statusOf(id)).toBe('active');
  expect((await stripe.invoices.retrieve(asked.id)).status).toBe('paid');
});

test('an unpaid subscription goes on with drafts, and comes back when its invoice is paid', async () => {
  const { stripe, local } = shop;
  await pull(local, 'dunning?retries=0&finally=unpaid');
  const { subscription, invoice } = await pastDue();
  expect(subscription.status).toBe('unpaid');
  await advance(65 * DAY);
  const drafts = await stripe.invoices.list({ subscription: subscription.id, status: 'draft' });
  expect(drafts.data).toMatchObject([{ auto_advance: false, attempted: false }]);
  expect(await stripe.invoices.pay(invoice.id)).toMatchObject({ status: 'paid' });
  expect(await statusOf(subscription.id)).toBe('unpaid');
  const draft = drafts.data[0]?.id ?? '';
  await stripe.invoices.finalizeInvoice(draft);
  await stripe.invoices.pay(draft);
  expect(await statusOf(subscription.id)).toBe('active');
});

test('an open invoice is written off by API', async () => {
  const { stripe, local, endpoint } = shop;
  const { invoice } = await pastDue();
  expect(await stripe.invoices.markUncollectible(invoice.id)).toMatchObject({ status: 'uncollectible' });
  expect(await stripe.invoices.voidInvoice(invoice.id)).toMatchObject({ status: 'void' });
  await local.idle();
  expect(endpoint.types().sort()).toEqual(['invoice.marked_uncollectible', 'invoice.voided']);
  expect((await errorOf(stripe.invoices.pay(invoice.id))).code).toBe('invoice_not_editable');
});

test.each(['retries=4', 'finally=forgive', 'tries=1'])('the lever for dunning refuses %s', async (query) => {
  expect((await pull(shop.local, `dunning?${query}`)).status).toBe(400);
});
