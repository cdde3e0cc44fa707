import type Stripe from 'stripe';
import { click, FREE, openShop, PACK, PRO, type Shop, URLS } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

test('a subscription is paid for: its objects, its events and the way back', async () => {
  const { stripe, endpoint, local } = shop;
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [PRO],
    client_reference_id: 'customer-1',
    metadata: { plan: 'pro' },
    subscription_data: { metadata: { paywall: 'p1' } },
    ...URLS,
  });
  expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 2900, subscription: null });
  expect(session.url).toBe(`${local.url}/c/pay/${session.id}`);

  const response = await click(session, 'pay', 'ada@example.com');
  await local.idle();

  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe(`https://shop.example/welcome?session=${session.id}`);
  const completed = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['subscription', 'customer', 'line_items', 'invoice.payments'],
  });
  expect(completed).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    client_reference_id: 'customer-1',
    metadata: { plan: 'pro' },
    // In subscription mode the payment is the invoice's.
    payment_intent: null,
    url: null,
    customer: { email: 'ada@example.com' },
    customer_details: { email: 'ada@example.com' },
    line_items: { data: [{ description: 'Pro', amount_total: 2900, price: { unit_amount: 2900 } }] },
    subscription: {
      status: 'active',
      metadata: { paywall: 'p1' },
      items: { data: [{ current_period_end: expect.any(Number), price: { recurring: { interval: 'month' } } }] },
    },
    invoice: {
      status: 'paid',
      billing_reason: 'subscription_create',
      amount_paid: 2900,
      parent: { subscription_details: { metadata: { paywall: 'p1' } } },
      lines: { data: [{ amount: 2900, pricing: { price_details: { price: expect.stringMatching(/^price_/) } } }] },
      payments: { data: [{ status: 'paid', amount_paid: 2900, payment: { type: 'payment_intent' } }] },
    },
  });
  expect(endpoint.types().sort()).toEqual(
    [
      'product.created',
      'price.created',
      'customer.created',
      'payment_method.attached',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'customer.subscription.created',
      'invoice.created',
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'checkout.session.completed',
    ].sort(),
  );
  const subscription = completed.subscription as Stripe.Subscription;
  expect(endpoint.only('invoice.paid').data.object.parent?.subscription_details?.subscription).toBe(subscription.id);
  expect(endpoint.only('checkout.session.completed').data.object.subscription).toBe(subscription.id);
});

test('a free plan needs no card and no payment', async () => {
  const { stripe, endpoint, local } = shop;
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [FREE],
    payment_method_collection: 'if_required',
    customer_email: 'ada@example.com',
    ...URLS,
  });
  const page = await (await fetch(session.url ?? '')).text();
  expect(page).toContain('>Start</button>');
  expect(page).toContain('No card is needed');
  expect(page).not.toContain('Decline');
  expect(page).toContain('value="ada@example.com"');

  await click(session, 'pay');
  await local.idle();

  const completed = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription', 'invoice'] });
  expect(completed).toMatchObject({
    payment_status: 'no_payment_required',
    customer_details: { email: 'ada@example.com' },
    subscription: { status: 'active', default_payment_method: null },
    invoice: { status: 'paid', amount_due: 0 },
  });
  expect(endpoint.types()).toContain('invoice.paid');
  expect(endpoint.types()).not.toContain('payment_intent.succeeded');
});

test('a free plan may still ask for a card, to charge it later', async () => {
  const { stripe } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'subscription', line_items: [FREE], ...URLS });
  await click(session, 'pay');
  const { subscription } = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['subscription.default_payment_method'],
  });
  expect(subscription).toMatchObject({ default_payment_method: { card: { last4: '4242' } } });
});

test('a top-up of a known customer is one payment', async () => {
  const { stripe, endpoint, local } = shop;
  const customer = await stripe.customers.create({ email: 'ada@example.com', metadata: { id: 'c1' } });
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    line_items: [{ ...PACK, quantity: 3 }],
    payment_intent_data: { metadata: { topUp: '10k' } },
    ...URLS,
  });
  await click(session, 'pay');
  await local.idle();

  const completed = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent.latest_charge', 'customer'],
  });
  expect(completed).toMatchObject({
    payment_status: 'paid',
    subscription: null,
    customer: { id: customer.id, metadata: { id: 'c1' } },
    payment_intent: {
      amount_received: 3000,
      status: 'succeeded',
      metadata: { topUp: '10k' },
      latest_charge: { paid: true, amount: 3000 },
    },
  });
  for (const type of ['payment_intent.succeeded', 'charge.succeeded', 'checkout.session.completed'] as const) {
    expect(endpoint.only(type).data.object).toMatchObject({ customer: customer.id });
  }
  expect(endpoint.types()).not.toContain('invoice.paid');
});

