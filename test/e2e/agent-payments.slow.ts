import Ajv from 'ajv/dist/2020';
import type { Balance } from '../../lambda/domain/balance';
import { PAYMENT_REQUIRED_SCHEMA } from '../../lib/private/payment-required-schema';
import { Agent, type Challenge, credential } from './agent';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

let api: PaidApi;
let stripe: StripeSide;

beforeAll(async () => {
  api = await startPaidApi({}, (app) => everyAnswer(app, { networkId: 'profile_test_1' }));
  stripe = new StripeSide(api.server.stripe?.url ?? '');
});

afterAll(() => api.close());

const isValid = new Ajv({ allowUnionTypes: true, formats: { uri: true, 'date-time': true } }).compile(
  PAYMENT_REQUIRED_SCHEMA,
);

async function agent(balance: Partial<Balance> = { remaining: 0 }) {
  const { customer, apiKey } = await api.addCustomer(balance);
  return { customer, agent: new Agent(api.url, stripe, apiKey) };
}

async function paymentsOf(customer: string): Promise<string[]> {
  const { data } = await stripe.api.paymentIntents.list({ limit: 100 });
  return data.filter(({ metadata }) => metadata.customer === customer).map(({ status }) => status);
}

async function remaining(customer: string): Promise<number | undefined> {
  return (await api.balanceOf(customer))?.remaining;
}

/** What every refusal has, whatever the credential was. */
function expectFreshChallenge(answer: Awaited<ReturnType<Agent['call']>>, type: string, old: Challenge): void {
  expect(answer.status).toBe(402);
  expect(answer.body.type).toBe(`https://paymentauth.org/problems/${type}`);
  expect(isValid(answer.body) || isValid.errors).toBe(true);
  expect(answer.challenge.id).toMatch(/^[\w-]{22}$/);
  expect(answer.challenge.id).not.toBe(old.id);
  expect(answer.headers.get('cache-control')).toBe('no-store');
}

test('the 402 asks for the smallest top-up, in the words of the Payment scheme and of x402', async () => {
  const { agent: caller } = await agent();
  const { status, body, headers, challenge } = await caller.call();
  expect(status).toBe(402);
  expect(isValid(body) || isValid.errors).toBe(true);
  expect(challenge).toMatchObject({
    realm: '127.0.0.1',
    method: 'stripe',
    intent: 'charge',
    header: 'Payment-Authorization',
    description: '100 units',
  });
  expect(JSON.parse(Buffer.from(challenge.request ?? '', 'base64url').toString())).toEqual({
    amount: '500',
    currency: 'usd',
    methodDetails: { networkId: 'profile_test_1', paymentMethodTypes: ['card'] },
  });
  const required = JSON.parse(Buffer.from(headers.get('payment-required') ?? '', 'base64').toString());
  expect(required).toMatchObject({ x402Version: 2, resource: { url: `${api.url}items/1` } });
  expect(required.accepts[0].extra.purchaseUrl).toBe(body.checkoutUrl);
});

test('a call that pays for itself is served, with a receipt, and the payment counts once', async () => {
  const { customer, agent: caller } = await agent();
  const challenge = await caller.refused();
  const token = await caller.grant(challenge);
  const { status, body } = await caller.pay(challenge, token);
  expect(status).toBe(200);
  const receipt = JSON.parse(Buffer.from(body.authorizer.paymentReceipt, 'base64url').toString());
  expect(receipt).toEqual({
    method: 'stripe',
    status: 'success',
    timestamp: expect.stringMatching(/Z$/),
    reference: expect.stringMatching(/^pi_/),
  });
  expect(body.authorizer.rateLimit).toMatch(/^"month";r=99;t=\d+$/);
  await stripe.delivered();
  expect(await remaining(customer)).toBe(99);
  expect(await paymentsOf(customer)).toEqual(['succeeded']);

  // The same credential with every further call: it is charged for nothing while there are units, and never again.
  expect((await caller.pay(challenge, token)).body.authorizer.paymentReceipt).toBeUndefined();
  await Promise.all(Array.from({ length: 19 }, () => caller.call({}, 'POST')));
  await Promise.all(Array.from({ length: 3 }, () => caller.call()));
  expect(await remaining(customer)).toBe(0);
  const replayed = await caller.pay(challenge, token);
  expectFreshChallenge(replayed, 'invalid-challenge', challenge);
  expect(replayed.body.detail).toContain('nothing was charged again');
  expect(await paymentsOf(customer)).toEqual(['succeeded']);
  // Another token does not make it a new challenge.
  const other = await caller.pay(challenge, await caller.grant(challenge));
  expectFreshChallenge(other, 'invalid-challenge', challenge);
  expect(await paymentsOf(customer)).toEqual(['succeeded']);
  expect(await remaining(customer)).toBe(0);
});

test('where the key comes in x-api-key, the credential may come in Authorization', async () => {
  const { agent: caller } = await agent();
  const challenge = await caller.refused();
  const Authorization = credential(challenge, { spt: await caller.grant(challenge) });
  expect((await caller.call({ Authorization })).status).toBe(200);
});

