import type Stripe from 'stripe';
import { errorOf, openShop, type Shop } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

type Json = Record<string, unknown> & { readonly id: string };

async function ask(
  method: string,
  path: string,
  params: Record<string, string> = {},
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${shop.local.url}/v1/${path}`, {
    method,
    headers: { Authorization: 'Bearer sk_test_local' },
    ...(method === 'POST' && { body: new URLSearchParams(params) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

const LIMITS = { 'usage_limits[currency]': 'usd', 'usage_limits[max_amount]': '1000' };

async function grant(paymentMethod = 'pm_card_visa', limits: Record<string, string> = LIMITS): Promise<string> {
  const params = { payment_method: paymentMethod, ...limits };
  return (await ask('POST', 'test_helpers/shared_payment/granted_tokens', params)).body.id;
}

function charge(token: string, overrides: object = {}, idempotencyKey?: string): Promise<Stripe.PaymentIntent> {
  const params = {
    amount: 1_000,
    currency: 'usd',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
    metadata: { topUp: '1k' },
    shared_payment_granted_token: token,
    ...overrides,
  };
  return shop.stripe.paymentIntents.create(params, { idempotencyKey });
}

test('a token is granted for an amount, and says what became of it', async () => {
  const token = await grant();
  expect(token).toMatch(/^spt_/);
  const { body } = await ask('GET', `shared_payment/granted_tokens/${token}`);
  expect(body).toMatchObject({
    object: 'shared_payment.granted_token',
    deactivated_reason: null,
    usage_limits: { currency: 'usd', max_amount: 1_000, expires_at: null },
  });
  expect(body).not.toHaveProperty('payment_method');
  await charge(token);
  expect((await ask('GET', `shared_payment/granted_tokens/${token}`)).body).toMatchObject({
    deactivated_reason: 'consumed',
    usage_details: { amount_captured: { currency: 'usd', value: 1_000 } },
  });
});

test('a payment by it succeeds at once, and is told of with its metadata, which its charge has too', async () => {
  const intent = await charge(await grant());
  expect(intent).toMatchObject({
    status: 'succeeded',
    amount_received: 1_000,
    metadata: { topUp: '1k' },
    customer: null,
  });
  await shop.local.idle();
  expect(shop.endpoint.types()).toEqual(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']);
  expect(shop.endpoint.only('payment_intent.succeeded').data.object.id).toBe(intent.id);
  expect(shop.endpoint.only('charge.succeeded').data.object.metadata).toEqual({ topUp: '1k' });
});

test('a payment whose card is declined is an error that was an attempt, and its key keeps that', async () => {
  const token = await grant('pm_card_visa_chargeDeclined');
  for (let attempt = 0; attempt < 2; attempt++) {
    expect(await errorOf(charge(token, {}, 'key-1'))).toMatchObject({ statusCode: 402, code: 'card_declined' });
  }
  await shop.local.idle();
  expect(shop.endpoint.types()).toEqual(['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed']);
  expect(await errorOf(charge(await grant(), {}, 'key-1'))).toMatchObject({
    statusCode: 400,
    rawType: 'idempotency_error',
  });
});

test('a payment that its owner has to confirm waits for him', async () => {
  const intent = await charge(await grant('pm_card_authenticationRequired'));
  expect(intent).toMatchObject({ status: 'requires_action', amount_received: 0 });
  await shop.local.idle();
  expect(shop.endpoint.types()).toEqual(['payment_intent.created', 'payment_intent.requires_action']);
});

test('a token pays once, and what was paid under a key is told again under it', async () => {
  const token = await grant();
  const first = await charge(token, {}, 'key-1');
  expect((await charge(token, {}, 'key-1')).id).toBe(first.id);
  expect((await errorOf(charge(token, {}, 'key-2'))).message).toContain('consumed');
});

test.each<[string, object, Record<string, string>]>([
  ['of less', { amount: 1_001 }, LIMITS],
  ['of another currency', { currency: 'eur' }, LIMITS],
  ['that has expired', {}, { ...LIMITS, 'usage_limits[expires_at]': '1' }],
])('a token %s is refused, and nothing has happened', async (_, overrides, limits) => {
  const token = await grant('pm_card_visa', limits);
  expect(await errorOf(charge(token, overrides))).toMatchObject({
    statusCode: 400,
    param: 'shared_payment_granted_token',
  });
  expect((await shop.stripe.paymentIntents.list()).data).toEqual([]);
});

test('a token that was revoked, or that there is none of, is refused', async () => {
  const token = await grant();
  const revoke = `test_helpers/shared_payment/granted_tokens/${token}/revoke`;
  expect((await ask('POST', revoke)).body).toMatchObject({ deactivated_reason: 'revoked' });
  expect((await ask('POST', revoke)).status).toBe(400);
  expect((await errorOf(charge(token))).message).toContain('revoked');
  expect(await errorOf(charge('spt_none'))).toMatchObject({ statusCode: 400, code: 'resource_missing' });
});

test.each<[string, object]>([
  ['confirm', { confirm: false }],
  ['automatic_payment_methods[allow_redirects]', { automatic_payment_methods: { enabled: true } }],
  ['amount', { amount: 49 }],
  ['payment_method', { payment_method: 'pm_card_visa' }],
])('what needs a page, or is not served, is refused by the name of %s', async (param, overrides) => {
  expect(await errorOf(charge(await grant(), overrides))).toMatchObject({ statusCode: 400, param });
});

test.each([
  ['payment_method', { payment_method: 'pm_unknown' }],
  ['usage_limits[max_amount]', { 'usage_limits[max_amount]': '' }],
  ['usage_limits[currency]', { 'usage_limits[currency]': 'xxx' }],
])('a token is not granted without a right %s', async (param, changes) => {
  const params = { payment_method: 'pm_card_visa', ...LIMITS, ...changes };
  const { status, body } = await ask('POST', 'test_helpers/shared_payment/granted_tokens', params);
  expect([status, body.error]).toEqual([400, expect.objectContaining({ param })]);
});
