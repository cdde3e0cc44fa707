import { mcpApp } from './mcp-app';
import { type PaidApi, startPaidApi } from './paid-api';
import { payAt } from './person';

/** Requests that are kept over HTTP, by plain calls. */
let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi({}, mcpApp);
});

afterAll(() => api.close());

async function send(method: string, path: string, apiKey?: string, body?: unknown) {
  const response = await fetch(new URL(path, api.url), {
    method,
    headers: { accept: 'application/json', ...(apiKey !== undefined && { 'x-api-key': apiKey }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const stage = response.headers.get('resume-status');
  return { status: response.status, stage, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

const CALL = { method: 'POST', path: '/items/1', headers: { 'Content-Type': 'text/plain' }, body: 'twelve bytes' };

async function keep(apiKey: string, call: object = CALL) {
  const { status, json } = await send('POST', 'billing/requests', apiKey, call);
  expect({ status, json }).toMatchObject({ status: 201 });
  return json;
}

test('a refused request is kept, paid for, run once by its customer, and charged as ever', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 4 });
  const { token, status, checkoutUrl, expiresAt } = await keep(apiKey);
  expect(status).toBe('waiting');
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
  const path = `billing/requests/${token}`;
  expect((await send('GET', path, apiKey)).json).toMatchObject({ status: 'waiting', checkoutUrl: expect.any(String) });

  const early = await send('POST', path, apiKey);
  expect([early.status, early.stage, early.json.reason]).toEqual([402, 'waiting', 'quota_exhausted']);

  await payAt(checkoutUrl, api);

  expect((await send('GET', path, apiKey)).json).toMatchObject({ status: 'paid', checkoutUrl: null });
  const served = await send('POST', path, apiKey);
  expect([served.status, served.stage, served.json.path, served.json.bytes]).toEqual([200, 'used', '/items/1', 12]);
  const again = await send('POST', path, apiKey);
  expect([again.status, again.stage]).toEqual([409, 'used']);
  expect((await send('GET', path, apiKey)).json).toMatchObject({ status: 'used' });
  expect((await api.balanceOf(customer))?.remaining).toBe(1_000 - 5);
});

test('it races with itself, and is run once', async () => {
  const { customer, apiKey } = await api.addCustomer();
  const { token, status, checkoutUrl } = await keep(apiKey);
  expect([status, checkoutUrl]).toEqual(['paid', null]);
  const runs = await Promise.all(Array.from({ length: 8 }, () => send('POST', `billing/requests/${token}`, apiKey)));
  expect(runs.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
  expect((await api.balanceOf(customer))?.remaining).toBe(45);
});

test('it is nobody else’s, whatever of the token he has', async () => {
  const { apiKey } = await api.addCustomer();
  const stranger = await api.addCustomer();
  const { token } = await keep(apiKey);
  const [secret = '', expiry = '', signature = ''] = token.split('.');
  const later = (Number.parseInt(expiry, 36) + 1_000).toString(36);
  for (const [key, text] of [
    [stranger.apiKey, token],
    [apiKey, `${secret}.${later}.${signature}`],
    [apiKey, `${secret}.${expiry}.${'A'.repeat(22)}`],
    [apiKey, 'nothing'],
  ]) {
    for (const method of ['GET', 'POST']) {
      const { status, json } = await send(method, `billing/requests/${text}`, key);
      expect([status, json.detail]).toEqual([404, expect.stringContaining('no request of yours')]);
    }
  }
  for (const key of [undefined, 'pw_test_nobody']) {
    expect((await send('POST', `billing/requests/${token}`, key)).status).toBe(401);
    expect((await send('POST', 'billing/requests', key, CALL)).status).toBe(401);
  }
  expect((await send('POST', `billing/requests/${token}`, apiKey)).status).toBe(200);
});

test('what the API answers is passed on, errors too, and they use the request up', async () => {
  const { apiKey } = await api.addCustomer();
  const { token } = await keep(apiKey, { method: 'GET', path: '/items/a%20b', query: 'status=418' });
  const { status, stage, json } = await send('POST', `billing/requests/${token}`, apiKey);
  expect([status, stage, json.path]).toEqual([418, 'used', '/items/a%20b']);
  expect((await send('POST', `billing/requests/${token}`, apiKey)).status).toBe(409);
});

test.each([
  [{ ...CALL, path: '//evil.example/' }, 'no empty segment'],
  [{ ...CALL, path: '/billing/keys' }, 'not one of /billing'],
  [{ ...CALL, path: 'https://evil.example/' }, 'begin with a slash'],
  [{ ...CALL, method: 'CONNECT' }, '`method` must be one of'],
  [{ ...CALL, headers: { Authorization: 'Bearer x' } }, '`headers` may hold accept and content-type'],
  [{ ...CALL, headers: { Accept: 'a\r\nb: c' } }, '`headers` may hold'],
  [{ ...CALL, body: 5 }, '`body` must be'],
  [{ ...CALL, body: '!', isBase64Encoded: true }, '`body` must be'],
  [{ ...CALL, method: 'GET' }, '`body` must be'],
  [{ ...CALL, url: 'https://evil.example/' }, 'other members'],
  [{ ...CALL, query: 'key=pw_test_0123456789012345678901234567' }, 'hold no key'],
  [{ path: '/items/1' }, '`method` must be one of'],
  [[], 'other members'],
])('%j is not kept', async (call, fault) => {
  const { apiKey } = await api.addCustomer();
  const { status, json } = await send('POST', 'billing/requests', apiKey, call);
  expect([status, json.detail]).toEqual([400, expect.stringContaining(fault)]);
});

test('what is too large is not kept, and bytes are kept as they are', async () => {
  const { apiKey } = await api.addCustomer();
  const large = await send('POST', 'billing/requests', apiKey, { ...CALL, body: 'x'.repeat(65_537) });
  expect([large.status, large.json.detail]).toEqual([413, expect.stringContaining('65536')]);
  const body = Buffer.alloc(65_536, 0x61).toString('base64');
  const { token } = await keep(apiKey, { ...CALL, body, isBase64Encoded: true });
  expect((await send('POST', `billing/requests/${token}`, apiKey)).json.bytes).toBe(65_536);
});