test('two calls at once with one credential are charged once, and both are served', async () => {
  const { customer, agent: caller } = await agent();
  const challenge = await caller.refused();
  const token = await caller.grant(challenge);
  const answers = await Promise.all([caller.pay(challenge, token), caller.pay(challenge, token)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await paymentsOf(customer)).toEqual(['succeeded']);
  expect(await remaining(customer)).toBe(98);
});

test('who sends no key is asked who he is, whatever he pays with', async () => {
  const { agent: caller } = await agent();
  const challenge = await caller.refused();
  const Authorization = credential(challenge, { spt: await caller.grant(challenge) });
  const response = await fetch(new URL('items/1', api.url), { headers: { Authorization } });
  expect(response.status).toBe(401);
});

test.each([
  ['declined', 'pm_card_visa_chargeDeclined', 'was declined', 'requires_payment_method'],
  ['to be confirmed', 'pm_card_authenticationRequired', 'confirmed by the owner', 'requires_action'],
])(
  'a payment that is %s is told in plain words, and the next challenge can be paid',
  async (_, card, words, status) => {
    const { customer, agent: caller } = await agent();
    const challenge = await caller.refused();
    const refused = await caller.pay(challenge, await caller.grant(challenge, card));
    expectFreshChallenge(refused, 'verification-failed', challenge);
    expect(refused.body.detail).toContain(words);
    expect((await caller.pay(refused.challenge, await caller.grant(refused.challenge))).status).toBe(200);
    expect(await paymentsOf(customer)).toEqual(['succeeded', status]);
  },
);

test('a token that is good for less, and one that was made up, are refused by Stripe', async () => {
  const { customer, agent: caller } = await agent();
  const challenge = await caller.refused();
  const tooSmall = await caller.pay(challenge, await caller.grant(challenge, 'pm_card_visa', '499'));
  expectFreshChallenge(tooSmall, 'verification-failed', challenge);
  const madeUp = await caller.pay(tooSmall.challenge, 'spt_madeUp');
  expectFreshChallenge(madeUp, 'verification-failed', tooSmall.challenge);
  expect(JSON.stringify(madeUp.body)).not.toContain('spt_');
  expect(await paymentsOf(customer)).toEqual([]);
});

test('what is no credential, with nothing left, is answered with a challenge', async () => {
  const { agent: caller } = await agent();
  const challenge = await caller.refused();
  for (const text of ['Payment dGhpcyBpcyBnYXJiYWdl', 'Payment %%%', credential(challenge, { spt: 7 })]) {
    expectFreshChallenge(await caller.call({ 'Payment-Authorization': text }), 'malformed-credential', challenge);
  }
  expectFreshChallenge(await caller.call({ Authorization: 'Payment e30' }), 'malformed-credential', challenge);
});

test('a challenge that was changed, another customer’s, or for a smaller call is worth nothing', async () => {
  const { customer, agent: caller } = await agent();
  const { customer: stranger, agent: other } = await agent();
  const challenge = await caller.refused();
  const token = await caller.grant(challenge);
  const cheap = Buffer.from(challenge.request ?? '', 'base64url')
    .toString()
    .replace('"500"', '"50"');
  const changed = { ...challenge, request: Buffer.from(cheap).toString('base64url') };
  expectFreshChallenge(await caller.pay(changed, token), 'invalid-challenge', challenge);
  expectFreshChallenge(await other.pay(challenge, token), 'invalid-challenge', challenge);
  expect([await paymentsOf(customer), await paymentsOf(stranger)]).toEqual([[], []]);
});

test('money that goes back takes its units along, as that of Checkout does', async () => {
  const { customer, agent: caller } = await agent();
  const challenge = await caller.refused();
  expect((await caller.pay(challenge, await caller.grant(challenge))).status).toBe(200);
  const { data } = await stripe.api.paymentIntents.list({ limit: 1 });
  await stripe.api.refunds.create({ payment_intent: data[0]?.id });
  await stripe.delivered();
  expect(await api.balanceOf(customer)).toMatchObject({ remaining: 0, owed: 1 });
  // What is owed is part of what is missing.
  const { body } = await caller.call();
  expect(body.recommendation.action).toBe('upgrade');
  expect((await caller.pay(await caller.refused(), await caller.grant(await caller.refused()))).status).toBe(200);
  expect(await api.balanceOf(customer)).toMatchObject({ remaining: 98, owed: 0 });
});

// Last: it moves the clock.
test('a challenge is good for five minutes', async () => {
  const { customer, agent: caller } = await agent();
  const challenge = await caller.refused();
  const token = await caller.grant(challenge);
  await stripe.advance(301);
  const answer = await caller.pay(challenge, token);
  expectFreshChallenge(answer, 'invalid-challenge', challenge);
  expect(answer.body.detail).toContain('has expired');
  expect(await paymentsOf(customer)).toEqual([]);
});
