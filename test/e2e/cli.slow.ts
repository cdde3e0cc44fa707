import Stripe from 'stripe';
import { WeatherStack } from '../../bin/demo/weather-stack';
import type { LedgerAnswer, ReplayAnswer } from '../../lib/private/operations';
import { runTool } from './built-tool';
import { type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;
let stripe: Stripe;

beforeAll(async () => {
  api = await startPaidApi({}, (app) => new WeatherStack(app, 'Weather'));
  const { hostname, port } = new URL(api.server.stripe?.url ?? '');
  stripe = new Stripe('sk_test_local', { host: hostname, port, protocol: 'http', telemetry: false });
});

afterAll(() => api.close());

/** Runs the built tool against the local gateway. */
const cli = (...args: string[]) => runTool(...args, '--local', new URL(api.url).origin);

/** What a command that does all that it is asked for answers to machines. */
async function answer<Answer>(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** Signs up and pays, as the customer. */
async function buy(plan: string): Promise<{ customer: string; apiKey: string }> {
  const body = JSON.stringify({ plan });
  const opened = await (await fetch(new URL('billing/checkout', api.url), { method: 'POST', body })).json();
  const form = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  const paid = await fetch(opened.url, { method: 'POST', redirect: 'manual', body: form });
  const headers = { Accept: 'application/json', 'X-Checkout-Claim': opened.claim };
  const { apiKey } = await (await fetch(paid.headers.get('location') ?? '', { headers })).json();
  await api.server.stripe?.idle();
  const { customer } = await (
    await fetch(new URL('billing/usage', api.url), { headers: { 'x-api-key': apiKey } })
  ).json();
  return { customer, apiKey };
}

test('an operator sees what a customer has, grants units, and sees that they are there', async () => {
  const { customer, apiKey } = await buy('pro');

  const before = await answer<LedgerAnswer>('ledger', customer);
  expect(before).toMatchObject({ plan: 'pro', limit: 10_000, included: 10_000, credits: 0 });
  expect(before.entries).toMatchObject([{ kind: 'plan', plan: 'pro', units: 10_000, state: 'applied' }]);

  const grant = ['grant', customer, '500', '--reason', 'outage of 20 November', '--by', 'bob', '--id', 'outage-1'];
  const granted = await cli(...grant);
  expect(granted).toMatchObject({ code: 0, stderr: '' });
  expect(granted.stdout).toMatch(new RegExp(`^500 units granted to ${customer}: grant#outage-1\n`));
  const again = await cli(...grant);
  expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^grant#outage-1 had been granted before/)]);

  const { stdout } = await cli('ledger', customer);
  expect(stdout).toMatch(/\ncredits +500\n/);
  expect(stdout).toMatch(/\+10,000 {2}plan +pro +subscription#sub_\S+#change#1\n/);
  expect(stdout).toMatch(/\+500 {2}grant +outage of 20 November \(bob\) +grant#outage-1\n/);
  const call = await fetch(new URL('forecast/berlin', api.url), { headers: { 'x-api-key': apiKey } });
  expect((await call.json()).quota.remaining).toBe(10_499);

  const { data } = await stripe.customers.list({ limit: 100 });
  const byStripe = await Promise.all(data.map(({ id }) => cli('ledger', id, '--json')));
  expect(byStripe.map((one) => one.code === 0 && JSON.parse(one.stdout).customer)).toContain(customer);
});

test('what cannot be done is one line and a non-zero exit', async () => {
  expect(await cli('grant', 'nobody', '5', '--reason', 'x', '--id', 'y')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'cdk-paywall: there is no customer "nobody" (to try again without granting twice, add --id y)\n',
  });
  expect(await cli('ledger', 'nobody', '--paywall', 'Other')).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^cdk-paywall: the app at http\S+ has no paywall Other; .*: Weather\/Paywall\n$/),
  });
});

test('an event that no webhook brings and that fails is kept, and carried out once what was wrong is mended', async () => {
  // GIVEN a customer, and an endpoint that Stripe sends nothing to any more
  const { customer } = await buy('pro');
  const { data: endpoints } = await stripe.webhookEndpoints.list();
  expect(endpoints).not.toEqual([]);
  await Promise.all(endpoints.map(({ id }) => stripe.webhookEndpoints.update(id, { disabled: true })));
  await answer('reconcile');

  // WHEN somebody puts his subscription on a plan that is not sold
  const { data } = await stripe.subscriptions.list({ limit: 100 });
  const { id = '', items } = data.find(({ metadata }) => metadata.customer === customer) ?? {};
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 9_900,
    recurring: { interval: 'month' },
    product_data: { name: 'gold' },
  });
  await stripe.subscriptions.update(id, {
    items: [{ id: items?.data[0]?.id, price: price.id }],
    metadata: { plan: 'gold' },
    proration_behavior: 'none',
  });

  // THEN the reconciler finds it, and after an hour it is the operator's
  const reconciled = await cli('reconcile');
  expect(reconciled.stdout).toMatch(/^listed +\d+\nmissed +0\nfailed +1\n$/);
  expect(reconciled.stderr).toBe(
    'cdk-paywall: 1 event failed: the next runs try again, and what fails for an hour waits for webhook replay\n',
  );
  expect(reconciled.code).toBe(1);
  await fetch(`${api.server.stripe?.url}/local/clock?advance=3600`, { method: 'POST' });
  expect((await cli('reconcile')).code).toBe(1);
  const failed = await cli('webhook', 'replay');
  expect(failed.stdout).toMatch(/evt_\w+ +customer\.subscription\.updated +failed +the catalogue has no plan gold/);
  expect([failed.code, failed.stderr]).toEqual([1, 'cdk-paywall: 1 event of 1 failed\n']);

  // AND carries it out where it can be
  await stripe.subscriptions.update(id, { metadata: { plan: 'pro' } });
  const replayed = await answer<ReplayAnswer>('webhook', 'replay');
  expect(replayed).toEqual({
    events: [{ id: expect.any(String), type: 'customer.subscription.updated', outcome: 'processed', reason: null }],
    more: false,
  });
  expect((await cli('webhook', 'replay')).stdout).toBe('the dead-letter queue is empty\n');

  // AND a named one is fetched from Stripe, and known to be done
  const named = await cli('webhook', 'replay', replayed.events[0]?.id ?? '');
  expect([named.code, named.stdout]).toEqual([0, expect.stringMatching(/already processed\n$/)]);
  expect(await cli('webhook', 'replay', 'evt_none')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/evt_none +failed +Stripe has no such event: it keeps them for 30 days\n$/),
  });
});