test.each([
  ['as a guest', {}, null],
  ['as a new customer', { customer_creation: 'always' }, { email: 'ada@example.com' }],
] as const)('a one-off is bought %s', async (_how, params, customer) => {
  const { stripe } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS, ...params });
  await click(session, 'pay', 'ada@example.com');
  const completed = await stripe.checkout.sessions.retrieve(session.id, { expand: ['customer'] });
  expect(completed.customer).toEqual(customer === null ? null : expect.objectContaining(customer));
  expect(completed.customer_details?.email).toBe('ada@example.com');
});

test('a declined card leaves the session open, and the same payment succeeds at the second try', async () => {
  const { stripe, endpoint, local } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });

  const declined = await fetch(session.url ?? '', { method: 'POST', body: new URLSearchParams({ action: 'decline' }) });
  expect(await declined.text()).toContain('role="alert"');
  await local.idle();
  const failed = endpoint.only('payment_intent.payment_failed').data.object;
  expect(failed.last_payment_error).toMatchObject({ code: 'card_declined', type: 'card_error' });
  expect(endpoint.types()).toContain('charge.failed');
  const open = await stripe.checkout.sessions.retrieve(session.id);
  expect(open).toMatchObject({ status: 'open', payment_status: 'unpaid', payment_intent: failed.id });

  await click(session, 'pay');
  await local.idle();
  expect(endpoint.only('payment_intent.succeeded').data.object).toMatchObject({
    id: failed.id,
    last_payment_error: null,
  });
  expect((await stripe.charges.list({ payment_intent: failed.id })).data.map(({ status }) => status)).toEqual([
    'succeeded',
    'failed',
  ]);
});

test('a declined subscription is none', async () => {
  const { stripe, endpoint, local } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'subscription', line_items: [PRO], ...URLS });
  await click(session, 'decline');
  await local.idle();
  expect(endpoint.types()).toContain('payment_intent.payment_failed');
  expect(endpoint.types()).not.toContain('customer.subscription.created');
  expect((await stripe.subscriptions.list({ status: 'all' })).data).toEqual([]);
});

test('an abandoned session expires, and takes its unpaid payment with it', async () => {
  const { stripe, endpoint, local } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  await click(session, 'decline');
  const response = await click(session, 'abandon');
  await local.idle();
  expect(response.headers.get('location')).toBe('https://shop.example/plans');
  expect(endpoint.only('checkout.session.expired').data.object).toMatchObject({ id: session.id, status: 'expired' });
  expect(endpoint.types()).toContain('payment_intent.canceled');

  const late = await click(session, 'pay');
  expect(late.headers.get('location')).toBe('https://shop.example/plans');
  expect(await (await fetch(session.url ?? '')).text()).toContain('This checkout is over');
});

test('an abandoned session without a cancel_url ends on a page of its own', async () => {
  const { stripe } = shop;
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [PACK],
    success_url: URLS.success_url,
  });
  const response = await fetch(session.url ?? '', { method: 'POST', body: new URLSearchParams({ action: 'abandon' }) });
  expect(await response.text()).toContain('This checkout is over');
});

test('two clicks pay once', async () => {
  const { stripe, endpoint, local } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  const responses = await Promise.all([click(session, 'pay'), click(session, 'pay'), click(session, 'pay')]);
  const third = await click(session, 'abandon');
  await local.idle();
  for (const response of [...responses, third]) {
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toContain(session.id);
  }
  endpoint.only('checkout.session.completed');
  expect((await stripe.charges.list()).data).toHaveLength(1);
  expect(await (await fetch(session.url ?? '')).text()).toContain('All done');
});

test('what is bought once with a subscription is on its first invoice only', async () => {
  const { stripe, local } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'subscription', line_items: [PRO, PACK], ...URLS });
  await click(session, 'pay');
  await local.idle();
  const { invoice, subscription } = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['invoice', 'subscription'],
  });
  expect((invoice as Stripe.Invoice).total).toBe(3900);
  expect((invoice as Stripe.Invoice).lines.data.map(({ parent }) => parent?.type)).toEqual([
    'subscription_item_details',
    'invoice_item_details',
  ]);
  expect((subscription as Stripe.Subscription).items.data).toHaveLength(1);
});

test('an order for nothing asks for no card, and makes a customer to name the buyer', async () => {
  const { stripe } = shop;
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price_data: { currency: 'usd', unit_amount: 0, product_data: { name: 'Sample' } }, quantity: 1 }],
    ...URLS,
  });
  await click(session, 'pay');
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
    payment_status: 'no_payment_required',
    payment_intent: null,
    customer: expect.stringMatching(/^cus_/),
  });
});
