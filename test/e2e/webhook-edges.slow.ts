import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import type Stripe from 'stripe';
import { newCustomerId } from '../../lambda/domain/api-key';
import { Environment } from '../../lib/private/environment';
import { event } from '../lambda/payments/events';
import { checkoutSession } from '../lambda/payments/objects';
import { type PaidApi, startPaidApi } from './paid-api';

/** What the local gateway puts into the secret before there is an endpoint, and leaves there beside that one's. */
const SECRET = 'whsec_local';

let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi();
}, 60_000);

afterAll(() => api.close());

function bought(customer: string, members: Partial<Stripe.Checkout.Session> = {}): string {
  const ids = api.server.app.functions.map(({ environment }) => environment[Environment.PAYWALL_ID]);
  const paywall = ids.find((id) => id !== undefined) ?? '';
  const session = checkoutSession(`cs_test_${customer}`, { paywall, customer, topUp: '100', units: '100' }, members);
  return JSON.stringify(event('checkout.session.completed', session, { id: `evt_${customer}` }));
}

function sign(body: Buffer | string): string {
  const now = Math.floor(Date.now() / 1000);
  return `t=${now},v1=${createHmac('sha256', SECRET).update(`${now}.`).update(body).digest('hex')}`;
}

/** Headers as they are, doubled or not: `fetch` would join them. */
function deliver(body: Buffer | string, headers: readonly string[]): Promise<{ status: number; text: string }> {
  const url = new URL('billing/stripe/webhook', api.url);
  const bytes = Buffer.from(body);
  const raw = [
    'Host',
    url.host,
    'Content-Type',
    'application/json',
    'Content-Length',
    String(bytes.length),
    ...headers,
  ];
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: raw }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

const signed = (body: Buffer | string) => deliver(body, ['Stripe-Signature', sign(body)]);
const credits = async (customer: string) => (await api.balanceOf(customer))?.credits;

test('an event of half a megabyte, with characters of every length, is carried out', async () => {
  const customer = newCustomerId();
  const body = bought(customer, { success_url: `https://example.com/?${'aü€💶'.repeat(50_000)}` });
  expect(Buffer.byteLength(body)).toBeGreaterThan(500_000);
  expect(await signed(body)).toMatchObject({ status: 200, text: '{"received":true,"outcome":"processed"}' });
  expect(await signed(body)).toMatchObject({ status: 200, text: '{"received":true,"outcome":"duplicate"}' });
  expect(await credits(customer)).toBe(100);
});

test('an event of four megabytes gets through API Gateway, and through both functions', async () => {
  const customer = newCustomerId();
  expect((await signed(bought(customer, { success_url: 'x'.repeat(4 * 1024 * 1024) }))).status).toBe(200);
  expect(await credits(customer)).toBe(100);
});

test('a signature in any case, and one of two, is enough', async () => {
  for (const name of ['stripe-signature', 'STRIPE-SIGNATURE']) {
    const customer = newCustomerId();
    const body = bought(customer);
    const wrong = sign('something else');
    expect((await deliver(body, [name, sign(body), name, wrong])).status).toBe(200);
    expect((await deliver(body, [name, wrong, name, sign(body)])).status).toBe(200);
    expect((await deliver(body, [name, wrong])).status).toBe(400);
    expect(await credits(customer)).toBe(100);
  }
});

test('what is no UTF-8 is refused, and is nothing', async () => {
  const customer = newCustomerId();
  const body = Buffer.from(bought(customer, { success_url: 'https://example.com/?~' }));
  body[body.indexOf('~')] = 0xff;
  expect(await signed(body)).toMatchObject({ status: 400 });
  expect(await credits(customer)).toBeUndefined();
  expect((await signed(bought(customer))).status).toBe(200);
  expect(await credits(customer)).toBe(100);
});

test.each([
  ['nothing', Buffer.alloc(0), 400],
  ['noise of five megabytes', Buffer.alloc(5 * 1024 * 1024, 'noise'), 400],
  // More than a function may be given, and then more than API Gateway takes: Stripe sends it again, and the reconciler lists it.
  ['noise of nearly ten', Buffer.alloc(10 * 1024 * 1024 - 1_000, 'noise'), 502],
  ['noise of more than that', Buffer.alloc(10 * 1024 * 1024 + 1, 'noise'), 413],
])('%s is refused', async (_, body, status) => {
  expect((await signed(body)).status).toBe(status);
  expect((await deliver(body, ['Stripe-Signature', 't=1,v1=00'])).status).toBe(status);
  expect((await deliver(body, [])).status).toBe(status);
});
