import type { FaultRule } from '../../../local/faults/fault';
import { Agent } from '../agent';
import type { Customer } from '../customer';
import { everyAnswer } from '../paid-api';
import { BadDay, withoutWaiting } from './bad-day';

const PATIENCE = 60_000;

let day: BadDay;
/** Who has bought, and so has a page of his own at Stripe. */
let buyer: Customer;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    everyAnswer(app, { networkId: 'profile_test_1' });
    withoutWaiting(app);
  });
  buyer = (await day.customer()).caller;
  await buyer.buy({ topUp: '100' });
}, PATIENCE);

afterEach(() => day.faults.clear());

afterAll(() => day.end());

const ofStripe = (fault: FaultRule['fault'], others: Partial<FaultRule> = {}): FaultRule => ({
  boundary: 'stripe',
  fault,
  ...others,
});

const checkout = (caller: Customer) => caller.send('POST', 'billing/checkout', { topUp: '100' });

/** A customer who is one at Stripe as well, and the link in his 402. */
async function known() {
  const { customer, caller } = await day.customer({ remaining: 0 });
  const { checkoutUrl } = await caller.call();
  expect((await checkout(caller)).status).toBe(201);
  return { customer, caller, checkoutUrl };
}

async function sessionsOf(customer: string) {
  const { data } = await day.stripe.api.checkout.sessions.list({ limit: 100 });
  return data.filter(({ metadata }) => metadata?.customer === customer);
}

async function paymentsOf(customer: string) {
  const { data } = await day.stripe.api.paymentIntents.list({ limit: 100 });
  return data.filter(({ metadata }) => metadata.customer === customer).map(({ status }) => status);
}

test(
  'while Stripe is slow, checkout and portal are slow',
  async () => {
    day.faults.add(ofStripe({ kind: 'slow', millis: 800 }));
    expect((await checkout(buyer)).status).toBe(201);
    expect((await buyer.send('POST', 'billing/portal')).status).toBe(201);
  },
  PATIENCE,
);

test(
  'a request to Stripe that fails for a moment, or whose answer is lost, is made again, and does its work once',
  async () => {
    for (const kind of ['error', 'reset', 'answer lost'] as const) {
      const { customer, caller } = await day.customer();
      day.faults.add(ofStripe({ kind }, { operation: /^POST \/v1\/customers/, times: 1 }));
      day.faults.add(ofStripe({ kind }, { operation: /^POST \/v1\/checkout/, times: 1 }));
      expect((await checkout(caller)).status).toBe(201);
      expect(await sessionsOf(customer)).toHaveLength(1);
      const made = await day.stripe.api.customers.list({ limit: 100 });
      expect(made.data.filter(({ metadata }) => metadata.customer === customer)).toHaveLength(1);
    }
  },
  PATIENCE,
);

test.each([
  ['fails', { kind: 'error' }],
  ['is away', { kind: 'reset' }],
  ['answers 429', { kind: 'throttled' }],
] as const)(
  'while Stripe %s, nothing is sold, and who has units is served',
  async (_, fault) => {
    const { customer, caller, checkoutUrl } = await known();
    const { caller: other } = await day.customer();
    day.faults.add(ofStripe(fault));
    const answers = await Promise.all([
      checkout(caller),
      buyer.send('POST', 'billing/portal'),
      caller.send('GET', checkoutUrl),
      day.caller('').send('POST', 'billing/checkout', { plan: 'free' }),
    ]);
    expect(answers.map(({ status, body }) => [status, body.title])).toEqual(
      Array(4).fill([500, 'Internal Server Error']),
    );
    expect([(await other.call()).status, (await other.send('GET', 'billing/usage')).status]).toEqual([200, 200]);
    expect((await caller.call()).status).toBe(402);
    day.faults.clear();
    expect(await sessionsOf(customer)).toHaveLength(1);
    expect((await caller.send('GET', checkoutUrl)).status).toBe(303);
  },
  PATIENCE,
);

