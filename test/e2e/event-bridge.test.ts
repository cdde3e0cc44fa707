import { walk } from '../../local/walk';
import { eventBridgeApp } from './event-bridge-app';
import { type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi({}, eventBridgeApp);
});

afterAll(() => api.close());

test('the way of a customer goes by EventBridge: sign-up, 402, payment, and the very next call', async () => {
  // GIVEN
  const [paywall] = api.server.paywalls;
  const { stripe } = api.server;
  if (paywall === undefined || stripe === undefined) {
    throw new Error('the app must have a paywall, and a stand-in for Stripe');
  }
  const { catalogue } = paywall;
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  // WHEN
  const call = { method: 'GET', path: '/items' };
  const key = await walk({ call, apiUrl: api.url, billingPath: '/billing', catalogue, stripe, print });
  // THEN
  expect(key).toMatch(/^pw_test_/);
  expect(lines).toContainEqual(expect.stringMatching(/\(EventBridge\) +taken .*checkout\.session\.completed/));
  expect(lines).toContainEqual(expect.stringMatching(/ 200 .* the very next call$/));
  expect(lines).toContainEqual(expect.stringContaining('999 units remaining on plan pro'));
  expect(new Set(stripe.deliveries().map(({ endpoint, state }) => `${endpoint} ${state}`))).toEqual(
    new Set(['ed_test_61Weather delivered']),
  );
});

test('there is no webhook, neither at the API nor at Stripe', async () => {
  const route = await fetch(new URL('billing/stripe/webhook', api.url), { method: 'POST', body: '{}' });
  expect([route.status, await route.text()]).toEqual([403, '{"message":"Missing Authentication Token"}']);
  const headers = { Authorization: 'Bearer sk_test_local' };
  const endpoints = await fetch(`${api.server.stripe?.url}/v1/webhook_endpoints`, { headers });
  expect(await endpoints.json()).toMatchObject({ data: [] });
  const products = await fetch(`${api.server.stripe?.url}/v1/products`, { headers });
  expect(await products.json()).toMatchObject({
    data: expect.arrayContaining([expect.objectContaining({ name: 'Pro', active: true })]),
  });
});

test('of what the app has, the topic alone is not served', () => {
  expect(api.server.app.unserved).toEqual([
    { path: 'Paid/Operators', type: 'AWS::SNS::Topic', reason: 'SNS has no local stand-in' },
  ]);
});
