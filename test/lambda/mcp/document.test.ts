import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpDocuments } from '../../../lambda/mcp/routes/document';

let server: Server;
let base: string;
let answer: { status?: number; body: string; headers?: Record<string, string> };
let reads = 0;
let now = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    reads += 1;
    expect(request.headers).not.toHaveProperty('x-api-key');
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod`;
});

afterAll(() => {
  server.close();
});

const DOCUMENT = { openapi: '3.1.0', paths: {} };
const read = (documents = new HttpDocuments(() => now)) => documents.read(base);

test.each([undefined, [], [{ url: '/prod' }], [{ url: '.' }], [{ url: './' }]])(
  'a document of the API itself is read, with servers %j',
  async (servers) => {
    answer = { body: JSON.stringify({ ...DOCUMENT, servers }) };
    expect(await read()).toMatchObject(DOCUMENT);
  },
);

test('also where its server is the whole URL', async () => {
  answer = { body: JSON.stringify({ ...DOCUMENT, servers: [{ url: `${base}/` }] }) };
  expect(await read()).toMatchObject(DOCUMENT);
});

test.each([
  [
    'another API’s',
    { body: JSON.stringify({ ...DOCUMENT, servers: [{ url: 'https://other.example/' }] }) },
    'another API',
  ],
  ['another stage’s', { body: JSON.stringify({ ...DOCUMENT, servers: [{ url: '/dev' }] }) }, 'another API'],
  [
    'one with a template for a server',
    { body: JSON.stringify({ ...DOCUMENT, servers: [{ url: 'https://{x}' }] }) },
    'another API',
  ],
  ['missing', { status: 403, body: '{}' }, 'HTTP 403'],
  ['elsewhere', { status: 302, body: '', headers: { location: 'http://evil.example/' } }, 'HTTP 302'],
  ['no JSON', { body: '<html>' }, 'no OpenAPI 3 document'],
  ['of Swagger', { body: JSON.stringify({ swagger: '2.0', paths: {} }) }, 'no OpenAPI 3 document'],
  ['without paths', { body: JSON.stringify({ openapi: '3.1.0' }) }, 'no OpenAPI 3 document'],
  ['endless', { body: ' '.repeat(2 * 1_024 * 1_024 + 1) }, 'bytes'],
])('one that is %s is refused, in words that say why', async (_, given, message) => {
  answer = given;
  await expect(read()).rejects.toMatchObject({ name: 'DocumentError', message: expect.stringContaining(message) });
});

test('it is read anew after five minutes, and what failed after ten seconds', async () => {
  const documents = new HttpDocuments(() => now);
  const readsOf = async (times: number[]) => {
    reads = 0;
    for (const time of times) {
      now = time;
      await read(documents).catch(() => undefined);
    }
    return reads;
  };
  answer = { status: 500, body: '' };
  expect(await readsOf([0, 9])).toBe(1);
  answer = { body: JSON.stringify(DOCUMENT) };
  expect(await readsOf([10, 309])).toBe(1);
  expect(await readsOf([311])).toBe(1);
});
