import Stripe from 'stripe';
import type { StripeConnection } from '../../../lambda/adapters/stripe-client';
import { StripeTokenPayments, type TokenPayment } from '../../../lambda/adapters/stripe-token-payments';
import { type LogLine, takeLogLines } from '../../support/log-lines';
import { NOW } from '../fixtures';
import { paidIntent, soldPack } from '../payments/objects';

const payment: TokenPayment = {
  amount: 500,
  currency: 'usd',
  token: 'spt_secret1',
  description: '1,000 units',
  metadata: { topUp: '1k' },
  idempotencyKey: 'Paywall-1/payment/1',
};

function stripe(create: (...args: unknown[]) => unknown) {
  const client = { paymentIntents: { create: async (...args: unknown[]) => create(...args) } };
  return new StripeTokenPayments({ client: async () => client } as unknown as StripeConnection);
}

function failing(type: string, more: Partial<Stripe.StripeRawError> = {}) {
  return stripe(() => {
    throw Stripe.errors.generateV1Error({
      type,
      message: `no such token: ${payment.token}`,
      ...more,
    } as Stripe.StripeRawError);
  });
}

test('a token is charged at once, without a page, under its key and in a version that knows tokens', async () => {
  const asked: unknown[] = [];
  const payments = stripe((...args) => {
    asked.push(...args);
    return paidIntent('pi_1', 500, soldPack('customer1', 1_000));
  });
  expect(await payments.charge(payment)).toEqual({
    outcome: 'paid',
    intent: 'pi_1',
    paidAt: new Date(NOW * 1000).toISOString(),
  });
  expect(asked).toEqual([
    {
      amount: 500,
      currency: 'usd',
      description: '1,000 units',
      metadata: { topUp: '1k' },
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      shared_payment_granted_token: 'spt_secret1',
    },
    {
      idempotencyKey: 'Paywall-1/payment/1',
      apiVersion: expect.stringMatching(/\.preview$/),
      timeout: 5_000,
      maxNetworkRetries: 1,
    },
  ]);
});

test.each([
  ['requires_action', 'action_required'],
  ['requires_confirmation', 'action_required'],
  ['processing', 'pending'],
  ['requires_payment_method', 'declined'],
  ['canceled', 'declined'],
] as const)('a payment that is %s is %s', async (status, outcome) => {
  const intent = { ...paidIntent('pi_1', 500, soldPack('customer1', 1_000)), status };
  expect(await stripe(() => intent).charge(payment)).toEqual({ outcome });
});

describe('of Stripe’s errors', () => {
  let logged: LogLine[];
  beforeEach(() => {
    logged = takeLogLines();
  });
  afterEach(() => jest.restoreAllMocks());

  test.each([
    ['card_error', { statusCode: 402, code: 'card_declined' }, 'declined'],
    ['card_error', { statusCode: 402, code: 'authentication_required' }, 'action_required'],
    ['idempotency_error', { statusCode: 400 }, 'challenge_used'],
    ['invalid_request_error', { statusCode: 400, code: 'resource_missing' }, 'token_refused'],
  ])('a %s with %j is the payer’s', async (type, more, outcome) => {
    expect(await failing(type, more).charge(payment)).toEqual({ outcome });
  });

  test('what the token is refused for is logged, and the token is not', async () => {
    await failing('invalid_request_error', { statusCode: 400, code: 'resource_missing' }).charge(payment);
    expect(logged).toEqual([expect.objectContaining({ level: 'INFO', code: 'resource_missing' })]);
    expect(JSON.stringify(logged)).not.toContain('spt_');
  });

  test.each([
    ['api_error', 500],
    ['authentication_error', 401],
    ['rate_limit_error', 429],
    ['idempotency_error', 409],
  ])('an %s is nobody’s, and thrown', async (type, statusCode) => {
    await expect(failing(type, { statusCode }).charge(payment)).rejects.toBeInstanceOf(Stripe.errors.StripeError);
  });

  test('no answer is thrown as well: whether the token was charged is unknown', async () => {
    const silent = stripe(() => {
      throw new Stripe.errors.StripeConnectionError({ message: 'timed out' } as Stripe.StripeRawError);
    });
    await expect(silent.charge(payment)).rejects.toThrow('timed out');
  });
});
