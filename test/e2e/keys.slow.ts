import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { Duration } from 'aws-cdk-lib';
import { Metering, SignUp } from '../../lib';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

/** A customer's keys over HTTP; and that no key is ever anywhere but in the answer that shows it. */
let api: PaidApi;

/** The revocation bound of this app, in milliseconds. */
const MAX_LIFE = 1_000;

const EMAIL = 'ada@example.com';
const KEY = /pw_(?:live|test)_[0-9A-Za-z]{53}/g;

/** Everything that was answered, and everything that was logged. */
const answers: string[] = [];
const logged: string[] = [];
/** What programs and browsers were given to show that they have started a checkout. */
const claims: string[] = [];

beforeAll(async () => {
  const metering = Metering.leased({ maxLife: Duration.millis(MAX_LIFE) });
  const define: Parameters<typeof startPaidApi>[1] = (app) =>
    everyAnswer(app, { signUp: SignUp.open({ perHour: 3 }), metering });
  api = await startPaidApi({ log: (line) => logged.push(line) }, define);
});

afterAll(() => api.close());

async function send(method: string, path: string, key?: string, init: RequestInit = {}) {
  const headers = { ...(key !== undefined && { 'x-api-key': key }), ...init.headers };
  const response = await fetch(new URL(path, api.url), { method, redirect: 'manual', ...init, headers });
  const text = await response.text();
  answers.push(`${[...response.headers].join('\n')}\n${text}`);
  const json = text.startsWith('{') ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, text, json };
}

/** A customer whose key was shown once already. */
async function addCustomer(overrides?: Parameters<PaidApi['addCustomer']>[0]) {
  const added = await api.addCustomer(overrides);
  answers.push(added.apiKey);
  return added;
}

const call = async (key: string) => (await send('GET', 'items/1', key)).status;

const post = (path: string, key: string, body?: object) =>
  send('POST', path, key, { body: body && JSON.stringify(body) });

/** Starts a checkout as a browser would, pays, and gives where Stripe leads to. */
async function checkOut() {
  const started = await send('POST', 'billing/checkout', undefined, { body: '{"plan":"pro"}' });
  const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? '';
  claims.push(started.json.claim);
  const body = new URLSearchParams({ action: 'pay', email: EMAIL });
  const paid = await fetch(started.json.url, { method: 'POST', redirect: 'manual', body });
  return { ...started.json, cookie, welcome: paid.headers.get('location') ?? '' };
}

test('a customer makes keys, sees them, and takes one away', async () => {
  const { apiKey } = await addCustomer();
  const made = await post('billing/keys', apiKey, { name: 'ci', expiresIn: 3_600 });
  expect([made.status, await call(made.json.apiKey)]).toEqual([201, 200]);
  const listed = await send('GET', 'billing/keys', made.json.apiKey);
  expect(listed.json.keys).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'first key', active: true, calling: false }),
      expect.objectContaining({ id: made.json.id, name: 'ci', active: true, calling: true }),
    ]),
  );
  const removed = await send('DELETE', `billing/keys/${made.json.id}`, apiKey);
  expect([removed.status, removed.text]).toEqual([204, '']);
  expect([await call(made.json.apiKey), await call(apiKey)]).toEqual([401, 200]);
});

test('a key that is called all the time is refused within the bound after it was taken away', async () => {
  const { apiKey } = await addCustomer({ plan: 'pro', remaining: 100_000 });
  const { json: lost } = await post('billing/keys', apiKey, { name: 'lost' });
  for (let round = 0; round < 12; round++) {
    const statuses = await Promise.all(Array.from({ length: 10 }, () => call(lost.apiKey)));
    expect(new Set(statuses)).toEqual(new Set([200]));
  }
  const removed = await send('DELETE', `billing/keys/${lost.id}`, apiKey);
  const since = performance.now();
  expect(removed.status).toBe(204);
  // Calls go on meanwhile, and keep no door open.
  while (performance.now() - since < MAX_LIFE) {
    await call(lost.apiKey);
    await sleep(50);
  }
  const statuses = await Promise.all(Array.from({ length: 10 }, () => call(lost.apiKey)));
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(await call(apiKey)).toBe(200);
});

test('a rotated key is served for the overlap, and no longer', async () => {
  const { apiKey } = await addCustomer();
  const [{ json: first }] = (await send('GET', 'billing/keys', apiKey)).json.keys.map((json: { id: string }) => ({
    json,
  }));
  const { json: second, status } = await post(`billing/keys/${first.id}/rotate`, apiKey);
  expect([status, await call(apiKey), await call(second.apiKey)]).toEqual([201, 200, 200]);
  const { json: third } = await post(`billing/keys/${second.id}/rotate`, apiKey, { overlap: 1 });
  await sleep(1_000 + MAX_LIFE);
  expect([await call(second.apiKey), await call(third.apiKey)]).toEqual([401, 200]);
});

test('a customer is not locked out, and is told what to do instead', async () => {
  const { apiKey } = await addCustomer();
  const { json } = await send('GET', 'billing/keys', apiKey);
  const last = await send('DELETE', `billing/keys/${json.keys[0].id}`, apiKey);
  expect([last.status, last.headers.get('content-type')]).toEqual([409, 'application/problem+json']);
  expect(last.json.detail).toContain('POST keys');
  expect(await call(apiKey)).toBe(200);
});

