import type { App } from 'aws-cdk-lib';
import { Identity } from '../../lib';
import { signingKey, startIssuer, type TestIssuer } from '../support/issuer';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

let issuer: TestIssuer;
let api: PaidApi;
const logged: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer();
  // It takes calls, and answers none of them.
  issuer.fault = () => undefined;
  const identities = [Identity.jwt({ issuer: issuer.issuer, audience: ['paid-api'] }), Identity.apiKeys()];
  api = await startPaidApi({ log: (line) => logged.push(line) }, (app: App) => everyAnswer(app, { identities }));
});

afterAll(async () => {
  await api.close();
  await issuer.close();
});

async function call(path: string, token: string) {
  const response = await fetch(new URL(path, api.url), { headers: { Authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
}

test('an issuer that does not answer is 503 in good time, and nothing to those who have a key or no chance', async () => {
  const begun = performance.now();
  expect(await call('items/1', issuer.token())).toEqual({ status: 503, retryAfter: '2' });
  expect(await call('billing/usage', issuer.token())).toEqual({ status: 503, retryAfter: '2' });
  // Each function asks in vain for a second and a half, and is asked once; the rest is what a busy machine takes.
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect((await call('items/1', issuer.token({ aud: 'another' }))).status).toBe(401);
  expect((await call('items/1', (await api.addCustomer()).apiKey)).status).toBe(200);
  expect(logged.join()).toContain('could not be had');
  expect(logged.join()).not.toContain(issuer.token().split('.')[1]?.slice(0, 40));
});

test('once it has answered, its keys count though it is away, whatever strangers make up', async () => {
  issuer.fault = undefined;
  const served = async () => (await call('items/1', issuer.token())).status;
  const deadline = Date.now() + 20_000;
  while ((await served()) !== 200 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  issuer.fault = (response) => response.destroy();
  const before = issuer.requests;
  for (let calls = 0; calls < 30; calls++) {
    const { status } = await call('items/1', issuer.token({}, signingKey(`made-up-${calls}`)));
    expect([401, 503]).toContain(status);
    expect(await served()).toBe(200);
  }
  expect(issuer.requests - before).toBeLessThanOrEqual(8);
});
