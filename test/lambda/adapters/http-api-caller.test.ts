import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiBase } from '../../../lambda/adapters/bounded-fetch';
import { HttpApiCaller } from '../../../lambda/adapters/http-api-caller';

const SEEN: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string }[] = [];

let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const { method, url, headers } = request;
    SEEN.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    if (url?.endsWith('/never') === true) {
      return;
    }
    if (url?.endsWith('/cut') === true) {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
      return;
    }
    const location = url?.endsWith('/redirect') === true ? { location: 'http://evil.example/' } : undefined;
    response.writeHead(location === undefined ? 201 : 302, {
      'content-type': 'text/plain',
      'x-amzn-remapped-www-authenticate': 'Payment id="c1"',
      'set-cookie': 'a=b',
      'x-internal': 'yes',
      ...location,
    });
    response.end('0123456789');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => SEEN.splice(0));

const call = (path: string, headers = {}) => ({ method: 'POST', path, headers, body: Buffer.from('body') });
const caller = (maxBytes = 100, milliseconds = 2_000) =>
  new HttpApiCaller(base, { 'x-api-key': 'mine' }, { maxBytes, milliseconds });

test('the call goes below the base with the caller’s own credential, whatever the call says', async () => {
  const { status, headers, body } = await caller().call(call('/items/1?a=b', { 'x-api-key': 'other', accept: 'x/y' }));
  expect(SEEN).toMatchObject([
    { method: 'POST', url: '/prod/items/1?a=b', headers: { 'x-api-key': 'mine', accept: 'x/y' }, body: 'body' },
  ]);
  expect([status, Buffer.from(body).toString()]).toEqual([201, '0123456789']);
  expect(headers).toEqual({ 'content-type': 'text/plain', 'www-authenticate': 'Payment id="c1"' });
});

test('a redirect leads nowhere', async () => {
  const { status, headers } = await caller().call(call('/redirect'));
  expect([status, headers.location, SEEN.length]).toEqual([302, 'http://evil.example/', 1]);
});

test('no more is read than is asked for', async () => {
  const { body, truncated } = await caller(4).call(call('/items'));
  expect([Buffer.from(body).toString(), truncated]).toEqual(['0123', true]);
  expect((await caller(10).call(call('/items'))).truncated).toBe(false);
});

test.each(['/never', '/cut'])('an answer that does not come is lost: %s', async (path) => {
  await expect(caller(100, 300).call(call(path))).rejects.toMatchObject({ name: 'LostAnswerError' });
});

test.each(['/../admin', '/%2e%2e/admin', '@evil.example/x', '.evil.example/', '//../..//evil.example'])(
  'nothing is sent out of the API: %s',
  async (path) => {
    await caller()
      .call(call(path))
      .catch(() => undefined);
    expect(SEEN.filter(({ url }) => !url?.startsWith('/prod/'))).toEqual([]);
    expect(SEEN.every(({ headers }) => headers.host === new URL(base).host)).toBe(true);
  },
);

test.each([
  ['http://api.example.com/prod', 'https://api.example.com/prod/'],
  ['http://127.0.0.1.evil.example/prod', 'https://127.0.0.1.evil.example/prod/'],
  ['http://127.0.0.1:4020/prod', 'http://127.0.0.1:4020/prod/'],
  ['http://[::1]:4020', 'http://[::1]:4020/'],
])('a credential goes over no network in clear: %s', (url, expected) => {
  expect(apiBase(url).href).toBe(expected);
});