test('so many sign up an hour from one address, whatever they say of it', async () => {
  const signUp = (index: number) =>
    send('POST', 'billing/sign-up', undefined, { headers: { 'X-Forwarded-For': `203.0.113.${index}` } });
  const tries = await Promise.all(Array.from({ length: 10 }, (_, index) => signUp(index)));
  const made = tries.filter(({ status }) => status === 201);
  const refused = tries.filter(({ status }) => status === 429);
  // A new hour may begin meanwhile.
  expect([3, 4, 5, 6]).toContain(made.length);
  expect(made.length + refused.length).toBe(10);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await call(made[0]?.json.apiKey)).toBe(200);
});

describe('the key of who has paid', () => {
  test('is shown to the browser that started the checkout, once; no preview uses it up', async () => {
    const { welcome, cookie } = await checkOut();
    const Accept = 'text/html';
    const preview = await send('GET', welcome, undefined, {
      headers: { Accept, 'User-Agent': 'Slackbot-LinkExpanding' },
    });
    const inAdvance = await send('GET', welcome, undefined, { headers: { Accept, cookie, 'Sec-Purpose': 'prefetch' } });
    expect([preview.status, inAdvance.status]).toEqual([200, 503]);
    expect(preview.text).toContain('in the browser in which the checkout was started');
    const shown = await send('GET', welcome, undefined, { headers: { Accept, cookie } });
    const [key = ''] = shown.text.match(KEY) ?? [];
    expect(await call(key)).toBe(200);
    expect((await send('GET', welcome, undefined, { headers: { Accept, cookie } })).text).not.toMatch(KEY);
  });

  test('is shown to the program that started it, and to no stranger', async () => {
    const { welcomeUrl, claim } = await checkOut();
    const stranger = await send('GET', welcomeUrl, undefined, { headers: { 'X-Checkout-Claim': 'a'.repeat(32) } });
    expect([stranger.status, stranger.json.apiKey]).toEqual([200, null]);
    const inQuery = await send('GET', `${welcomeUrl}&claim=${claim}`);
    expect(inQuery.json.apiKey).toBeNull();
    const { json } = await send('GET', welcomeUrl, undefined, { headers: { 'X-Checkout-Claim': claim } });
    expect(await call(json.apiKey)).toBe(200);
    expect((await send('GET', 'billing/usage', json.apiKey)).json.plan).toBe('pro');
  });
});

test('who is suspended sees usage and keys, and is sold nothing', async () => {
  const { apiKey } = await addCustomer({ standing: 'suspended' });
  expect(await call(apiKey)).toBe(403);
  expect((await send('GET', 'billing/usage', apiKey)).json.standing).toBe('suspended');
  expect((await send('GET', 'billing/keys', apiKey)).status).toBe(200);
  const bought = await post('billing/checkout', apiKey, { plan: 'pro' });
  expect([bought.status, bought.json.detail]).toEqual([403, expect.stringContaining('contact')]);
});

// Last: the store is taken away in it.
test('no key, no claim, no address and no secret is anywhere but in the one answer that shows it', async () => {
  // GIVEN callers who put their key where it does not belong
  const { apiKey } = await addCustomer();
  await send('DELETE', `billing/keys/${apiKey}`, apiKey);
  await send('GET', `billing/keys?x-api-key=${apiKey}`);
  await send('GET', `items/1?api_key=${apiKey}`);
  expect((await post('billing/keys', apiKey, { name: apiKey })).status).toBe(400);
  expect((await post('billing/keys', apiKey, { name: 'x', [apiKey]: apiKey })).status).toBe(400);
  expect((await post(`billing/keys/abc/rotate`, apiKey, { overlap: apiKey })).status).toBe(400);
  await api.server.stripe?.idle();
  const items = await scan();
  // and a store that cannot answer
  await api.breakStore();
  expect((await send('GET', 'billing/keys', apiKey)).status).toBe(500);
  expect((await post('billing/keys', apiKey, { name: 'ci' })).status).toBe(500);
  expect(await call(apiKey)).toBe(503);
  // THEN
  const shown = answers.flatMap((answer) => [...new Set(answer.match(KEY))]);
  expect(shown.length).toBeGreaterThanOrEqual(15);
  expect(new Set(shown).size).toBe(shown.length);
  for (const claim of claims) {
    expect(answers.filter((answer) => answer.includes(claim))).toHaveLength(1);
  }
  expect(answers.filter((answer) => /sk_test_local|whsec_local|ada@example\.com/.test(answer))).toEqual([]);
  expect(items.length).toBeGreaterThan(20);
  expect(logged.join('\n')).toContain('a billing request failed');
  expect(claims).toHaveLength(2);
  for (const secret of [KEY, EMAIL, 'sk_test_local', 'whsec_local', ...claims]) {
    const pattern = new RegExp(secret);
    expect(logged.filter((line) => pattern.test(line))).toEqual([]);
    expect(items.filter((item) => pattern.test(item))).toEqual([]);
  }
});

/** Every item of the store, as text. */
async function scan(): Promise<string[]> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: api.server.storeUrl, region: 'us-east-1', credentials });
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({ TableName: api.server.app.tables[0]?.name }),
  );
  client.destroy();
  expect(LastEvaluatedKey).toBeUndefined();
  return Items.map((item) => JSON.stringify(item));
}
