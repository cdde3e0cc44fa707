import { startLoopbackServer } from '../../../local/loopback-server';
import { Functions, payloadOf } from './functions';

const functions = new Functions();
const received: string[] = [];
let server: Awaited<ReturnType<typeof startLoopbackServer>>;

beforeAll(async () => {
  server = await startLoopbackServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    response.end();
  });
});
afterEach(() => {
  received.splice(0);
});
afterAll(async () => {
  await functions.clean();
  await server.close();
});

/** A function that sends by `https.request`, and gives the status or what went wrong. */
const sending = (load: string, how: string) => `
  ${load}
  export const handler = (event) => new Promise((resolve) => {
    const { hostname, pathname, search } = new URL(event.ResponseURL);
    ${how}
      .on('response', (response) => resolve(response.resume().statusCode))
      .on('error', ({ code }) => resolve(code))
      .end('{}');
  });`;

const OPTIONS =
  "https.request({ hostname, port: 443, path: pathname + search, method: 'PUT', agent: https.globalAgent })";

test.each([
  ['to its host and path, as cfn-response does', "import https from 'node:https';", OPTIONS],
  ['through a namespace import', "import * as https from 'node:https';", OPTIONS],
  ['to it as text', "import https from 'node:https';", "https.request(event.ResponseURL, { method: 'PUT' })"],
])('HTTPS to a local ResponseURL arrives: %s', async (_, load, how) => {
  const result = await functions.invoke(
    { 'index.mjs': sending(load, how) },
    {},
    { ResponseURL: `${server.url}/key?x=1` },
  );

  expect(payloadOf(result)).toBe(200);
  expect(received).toEqual(['PUT /key?x=1']);
});

test('HTTPS to any other URL stays what it is', async () => {
  const elsewhere = `https.request({ hostname, port: ${new URL(server.url).port}, path: '/other', method: 'PUT' })`;
  const code = sending("import https from 'node:https';", elsewhere);

  const result = await functions.invoke({ 'index.mjs': code }, {}, { ResponseURL: `${server.url}/key?x=1` });

  expect(payloadOf(result)).not.toBe(200);
  expect(received).toEqual([]);
});
