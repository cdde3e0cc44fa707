import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IntegrationModel } from '../../../local/template/model';
import { method, startGateway, TestServer } from './harness';

let backends: Server[] = [];

afterEach(async () => {
  await TestServer.closeAll();
  await Promise.all(backends.map((backend) => new Promise((resolve) => backend.close(resolve))));
  backends = [];
});

interface Seen {
  readonly line: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A backend that remembers what reached it. */
async function startBackend(listener: RequestListener = (_, response) => response.end('ok')) {
  const seen: Seen[] = [];
  const backend = createServer(async (message: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) {
      chunks.push(chunk);
    }
    const names = message.rawHeaders.filter((_, index) => index % 2 === 0);
    const headers = Object.fromEntries(names.map((name) => [name, String(message.headers[name.toLowerCase()])]));
    seen.push({ line: `${message.method} ${message.url}`, headers, body: Buffer.concat(chunks).toString('utf8') });
    listener(message, response);
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  backends.push(backend);
  return { seen, url: `http://127.0.0.1:${(backend.address() as AddressInfo).port}` };
}

function startProxy(uri: string, integration: Partial<IntegrationModel> = {}) {
  const methods = [
    method('ANY /{proxy+}', {
      integration: {
        type: 'HTTP_PROXY',
        httpMethod: 'ANY',
        uri,
        requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        ...integration,
      },
    }),
  ];
  return startGateway({ methods, stageVariables: { version: 'v2' } });
}

test('the call reaches the backend as it came, but for the headers of its connection', async () => {
  // GIVEN
  const backend = await startBackend();
  const { server } = await startProxy(`${backend.url}/base/{proxy}?fixed=1`);

  // WHEN
  await server.call('POST /prod/a/../b%2fc%20d?x=1&x=%202', {
    headers: { 'X-Custom': 'x', 'User-Agent': 'test', Authorization: 'secret', Via: 'somewhere', TE: 'trailers' },
    body: 'payload',
  });

  // THEN
  const [seen] = backend.seen;
  expect([seen?.line, seen?.body]).toEqual(['POST /base/a/../b%2fc%20d?fixed=1&x=1&x=%202', 'payload']);
  expect(seen?.headers).toMatchObject({
    'X-Custom': 'x',
    'User-Agent': 'test',
    Authorization: 'secret',
    Accept: 'application/json',
    'Content-Length': '7',
    'X-Amzn-Apigateway-Api-Id': 'api1',
    Host: new URL(backend.url).host,
  });
  expect(Object.keys(seen?.headers ?? {})).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(via|te)$/i)]));
});

test('parameters are mapped onto what goes to the backend', async () => {
  // GIVEN
  const backend = await startBackend();
  const methods = [
    method('GET /items/{id}', {
      integration: {
        type: 'HTTP_PROXY',
        httpMethod: 'POST',
        uri: `${backend.url}/\${stageVariables.version}/{id}/{tenant}/{unmapped}`,
        requestParameters: {
          'integration.request.path.id': 'method.request.path.id',
          'integration.request.path.tenant': 'method.request.header.X-Tenant',
          'integration.request.header.X-Literal': "'it''s literal'",
          'integration.request.header.X-Request-Id': 'context.requestId',
          'integration.request.header.X-Stage': 'stageVariables.version',
          'integration.request.header.X-Query': 'method.request.querystring.q',
          'integration.request.header.X-Absent': 'method.request.header.X-Nowhere',
          'integration.request.header.Host': "'backend.example'",
          'integration.request.querystring.from': 'context.identity.sourceIp',
          'integration.request.header.X-All-Queries': 'method.request.multivaluequerystring.q',
          'integration.request.header.X-All-Headers': 'method.request.multivalueheader.X-Many',
          'integration.request.header.X-No-Headers': 'method.request.multivalueheader.X-None',
          'integration.request.header.X-Unknown': 'method.request.cookie.a',
          'integration.request.header.X-Object': 'context.identity',
        },
      },
    }),
  ];
  const { server, log } = await startGateway({ methods, stageVariables: { version: 'v2' } });

  // WHEN
  const { headers } = await server.call('GET /prod/items/7%2f8?q=a&q=b', {
    headers: { 'X-Tenant': 'a/b c', 'X-Many': ['1', '2'] },
  });

  // THEN
  expect(log).toEqual([]);
  const [seen] = backend.seen;
  expect(seen?.line).toBe('POST /v2/7%2f8/a%2Fb%20c/{unmapped}?q=a&q=b&from=127.0.0.1');
  expect(seen?.headers).toMatchObject({
    'X-Literal': "it''s literal",
    'X-Request-Id': headers['x-amzn-requestid'],
    'X-Stage': 'v2',
    'X-Query': 'b',
    'X-All-Queries': 'a,b',
    'X-All-Headers': '1,2',
    Host: 'backend.example',
  });
  const absent = ['X-Absent', 'X-No-Headers', 'X-Unknown', 'X-Object'];
  expect(Object.keys(seen?.headers ?? {}).filter((name) => absent.includes(name))).toEqual([]);
});

test('the answer comes back as it is, bytes and all, with some headers renamed', async () => {
  // GIVEN
  const backend = await startBackend((_, response) => {
    response.writeHead(302, {
      'Set-Cookie': ['a=1', 'b=2'],
      Location: '/elsewhere',
      Server: 'backend',
      'WWW-Authenticate': 'Basic',
      'Content-Type': 'image/png',
      Via: 'proxy',
    });
    response.end(Buffer.from([255, 0, 128]));
  });
  const { server } = await startProxy(`${backend.url}/{proxy}`);

  // WHEN
  const answer = await server.call('GET /prod/a');

  // THEN
  expect([answer.status, ...answer.bytes]).toEqual([302, 255, 0, 128]);
  expect(answer.headers).toMatchObject({
    'content-type': 'image/png',
    location: '/elsewhere',
    'set-cookie': ['a=1', 'b=2'],
    'x-amzn-remapped-server': 'backend',
    'x-amzn-remapped-www-authenticate': 'Basic',
  });
  expect(answer.headers).not.toHaveProperty('via');
});

test('an answer without a type is JSON', async () => {
  const backend = await startBackend((_, response) => response.end('{}'));
  const { server } = await startProxy(`${backend.url}/{proxy}`);

  expect((await server.call('GET /prod/a')).headers['content-type']).toBe('application/json');
});

describe('failures', () => {
  test('an endpoint that cannot be reached, or hangs up, is an integration failure', async () => {
    const backend = await startBackend((message) => message.socket.destroy());
    const nobody = await startProxy('http://127.0.0.1:1/{proxy}');
    const hangsUp = await startProxy(`${backend.url}/{proxy}`);

    const answers = [await nobody.server.call('GET /prod/a'), await hangsUp.server.call('GET /prod/a')];

    const expected = [504, '{"message":"Network error communicating with endpoint"}'];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([expected, expected]);
    expect(nobody.log).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  test('one that is no address is a configuration error', async () => {
    const { server } = await startProxy('ftp://somewhere/{proxy}');

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([500, '{"message":"Internal server error"}']);
  });

  test('one that takes too long is a timeout', async () => {
    const backend = await startBackend(() => undefined);
    const { server } = await startProxy(`${backend.url}/{proxy}`, { timeoutMillis: 30 });

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([504, '{"message":"Endpoint request timed out"}']);
  });
});
