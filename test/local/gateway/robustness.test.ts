import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGateway } from '../../../local/gateway';
import { allowHandler, FakeLambda, method, requestAuthorizer, restApi, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

const MEGABYTE = 1024 * 1024;
const methods = [method('ANY /{proxy+}'), method('ANY /')];

describe('sizes', () => {
  test('a payload of 1 MB without a type, and one of 10 MB, arrive whole', async () => {
    const { server, lambda } = await startGateway({ methods });

    const answers = [
      await server.call('POST /prod/a', { body: Buffer.alloc(MEGABYTE, 'x') }),
      await server.call('POST /prod/a', { body: Buffer.alloc(10 * MEGABYTE, 'x') }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(lambda.events.map(({ body }) => body?.length)).toEqual([MEGABYTE, 10 * MEGABYTE]);
  });

  test('a longer one is refused, by its length or when it has come that far, and the connection is closed', async () => {
    const { server, lambda } = await startGateway({ methods });
    const head = 'POST /prod/a HTTP/1.1\r\nHost: x\r\n';

    const announced = await server.raw(`${head}Content-Length: ${10 * MEGABYTE + 1}\r\n\r\nsome of it`, /\}$/);
    const chunk = `${(10 * MEGABYTE + 1).toString(16)}\r\n${'x'.repeat(10 * MEGABYTE + 1)}\r\n`;
    const found = await server.raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`, /\}$/);

    for (const answer of [announced, found]) {
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(answer).toMatch(/\r\nConnection: close\r\n/);
      expect(answer).toContain('{"message":"Request Too Long"}');
    }
    expect(lambda.events).toEqual([]);
  });

  test('a header of 10,000 characters passes, a head beyond AWS’s limit does not', async () => {
    const { server } = await startGateway({ methods });

    const passes = await server.call('GET /prod/a', { headers: { 'X-Long': 'x'.repeat(10_000) } });
    const fails = await server.call('GET /prod/a', { headers: { 'X-Long': 'x'.repeat(10_241) } });
    const long = await server.call(`GET /prod/${'x'.repeat(10_240)}`);

    expect([passes.status, fails.status, long.status]).toEqual([200, 431, 431]);
  });
});

describe('odd requests', () => {
  test.each([
    'GET /prod/..%2f..%2fetc/passwd',
    'GET /prod/%2e%2e/%2e%2e',
    'GET /prod/a?%',
    'GET /prod/a?a[]=1&a[]=2&=&&&',
    'GET /prod/%00',
    'GET /prod/a;b=c',
    'GET /prod//////',
    'OPTIONS *',
    'TRACE /prod/a',
  ])('%s is answered', async (line) => {
    const { server, log } = await startGateway({ methods });

    const { status } = await server.call(line);

    expect([200, 400, 403]).toContain(status);
    expect(log).toEqual([]);
  });

  test('bytes that are no UTF-8 are answered, in query, header and payload', async () => {
    const { server, lambda } = await startGateway({ methods });
    const head = 'POST /prod/a?q=%ff HTTP/1.1\r\nHost: x\r\nX-A: \xff\r\nContent-Length: 3\r\n\r\n';

    const answer = await server.raw(Buffer.from(`${head}\xff\xfeA`, 'latin1'), /\r\n\r\n/);

    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(lambda.events[0]).toMatchObject({
      body: '\ufffd\ufffdA',
      queryStringParameters: { q: '%ff' },
      isBase64Encoded: false,
    });
  });

  test('headers with the names of what every object has are headers', async () => {
    const { server, lambda } = await startGateway({ methods });

    await server.call('GET /prod/a', { headers: ['__proto__', 'a', 'constructor', 'b', 'toString', 'c', 'Host', 'x'] });

    expect(Object.entries(lambda.events[0]?.headers ?? {})).toEqual(
      expect.arrayContaining([
        ['__proto__', 'a'],
        ['constructor', 'b'],
        ['toString', 'c'],
      ]),
    );
  });
});

describe('callers who leave', () => {
  test('while they send, or while the function works, leave no trace', async () => {
    // GIVEN
    const { server, lambda, log } = await startGateway(
      { methods: [method('ANY /{proxy+}', { integration: { functionArn: 'slow' } })] },
      { slow: () => sleep(50, { statusCode: 200 }) },
    );

    // WHEN
    await server.abandon('POST /prod/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await server.abandon('GET /prod/b HTTP/1.1\r\nHost: x\r\n\r\n');
    const answer = await server.call('GET /prod/c');

    // THEN
    expect(answer.status).toBe(200);
    expect(lambda.events.map(({ path }) => path)).toEqual(['/b', '/c']);
    expect(log).toEqual([]);
  });

  test('while the authorizer is asked, do not keep the call waiting for a payload', async () => {
    // GIVEN
    const left = new EventEmitter();
    const { server, lambda, log } = await startGateway(
      { methods: [method('POST /a', { authorizer: requestAuthorizer() }), method('GET /b')] },
      {
        authorizer: async (event) => {
          await once(left, 'left');
          return allowHandler(event);
        },
      },
    );

    // WHEN
    await server.abandon('POST /prod/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await server.call('GET /prod/b');
    left.emit('left');
    await server.call('GET /prod/b');

    // THEN
    expect(lambda.events.map(({ path }) => path)).toEqual(['/a', '/b', '/b']);
    expect(log).toEqual([]);
  });

  test('a connection survives a refusal that came before the payload was read', async () => {
    const { server } = await startGateway({ methods: [method('POST /a')] });
    const refused = `POST /prod/none HTTP/1.1\r\nHost: x\r\nContent-Length: ${MEGABYTE}\r\n\r\n${'x'.repeat(MEGABYTE)}`;

    const answers = await server.raw(
      `${refused}POST /prod/a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`,
      / 200 /,
    );

    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200']);
  });
});

describe('bugs of ours', () => {
  test('are a 500 and one line for the developer', async () => {
    // GIVEN
    const log: string[] = [];
    const lambda = new FakeLambda();
    lambda.invoke = () => Promise.reject(new Error('a bug\nin the runtime'));
    const model = restApi({ methods: [...methods, method('GET /asked', { authorizer: requestAuthorizer() })] });
    const listener = createGateway([{ model, basePath: '/prod' }], lambda, { log: (line) => log.push(line) });
    const server = await TestServer.start(listener);

    // WHEN
    const answers = [await server.call('GET /prod/a'), await server.call('GET /prod/asked')];

    // THEN
    const expected = [500, '{"message":"Internal server error"}'];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([expected, expected]);
    expect(log.map((line) => line.split(' at ')[0])).toEqual([
      'GET /prod/a: internal error: Error: a bug in the runtime',
      'GET /prod/asked: internal error: Error: a bug in the runtime',
    ]);
  });

  test('in the model are survived', async () => {
    const responseParameters = { 'gatewayresponse.header.X-A': "'a'" };
    const { server, log } = await startGateway({
      methods: [],
      gatewayResponses: {
        MISSING_AUTHENTICATION_TOKEN: { statusCode: '9999', responseParameters, responseTemplates: {} },
      },
    });

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([500, '{"message":"Internal server error"}']);
    expect(log).toEqual([expect.stringContaining('internal error: RangeError')]);
  });
});
