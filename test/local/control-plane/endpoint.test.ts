import { once } from 'node:events';
import { connect } from 'node:net';
import {
  APIGatewayClient,
  CreateUsagePlanCommand,
  GetApiKeysCommand,
  ImportApiKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { closeAll, failureOf, start } from './support';

afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_API_GATEWAY;
  await closeAll();
});

const SIGNED = { authorization: 'AWS4-HMAC-SHA256 x' };

test('listens on loopback only, and is found by the environment', async () => {
  const { url } = await start();
  process.env.AWS_ENDPOINT_URL_API_GATEWAY = url;
  const client = new APIGatewayClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect((await client.send(new GetApiKeysCommand({}))).items).toHaveLength(1);
  client.destroy();
});

test('an error has its name in a header and its message in the body', async () => {
  const { url } = await start();

  const answer = await fetch(`${url}/apikeys/unknown`, { headers: SIGNED });

  expect(answer.status).toBe(404);
  expect(answer.headers.get('x-amzn-errortype')).toBe('NotFoundException');
  expect(await answer.json()).toEqual({ message: 'Invalid API Key identifier specified' });
});

test('a request that is not signed is refused', async () => {
  const { url } = await start();

  const answer = await fetch(`${url}/apikeys`);

  expect([answer.status, await answer.json()]).toEqual([403, { message: 'Missing Authentication Token' }]);
});

test('a page that reaches loopback under a name of its own is refused', async () => {
  const { url } = await start();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET /apikeys HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n');
  const [answer] = await once(socket, 'data');

  expect(String(answer)).toMatch(/^HTTP\/1.1 403 .*AccessDeniedException/s);
});

test('operations that are not served say so', async () => {
  const { client } = await start();
  const unserved = [
    client.send(new CreateUsagePlanCommand({ name: 'x' })),
    client.send(new ImportApiKeysCommand({ body: Buffer.from('Key,name\n'), format: 'csv' })),
  ];

  for (const sent of unserved) {
    expect(await failureOf(sent)).toMatchObject({ name: 'UnknownOperationException', status: 404 });
  }
});

test.each(['{', 'null', '[]', '{"name":1}', '{"enabled":"true"}', '{"tags":{"a":1}}'])(
  'answers %s, and goes on',
  async (body) => {
    const { url, client } = await start();

    const answer = await fetch(`${url}/apikeys`, { method: 'POST', headers: SIGNED, body });

    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
    expect((await client.send(new GetApiKeysCommand({}))).items).toHaveLength(1);
  },
);

test('a body that is too large is refused', async () => {
  const { url } = await start();

  const body = JSON.stringify({ description: 'x'.repeat(1024 * 1024) });
  const answer = await fetch(`${url}/apikeys`, { method: 'POST', headers: SIGNED, body });

  expect(answer.status).toBe(413);
});

test('closes at once, with idle clients connected', async () => {
  const { client, close } = await start();
  await client.send(new GetApiKeysCommand({}));
  const begun = Date.now();

  await close();

  expect(Date.now() - begun).toBeLessThan(500);
});
