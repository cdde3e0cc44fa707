import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogEvent } from '../../../local/logs/log-event';
import { method, startGateway, TestServer } from './harness';
import { startLogged, UNREACHED } from './logged';

afterEach(() => TestServer.closeAll());

describe('what the integration answers', () => {
  test('is logged without an error', async () => {
    const { server, lines, events } = await startLogged(method('GET /items/{id}'));

    const answer = await server.call('GET /prod/items/7?secret=1');

    expect(lines()).toEqual([
      {
        ...UNREACHED,
        status: '200',
        httpMethod: 'GET',
        path: '/prod/items/7',
        resourcePath: '/items/{id}',
        resourceId: 'resource-of-/items/{id}',
        responseLength: String(answer.bytes.length),
        'identity.apiKeyId': '-',
        'authorizer.principalId': '-',
        'authorizer.customer': '-',
        'authorizer.status': '-',
        'authorizer.error': '-',
        'authorizer.integrationStatus': '-',
        'authorize.status': '-',
        'authorize.error': '-',
        'error.message': '-',
        'error.responseType': '-',
        'integration.status': '200',
        'integration.integrationStatus': '200',
        integrationStatus: '200',
        'waf.status': '-',
        'authenticate.status': '-',
      },
    ]);
    expect(events).toMatchObject([{ logGroup: 'access', logStream: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  });

  test('a 500 of the function’s own is none of API Gateway’s', async () => {
    const { server, lines } = await startLogged(method('GET /items'), { echo: () => ({ statusCode: 500 }) });

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        status: '500',
        'error.responseType': '-',
        'error.message': '-',
        'integration.status': '500',
        'integration.integrationStatus': '200',
        'integration.error': '-',
      },
    ]);
  });

  test('a backend’s status is the integration’s twice over', async () => {
    const backend = await TestServer.start((_, response) => response.writeHead(503).end('busy'));
    const { server, lines } = await startLogged(
      method('GET /items', { integration: { type: 'HTTP_PROXY', uri: `http://127.0.0.1:${backend.port}/` } }),
    );

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        status: '503',
        responseLength: '4',
        'error.responseType': '-',
        'integration.status': '503',
        integrationStatus: '503',
      },
    ]);
  });

  test('a mock asks nobody', async () => {
    const { server, lines } = await startLogged(
      method('GET /items', {
        integration: {
          type: 'MOCK',
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          integrationResponses: [{ statusCode: '204', responseParameters: {}, responseTemplates: {} }],
        },
      }),
    );

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([{ ...UNREACHED, status: '204', 'error.responseType': '-' }]);
  });
});

describe('integrations that fail', () => {
  test('a function that throws', async () => {
    const { server, lambda, lines } = await startLogged(method('GET /items'), {
      echo: () => Promise.reject(new Error('boom')),
    });

    await server.call('GET /prod/items');

    expect(lambda.requestIds).toHaveLength(1);
    expect(lines()).toMatchObject([
      {
        status: '502',
        'error.responseType': 'INTEGRATION_FAILURE',
        'error.message': 'Internal server error',
        'integration.status': '-',
        'integration.integrationStatus': '200',
        'integration.error': `Lambda execution failed with status 200 due to customer function error: boom. Lambda request id: ${lambda.requestIds[0]}`,
      },
    ]);
  });

  test('a function that answers what is no answer', async () => {
    const { server, lines } = await startLogged(method('GET /items'), { echo: () => 'text' });

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        status: '502',
        'error.responseType': 'INTEGRATION_FAILURE',
        'integration.status': '-',
        'integration.error': 'Execution failed due to configuration error: Malformed Lambda proxy response',
      },
    ]);
  });

  test('a backend that takes too long', async () => {
    const backend = await TestServer.start(() => undefined);
    const uri = `http://127.0.0.1:${backend.port}/`;
    const { server, lines } = await startLogged(
      method('GET /items', { integration: { type: 'HTTP_PROXY', uri, timeoutMillis: 30 } }),
    );

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        ...UNREACHED,
        status: '504',
        'error.responseType': 'INTEGRATION_TIMEOUT',
        'error.message': 'Endpoint request timed out',
        'integration.error': 'Execution failed due to a timeout error',
      },
    ]);
  });

  test('a backend that nobody runs', async () => {
    const { server, lines } = await startLogged(
      method('GET /items', { integration: { type: 'HTTP_PROXY', uri: `http://127.0.0.1:${await freePort()}/` } }),
    );

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        status: '504',
        'error.responseType': 'INTEGRATION_FAILURE',
        'integration.error': 'Network error communicating with endpoint',
      },
    ]);
  });

  test('an integration that cannot be carried out', async () => {
    const { server, lines } = await startLogged(method('GET /items', { integration: { functionArn: undefined } }));

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        status: '500',
        'error.responseType': 'API_CONFIGURATION_ERROR',
        'integration.error': 'Execution failed due to configuration error: the integration names no function',
      },
    ]);
  });
});

describe('callers who leave', () => {
  test('while the function works are logged with the answer that nobody took', async () => {
    // GIVEN
    const left = new EventEmitter();
    const { server, lines } = await startLogged(
      { methods: [method('GET /a'), method('GET /b')] },
      {
        echo: async ({ path }) => {
          if (path === '/a') {
            await once(left, 'left');
          }
          return { statusCode: 200 };
        },
      },
    );

    // WHEN
    await server.abandon('GET /prod/a HTTP/1.1\r\nHost: x\r\n\r\n');
    await server.call('GET /prod/b');
    left.emit('left');
    await server.call('GET /prod/b');

    // THEN
    expect(lines()).toMatchObject([{ path: '/prod/b' }, { path: '/prod/a', status: '200' }, { path: '/prod/b' }]);
  });

  test('before their payload is whole made no call', async () => {
    const { server, lines } = await startLogged(method('ANY /{proxy+}'));

    await server.abandon('POST /prod/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await server.call('GET /prod/b');

    expect(lines()).toMatchObject([{ path: '/prod/b' }]);
  });
});

test('a bug of ours is logged as what the caller got', async () => {
  const { server, lines } = await startLogged({
    methods: [],
    gatewayResponses: {
      MISSING_AUTHENTICATION_TOKEN: { statusCode: '9999', responseParameters: {}, responseTemplates: {} },
    },
  });

  await server.call('GET /prod/a');

  expect(lines()).toMatchObject([{ status: '500' }]);
});

test('a stage without an access log leaves no line', async () => {
  const events: LogEvent[] = [];
  const { server } = await startGateway(
    { methods: [method('GET /items')] },
    {},
    { accessLogs: { write: (event) => events.push(event) } },
  );

  await server.call('GET /prod/items');

  expect(events).toEqual([]);
});

/** Where nothing listens any more. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
