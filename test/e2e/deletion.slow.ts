import type { DeleteAnswer } from '../../lib/private/operations-deletion';
import { runTool } from './built-tool';
import { Customer } from './customer';
import { type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

let api: PaidApi;
let stripe: StripeSide;

beforeAll(async () => {
  api = await startPaidApi();
  stripe = new StripeSide(api.server.stripe?.url ?? '');
});

afterAll(() => api.close());

/** Runs the built tool against the local gateway. */
const cli = (...args: string[]) => runTool(...args, '--local', new URL(api.url).origin);

test('a subscriber is deleted once he pays no more, and nothing that comes late makes him a customer again', async () => {
  // GIVEN a subscriber, with a checkout that he has not finished
  const caller = await Customer.signUp(api.url, stripe, 'pro');
  const { customer } = await caller.usage();
  const atStripe = await caller.atStripe();
  const { body: opened } = await caller.send('POST', 'billing/checkout', { topUp: '100' });
  // WHEN he is to be deleted
  const refused = await cli('customers', 'delete', customer, '--by', 'ada');
  // THEN he is not, as he would go on paying
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/would go on paying for the subscription sub_\w+: cancel/),
  ]);
  expect((await caller.call()).status).toBe(200);

  // WHEN the subscription is cancelled, and he is deleted
  await stripe.api.subscriptions.cancel((await caller.subscription()).id);
  await stripe.delivered();
  const deleted = await cli('customers', 'delete', customer, '--by', 'ada', '--json');
  expect([deleted.code, deleted.stderr]).toEqual([0, '']);
  const answer = JSON.parse(deleted.stdout) as DeleteAnswer;
  expect(answer).toMatchObject({ customer, outcome: 'deleted', stripeCustomer: atStripe, subscription: null });
  // THEN no call of his is served, and he is not there
  expect((await caller.call()).status).toBe(401);
  expect((await caller.send('GET', 'billing/usage')).status).toBe(401);
  expect((await cli('customers', 'show', customer)).stderr).toMatch(/there is no customer/);

  // WHEN what he had begun is paid all the same, and he is deleted at Stripe
  await caller.pressPay(opened.url);
  await stripe.delivered();
  await stripe.api.customers.del(atStripe);
  await stripe.delivered();
  // THEN he is no customer
  expect(await api.balanceOf(customer)).toBeUndefined();
  expect((await caller.call()).status).toBe(401);
  expect(JSON.parse((await cli('customers', 'delete', customer, '--json')).stdout)).toMatchObject({
    outcome: 'unchanged',
  });
  expect(JSON.parse((await cli('reconcile', '--json')).stdout)).toMatchObject({ failed: 0 });
  expect(await api.balanceOf(customer)).toBeUndefined();
}, 120_000);
