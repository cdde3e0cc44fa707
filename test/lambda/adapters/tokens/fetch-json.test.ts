import { fetchJson } from '../../../../lambda/adapters/tokens/fetch-json';
import { startIssuer, type TestIssuer } from '../../../support/issuer';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer();
});

afterAll(() => issuer.close());

const ask = (limits: { timeout?: number; maxBytes?: number } = {}) =>
  fetchJson(issuer.jwksUri, { timeout: 10_000, maxBytes: 10_000, ...limits });

test('gives what is there', async () => {
  issuer.fault = undefined;
  expect(await ask()).toEqual({ keys: [expect.objectContaining({ kid: 'key-1' })] });
});

test.each<[string, TestIssuer['fault'], { timeout?: number }, string]>([
  ['another status', (response) => response.writeHead(500).end('{}'), {}, 'the answer is 500'],
  ['a redirect', (response) => response.writeHead(302, { location: issuer.jwksUri }).end(), {}, 'the answer is 302'],
  ['no JSON', (response) => response.end('<html>'), {}, 'JSON'],
  ['too much', (response) => response.end(JSON.stringify('x'.repeat(20_000))), {}, 'more than 10000 bytes'],
  ['no answer', () => undefined, { timeout: 100 }, ''],
  ['half an answer', (response) => response.write('{"keys":'), { timeout: 100 }, ''],
  ['an end in the middle', (response) => response.writeHead(200, { 'content-length': 99 }).end('{').destroy(), {}, ''],
])('%s is an error', async (_, fault, limits, message) => {
  issuer.fault = fault;
  await expect(ask(limits)).rejects.toThrow(message);
});

test('where nobody listens is an error', async () => {
  const gone = await startIssuer();
  await gone.close();
  await expect(fetchJson(gone.jwksUri, { timeout: 10_000, maxBytes: 10 })).rejects.toThrow('ECONNREFUSED');
});
