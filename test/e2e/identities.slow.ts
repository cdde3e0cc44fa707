import type { App } from 'aws-cdk-lib';
import { customerIdOf } from '../../lambda/domain/customer-id';
import { Identity, Metering } from '../../lib';
import { signingKey, startIssuer, type TestIssuer } from '../support/issuer';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

/** An API whose callers come with keys, and with tokens of two issuers: one tells the plan, one does not. */
let issuer: TestIssuer;
let planner: TestIssuer;
let api: PaidApi;

beforeAll(async () => {
  [issuer, planner] = await Promise.all([startIssuer(), startIssuer()]);
  api = await startPaidApi({}, (app: App) =>
    everyAnswer(app, {
      // What is left is told to the unit.
      metering: Metering.exact(),
      identities: [
        Identity.apiKeys(),
        Identity.jwt({ issuer: issuer.issuer, audience: ['paid-api'] }),
        Identity.jwt({ issuer: planner.issuer, audience: ['paid-api'], customerClaim: 'tenant', planClaim: 'plan' }),
      ],
    }),
  );
});

afterAll(async () => {
  await api.close();
  await Promise.all([issuer.close(), planner.close()]);
});

async function call(path: string, headers: Record<string, string>, init: RequestInit = {}) {
  const response = await fetch(new URL(path, api.url), { redirect: 'manual', ...init, headers });
  const text = await response.text();
  const body = text.startsWith('{') ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, body };
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

let last = 0;
const newSubject = () => `subject-${++last}`;

test('the first call of a token is served, and makes its customer', async () => {
  const sub = newSubject();
  const { status, body } = await call('items/1', bearer(issuer.token({ sub })));
  const customer = customerIdOf(issuer.issuer, sub);
  expect([status, body.authorizer]).toEqual([
    200,
    expect.objectContaining({ customer, plan: 'free', remaining: '49' }),
  ]);
  expect(await api.balanceOf(customer)).toMatchObject({ plan: 'free', remaining: 49 });
});

test('all tokens of a subject share one quota, and no other’s', async () => {
  const sub = newSubject();
  const tokens = [1, 2, 3].map((jti) => issuer.token({ sub, jti: `token-${jti}` }));
  const answers = await Promise.all(tokens.map((token) => call('items/1', bearer(token), { method: 'POST' })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await call('billing/usage', bearer(issuer.token({ sub })))).body).toMatchObject({
    plan: 'free',
    remaining: 35,
  });
  expect((await call('billing/usage', bearer(issuer.token({ sub: newSubject() })))).body).toMatchObject({
    remaining: 50,
  });
});

test('keys and tokens are taken on one API, and a key goes before a token', async () => {
  const { customer, apiKey } = await api.addCustomer();
  expect((await call('items/1', { 'x-api-key': apiKey })).body.authorizer.customer).toBe(customer);
  expect((await call('items/1', bearer(apiKey))).body.authorizer.customer).toBe(customer);
  const both = { 'x-api-key': apiKey, ...bearer(issuer.token({ sub: newSubject() })) };
  expect((await call('items/1', both)).body.authorizer.customer).toBe(customer);
});

test('a customer of tokens meets the 402, pays by its link, and is served on the new plan by the very same token', async () => {
  const sub = newSubject();
  const headers = bearer(issuer.token({ sub }));
  for (let calls = 0; calls < 10; calls++) {
    expect((await call('items/1', headers, { method: 'POST' })).status).toBe(200);
  }
  const refused = await call('items/1', headers);
  expect([refused.status, refused.body.reason]).toEqual([402, 'quota_exhausted']);
  expect(refused.headers.get('www-authenticate')).toBeNull();
  const link = await call(refused.body.checkoutUrl, {});
  expect(link.status).toBe(303);
  const form = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  const paid = await call(link.headers.get('location') ?? '', {}, { method: 'POST', body: form });
  expect(paid.status).toBe(303);
  const next = await call('items/1', headers);
  expect([next.status, next.body.authorizer]).toEqual([
    200,
    expect.objectContaining({ plan: 'pro', remaining: '999' }),
  ]);
});