test(
  'while Stripe is silent, checkout ends with the function’s time, and a payment is carried out once Stripe answers',
  async () => {
    const { customer, caller } = await day.customer();
    const { body } = await caller.send('POST', 'billing/checkout', { plan: 'pro' });
    day.faults.add(ofStripe({ kind: 'hanging' }));
    const [opened] = await Promise.all([checkout(caller), caller.pressPay(body.url)]);
    expect(opened.status).toBeGreaterThanOrEqual(500);
    expect((await day.api.balanceOf(customer))?.plan).toBe('free');
    day.faults.clear();
    await day.delivered();
    expect(await day.api.balanceOf(customer)).toMatchObject({ plan: 'pro', remaining: 1_000 });
    expect(await day.subscriptions(customer)).toEqual(['active']);
  },
  PATIENCE,
);

test(
  'a payment whose event cannot be carried out, as Stripe fails, is carried out when the event comes again',
  async () => {
    const { customer, caller } = await day.customer();
    const { body } = await caller.send('POST', 'billing/checkout', { plan: 'pro' });
    day.faults.add(ofStripe({ kind: 'error' }, { function: /Payments/, times: 9 }));
    await caller.pressPay(body.url);
    await day.delivered();
    expect(await day.api.balanceOf(customer)).toMatchObject({ plan: 'pro', remaining: 1_000 });
    expect((await day.ledger(customer)).filter(({ state }) => state === 'applied')).toHaveLength(1);
  },
  PATIENCE,
);

test(
  'a reconciler that Stripe does not answer stays where it was, and the next run carries on',
  async () => {
    const { customer, caller } = await day.customer();
    const { data } = await day.stripe.api.webhookEndpoints.list();
    const setDisabled = (disabled: boolean) =>
      Promise.all(data.map(({ id }) => day.stripe.api.webhookEndpoints.update(id, { disabled })));
    await setDisabled(true);
    const { body } = await checkout(caller);
    await caller.pressPay(body.url);
    await setDisabled(false);
    day.faults.add(ofStripe({ kind: 'error' }, { function: /Reconciler/ }));
    await expect(day.operator.reconcile()).rejects.toThrow();
    day.faults.clear();
    expect((await day.api.balanceOf(customer))?.credits).toBe(0);
    expect(await day.operator.reconcile()).toMatchObject({ failed: 0 });
    expect((await day.api.balanceOf(customer))?.credits).toBe(100);
  },
  PATIENCE,
);

describe('an agent that pays with the call', () => {
  async function agent() {
    const { customer, apiKey } = await day.api.addCustomer({ remaining: 0 });
    const caller = new Agent(day.api.url, day.stripe, apiKey);
    const challenge = await caller.refused();
    return { customer, caller, challenge, token: await caller.grant(challenge) };
  }

  const CHARGE = { operation: /^POST \/v1\/payment_intents/ };

  test(
    'while Stripe fails the agent is told 503, and the same credential pays once it is back',
    async () => {
      const { customer, caller, challenge, token } = await agent();
      day.faults.add(ofStripe({ kind: 'error' }));
      expect((await caller.pay(challenge, token)).status).toBe(503);
      expect(await paymentsOf(customer)).toEqual([]);
      day.faults.clear();
      expect((await caller.pay(challenge, token)).status).toBe(200);
      expect(await paymentsOf(customer)).toEqual(['succeeded']);
    },
    PATIENCE,
  );

  test(
    'a payment whose answer was lost is not charged again, by whoever asks',
    async () => {
      const { customer, caller, challenge, token } = await agent();
      day.faults.add(ofStripe({ kind: 'answer lost' }, { ...CHARGE, times: 3 }));
      expect((await caller.pay(challenge, token)).status).toBe(503);
      expect((await caller.pay(challenge, token)).status).toBe(200);
      await day.delivered();
      expect(await paymentsOf(customer)).toEqual(['succeeded']);
      expect((await day.api.balanceOf(customer))?.credits).toBe(100);
    },
    PATIENCE,
  );
});
