import Stripe from 'stripe';
import { WeatherStack } from '../../bin/demo/weather-stack';
import { type PaidApi, startPaidApi } from './paid-api';

/** Nothing but HTTP, as somebody who has read the README would go about it. */
let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi({}, (app) => new WeatherStack(app, 'Weather'));
});

afterAll(() => api.close());

async function send(
  method: string,
  url: string,
  { key, claim, body }: { key?: string; claim?: string; body?: BodyInit } = {},
) {
  const response = await fetch(new URL(url, api.url), {
    method,
    redirect: 'manual',
    headers: {
      Accept: 'application/json',
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(claim !== undefined && { 'X-Checkout-Claim': claim }),
    },
    body,
  });
  const text = await response.text();
  const json = text.startsWith('{') ? JSON.parse(text) : undefined;
  return { status: response.status, location: response.headers.get('location') ?? '', text, json };
}

/** Presses a button on the checkout page, and gives where it leads. */
async function press(action: 'pay' | 'decline' | 'abandon', checkoutPage: string): Promise<string> {
  const form = new URLSearchParams({ action, email: 'ada@example.com' });
  const { status, location } = await send('POST', checkoutPage, { body: form });
  expect(status).toBe(303);
  return location;
}

async function signUp(plan = 'free'): Promise<string> {
  const { status, json } = await send('POST', 'billing/checkout', { body: JSON.stringify({ plan }) });
  expect(status).toBe(201);
  const welcome = await send('GET', await press('pay', json.url), { claim: json.claim });
  expect(welcome.json.apiKey).toMatch(/^pw_test_/);
  return welcome.json.apiKey;
}

/** Calls until the 402. A store that is too slow for a moment is 503, and the call may be made again. */
async function spendAll(key: string) {
  for (let calls = 0; ; ) {
    const answer = await send('GET', 'forecast/berlin', { key });
    if (answer.status === 402) {
      return { calls, answer };
    }
    expect([200, 503]).toContain(answer.status);
    calls += answer.status === 200 ? 1 : 0;
  }
}

/** The event of a type that the stand-in delivered last, and its signature at a moment. */
async function lastEvent(type: string, before = 0) {
  const deliveries = api.server.stripe?.deliveries().filter((candidate) => candidate.type === type);
  const delivery = deliveries?.at(-1 - before);
  expect(delivery).toBeDefined();
  const { url = '' } = api.server.stripe ?? {};
  const response = await fetch(`${url}/v1/events/${delivery?.eventId}`, {
    headers: { Authorization: 'Bearer sk_test_local' },
  });
  const payload = await response.text();
  const sign = (seconds = 0, secret = 'whsec_local') =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(Date.now() / 1000) + seconds });
  const deliver = async (signature: string) => {
    const { status } = await fetch(new URL('billing/stripe/webhook', api.url), {
      method: 'POST',
      headers: { 'Stripe-Signature': signature },
      body: payload,
    });
    return status;
  };
  return { sign, deliver };
}

test('the plans are there for everybody', async () => {
  const { status, json } = await send('GET', 'billing/plans');
  expect(status).toBe(200);
  expect(json.plans.map(({ id }: { id: string }) => id)).toEqual(['free', 'pro']);
});

test('who spends the quota to its end meets the 402, pays by its link, and is served by the very next call', async () => {
  const key = await signUp();
  const { calls, answer } = await spendAll(key);
  expect([calls, answer.status, answer.json.reason]).toEqual([50, 402, 'quota_exhausted']);
  const link = await send('GET', answer.json.checkoutUrl);
  expect(link.status).toBe(303);
  await press('pay', link.location);
  const next = await send('GET', 'forecast/berlin', { key });
  expect([next.status, next.json.quota]).toEqual([200, { plan: 'pro', cost: 1, remaining: 9_999 }]);
});

test('a top-up is added to what is left, and survives the plan', async () => {
  const key = await signUp();
  const { json } = await send('POST', 'billing/checkout', { key, body: '{"topUp":"1k"}' });
  const welcome = await send('GET', await press('pay', json.url));
  expect(welcome.json.apiKey).toBeNull();
  const search = await send('POST', 'search', { key, body: '{"query":"o"}' });
  expect(search.json.quota).toEqual({ plan: 'free', cost: 5, remaining: 1_045 });
  const usage = await send('GET', 'billing/usage', { key });
  expect(usage.json).toMatchObject({ remaining: 1_045, included: 45, credits: 1_000 });
});

test('a declined card and an abandoned checkout restore nothing', async () => {
  const key = await signUp();
  const { answer } = await spendAll(key);
  const declined = await send('GET', answer.json.checkoutUrl);
  await press('decline', declined.location);
  await press('abandon', declined.location);
  await api.server.stripe?.idle();
  expect((await send('GET', 'forecast/berlin', { key })).status).toBe(402);
});