test('a customer of tokens buys, and opens the portal, by his token', async () => {
  const headers = bearer(issuer.token({ sub: newSubject() }));
  const opened = await call('billing/checkout', headers, { method: 'POST', body: '{"topUp":"100"}' });
  expect(opened.status).toBe(201);
  const form = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  await call(opened.body.url, {}, { method: 'POST', body: form });
  await api.server.stripe?.idle();
  expect((await call('billing/usage', headers)).body).toMatchObject({ remaining: 150, credits: 100 });
  expect((await call('billing/portal', headers, { method: 'POST' })).status).toBe(201);
});

test('a suspended customer is refused with 403, whatever token he has', async () => {
  const { customer, ...headers } = await suspended();
  expect((await call('items/1', headers)).status).toBe(403);
  expect((await api.balanceOf(customer))?.remaining).toBe(50);
});

async function suspended(): Promise<Record<string, string> & { customer: string }> {
  const sub = newSubject();
  const customer = customerIdOf(issuer.issuer, sub);
  await api.addCustomer({ standing: 'suspended' }, customer);
  return { customer, ...bearer(issuer.token({ sub })) };
}

describe('401, with how to do better', () => {
  const challenges = () =>
    ['Bearer realm="api"', ...[issuer, planner].map((known) => `Bearer realm="api", issuer="${known.issuer}"`)].join(
      ', ',
    );

  test.each<[string, () => Record<string, string>]>([
    ['a token that has ended', () => bearer(issuer.token({ exp: 1_700_000_000 }))],
    ['a token for somebody else', () => bearer(issuer.token({ aud: 'another' }))],
    ['a token of a stranger', () => bearer(issuer.token({ iss: 'https://evil.example' }))],
    ['a token with somebody else’s signature', () => bearer(issuer.token({}, signingKey('key-1')))],
    ['a token of an unknown key', () => bearer(issuer.token({}, signingKey('key-9')))],
    ['a token without the customer’s claim', () => bearer(planner.token({ plan: 'pro' }))],
    ['a token in x-api-key', () => ({ 'x-api-key': issuer.token() })],
    ['a token without Bearer', () => ({ Authorization: issuer.token() })],
  ])('for %s', async (_, headers) => {
    const answer = await call('items/1', headers());
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenges()]);
    for (const accepted of ['x-api-key', issuer.issuer, planner.issuer]) {
      expect(answer.body.detail).toContain(accepted);
    }
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const billing = await call('billing/usage', headers());
    expect([billing.status, billing.body.detail]).toEqual([401, answer.body.detail]);
    // As API Gateway has it of a function's answer.
    expect(billing.headers.get('x-amzn-remapped-www-authenticate')).toBe(challenges());
  });

  test('for a token in the query string', async () => {
    const { status } = await call(`items/1?access_token=${issuer.token()}&authorization=${issuer.token()}`, {});
    expect(status).toBe(401);
  });
});

describe('a plan that tokens tell', () => {
  const now = () => Math.floor(Date.now() / 1000);

  test('is the newcomer’s, and follows the youngest token without a unit to gain', async () => {
    const tenant = newSubject();
    const headers = (plan: string | undefined, age: number) =>
      bearer(planner.token({ tenant, plan, iat: now() - age }));
    const first = await call('items/1', headers('pro', 30), { method: 'POST' });
    expect(first.body.authorizer).toMatchObject({ plan: 'pro', remaining: '995' });
    const down = await call('items/1', headers(undefined, 20), { method: 'POST' });
    expect(down.body.authorizer).toMatchObject({ plan: 'free', remaining: '40' });
    const older = await call('items/1', headers('pro', 30));
    expect(older.body.authorizer).toMatchObject({ plan: 'free', remaining: '39' });
    const up = await call('items/1', headers('pro', 10));
    expect(up.body.authorizer).toMatchObject({ plan: 'pro', remaining: '988' });
    expect((await call('billing/usage', headers('free', 5))).body).toMatchObject({ plan: 'free', remaining: 38 });
  });

  test('that there is none of is the default plan', async () => {
    const { status, body } = await call('items/1', bearer(planner.token({ tenant: newSubject(), plan: 'gold' })));
    expect([status, body.authorizer.plan]).toEqual([200, 'free']);
  });
});