test('one webhook, replayed 20 times at once and out of order, is credited once', async () => {
  const key = await signUp();
  const { json } = await send('POST', 'billing/checkout', { key, body: '{"topUp":"1k"}' });
  await press('pay', json.url);
  await api.server.stripe?.idle();
  const before = (await send('GET', 'billing/usage', { key })).json;
  expect(before.credits).toBe(1_000);
  const { sign, deliver } = await lastEvent('checkout.session.completed');
  const older = await lastEvent('checkout.session.completed', 1);
  const replays = Array.from({ length: 20 }, () => deliver(sign()));
  const statuses = await Promise.all([...replays, older.deliver(older.sign())]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect((await send('GET', 'billing/usage', { key })).json).toEqual(before);
});

test.each([
  ['a wrong', 0, 'whsec_wrong'],
  ['an old', -3_600, 'whsec_local'],
  ['a future', 3_600, 'whsec_local'],
])('%s signature is refused, and nothing changes', async (_, seconds, secret) => {
  const key = await signUp();
  const { sign, deliver } = await lastEvent('checkout.session.completed');
  expect(await deliver(sign(seconds, secret))).toBe(400);
  expect((await send('GET', 'billing/usage', { key })).json.remaining).toBe(50);
});

test('the key is shown once, to whoever started the checkout, and the link of one customer pays for that customer alone', async () => {
  const { json } = await send('POST', 'billing/checkout', { body: '{"plan":"free"}' });
  const welcome = await press('pay', json.url);
  const { claim } = json;
  expect((await send('GET', welcome)).json.apiKey).toBeNull();
  const first = await send('GET', welcome, { claim });
  expect((await send('GET', welcome, { claim })).json.apiKey).toBeNull();
  const { answer } = await spendAll(first.json.apiKey);
  const stranger = await signUp();
  const customer = (await send('GET', 'billing/usage', { key: stranger })).json.customer;
  const forged = answer.json.checkoutUrl.replace(/checkout\/\w+/, `checkout/${customer}`);
  expect((await send('GET', forged)).status).toBe(404);
});

test('paying with the link twice buys once: the second is told that the plan is there', async () => {
  const key = await signUp();
  const { answer } = await spendAll(key);
  const link = await send('GET', answer.json.checkoutUrl);
  await Promise.all([press('pay', link.location), press('pay', link.location)]);
  expect((await send('GET', answer.json.checkoutUrl)).status).toBe(409);
  expect((await send('GET', 'billing/usage', { key })).json).toMatchObject({ plan: 'pro', remaining: 10_000 });
});

test('a failed renewal leaves grace; the link of the 402 after it leads to the invoice, and paying that restores', async () => {
  const stand = api.server.stripe?.url;
  const key = await signUp();
  const { answer } = await spendAll(key);
  const link = await send('GET', answer.json.checkoutUrl);
  await press('pay', link.location);
  await api.server.stripe?.idle();
  const { json: usage } = await send('GET', 'billing/usage', { key });
  // WHEN the card is declined at the renewal
  const subscription = await subscriptionOf(usage.customer);
  await fetch(`${stand}/local/subscriptions/${subscription}/renew?outcome=failed`, { method: 'POST' });
  await api.server.stripe?.idle();
  // THEN calls are served until the time of grace ends
  expect((await send('GET', 'billing/usage', { key })).json.standing).toBe('grace');
  expect((await send('GET', 'forecast/berlin', { key })).status).toBe(200);
  await api.endGrace(usage.customer);
  const refused = await send('GET', 'forecast/berlin', { key });
  expect([refused.status, refused.json.reason]).toEqual([402, 'payment_failed']);
  const owed = await send('GET', refused.json.checkoutUrl);
  expect(owed.location).toMatch(new RegExp(`^${stand}/i/in_`));
  await send('POST', owed.location);
  await api.server.stripe?.idle();
  expect((await send('GET', 'forecast/berlin', { key })).status).toBe(200);
  expect((await send('GET', 'billing/usage', { key })).json).toMatchObject({ plan: 'pro', standing: 'active' });
});

/** The subscription that the stand-in has of a customer. */
async function subscriptionOf(customer: string): Promise<string> {
  const url = `${api.server.stripe?.url}/v1/subscriptions?limit=100`;
  const response = await fetch(url, { headers: { Authorization: 'Bearer sk_test_local' } });
  const { data } = (await response.json()) as Stripe.ApiList<Stripe.Subscription>;
  return data.find(({ metadata }) => metadata.customer === customer)?.id ?? '';
}
