import type { RestApiModel } from '../../../local/template/model';
import { type Handler, method, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

function startFunction(handler: Handler, api: Partial<RestApiModel> = {}, timeoutMillis = 29_000) {
  const methods = [method('ANY /{proxy+}', { integration: { functionArn: 'function', timeoutMillis } })];
  return startGateway({ methods, ...api }, { function: handler });
}

const ok: Handler = () => ({ statusCode: 200 });

describe('the event', () => {
  test('is that of a Lambda proxy integration, with null for what is not there', async () => {
    const { server, lambda } = await startFunction(ok);

    await server.call('POST /prod/a/b', { headers: { 'X-Custom': 'x' }, body: '{"a":1}' });

    expect(lambda.events[0]).toEqual({
      resource: '/{proxy+}',
      path: '/a/b',
      httpMethod: 'POST',
      headers: expect.objectContaining({ 'X-Custom': 'x', Host: `127.0.0.1:${server.port}` }),
      multiValueHeaders: expect.objectContaining({ 'X-Custom': ['x'] }),
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: 'a/b' },
      stageVariables: null,
      requestContext: expect.objectContaining({
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        extendedRequestId: expect.stringMatching(/^.{15}=$/),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        requestTimeEpoch: expect.any(Number),
      }),
      body: '{"a":1}',
      isBase64Encoded: false,
    });
  });

  test('says how the caller came, whatever the caller says', async () => {
    const { server, lambda } = await startFunction(ok);

    await server.call('GET /prod/a', {
      headers: {
        'x-forwarded-proto': 'https',
        'X-FORWARDED-FOR': '1.2.3.4',
        'x-forwarded-port': '443',
        Connection: 'close',
      },
    });

    const { headers = {}, multiValueHeaders = {} } = lambda.events[0] ?? {};
    const forwarded = Object.entries(headers).filter(([name]) => name.toLowerCase().startsWith('x-forwarded'));
    expect(Object.fromEntries(forwarded)).toEqual({
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Port': String(server.port),
      'X-Forwarded-Proto': 'http',
    });
    expect(multiValueHeaders['X-Forwarded-For']).toEqual(['127.0.0.1']);
    expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('connection');
    expect(headers['X-Amzn-Trace-Id']).toMatch(/^Root=1-[0-9a-f]+-[0-9a-f]{24}$/);
  });

  test('names the domain that it is told, and never the Host header', async () => {
    const methods = [method('GET /')];
    const named = await startGateway({ methods }, {}, { domainName: 'api.example.com' });
    const unnamed = await startGateway({ methods });

    await named.server.call('GET /prod', { headers: { Host: 'evil.example' } });
    await unnamed.server.call('GET /prod', { headers: { Host: 'evil.example' } });

    expect(named.lambda.events[0]?.requestContext).toMatchObject({
      domainName: 'api.example.com',
      domainPrefix: 'api',
    });
    expect(unnamed.lambda.events[0]?.requestContext.domainName).toBe(`localhost:${unnamed.server.port}`);
  });

  test.each([
    ['a binary type', ['image/png'], 'image/png; q=1', true],
    ['a type of a binary family', ['image/*'], 'IMAGE/png', true],
    ['any type, with */*', ['*/*'], 'application/json', true],
    ['another type', ['image/png'], 'application/json', false],
    ['no type', ['image/png'], undefined, false],
  ])('holds the body of %s in base64, or not', async (_, binaryMediaTypes, type, isBase64Encoded) => {
    const { server, lambda } = await startFunction(ok, { binaryMediaTypes });

    await server.call('POST /prod/a', { headers: type === undefined ? {} : { 'Content-Type': type }, body: 'hello' });

    const body = isBase64Encoded ? 'aGVsbG8=' : 'hello';
    expect(lambda.events[0]).toMatchObject({ body, isBase64Encoded });
  });

  test('may hold a query of anything', async () => {
    const { server, lambda } = await startFunction(ok);

    await server.call('GET /prod/a?x=%zz&y=%ff&__proto__=1&=2&z&&w=a=b+c%2B');

    expect(Object.entries(lambda.events[0]?.queryStringParameters ?? {})).toEqual([
      ['x', '%zz'],
      ['y', '%ff'],
      ['__proto__', '1'],
      ['', '2'],
      ['z', ''],
      ['w', 'a=b c+'],
    ]);
  });
});

describe('the response', () => {
  test('is the function’s, with the gateway’s own headers', async () => {
    const { server } = await startFunction(() => ({
      statusCode: '201',
      headers: { 'X-A': 'a', 'X-B': true },
      body: 'text',
    }));

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([201, 'text']);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '4',
      'x-a': 'a',
      'x-b': 'true',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-amz-apigw-id': expect.stringMatching(/=$/),
      'x-amzn-trace-id': expect.stringMatching(/^Root=/),
    });
  });

  test('may be empty', async () => {
    const { server } = await startFunction(() => ({}));

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([200, '']);
  });

  test('has headers of several values, the single one after the multiple', async () => {
    const { server } = await startFunction(() => ({
      headers: { 'x-multi': 'c', 'set-cookie': 'b=2' },
      multiValueHeaders: { 'X-Multi': ['a', 'b'], 'Set-Cookie': ['a=1', 'b=2'] },
    }));

    const { headers } = await server.call('GET /prod/a');

    expect(headers['x-multi']).toBe('a, b, c');
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  test('has headers renamed that are API Gateway’s to set', async () => {
    const { server } = await startFunction(() => ({
      statusCode: 401,
      headers: {
        'WWW-Authenticate': 'Basic',
        Server: 'mine',
        Date: 'today',
        'Content-Length': 5000,
        'Transfer-Encoding': 'chunked',
        'x-amzn-RequestId': 'mine',
      },
    }));

    const { status, headers } = await server.call('GET /prod/a');

    expect(status).toBe(401);
    expect(headers).toMatchObject({
      'x-amzn-remapped-www-authenticate': 'Basic',
      'x-amzn-remapped-server': 'mine',
      'x-amzn-remapped-date': 'today',
      'x-amzn-remapped-content-length': '5000',
      'x-amzn-remapped-x-amzn-requestid': 'mine',
      'content-length': '0',
    });
    expect(headers).not.toHaveProperty('www-authenticate');
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(headers['x-amzn-requestid']).not.toBe('mine');
  });

  test('to HEAD has no body, and the length of the one it would have', async () => {
    const { server } = await startFunction(() => ({ body: 'hello' }));

    const answer = await server.call('HEAD /prod/a');

    expect([answer.body, answer.headers['content-length']]).toEqual(['', '5']);
  });

  test('in base64 becomes bytes only where the first accepted type is binary', async () => {
    const image = { headers: { 'Content-Type': 'image/png' }, body: '/wD/', isBase64Encoded: true };
    const { server } = await startFunction(() => image, { binaryMediaTypes: ['image/png'] });

    const binary = await server.call('GET /prod/a', { headers: { Accept: 'image/png, */*' } });
    const text = await server.call('GET /prod/a', { headers: { Accept: 'text/html, image/png' } });

    expect([...binary.bytes]).toEqual([255, 0, 255]);
    expect(text.body).toBe('/wD/');
  });

  test('that says it is base64 and is not, is a configuration error', async () => {
    const { server } = await startFunction(() => ({ body: '§', isBase64Encoded: true }), { binaryMediaTypes: ['*/*'] });

    expect((await server.call('GET /prod/a')).status).toBe(500);
  });

  test('cannot break out of a header', async () => {
    const { server } = await startFunction(() => ({
      headers: { 'X-A': 'a\r\nX-Injected: 1', 'bad name': 'x', 'X-Ü': 'x', 'X-C': 'ü→' },
    }));

    const { status, headers } = await server.call('GET /prod/a');

    expect([status, headers['x-a']]).toEqual([200, 'a  X-Injected: 1']);
    expect(headers).not.toHaveProperty('x-injected');
    expect(Buffer.from(String(headers['x-c']), 'latin1').toString('utf8')).toBe('ü→');
  });
});

describe('failures', () => {
  test.each([
    ['a string', 'hello'],
    ['nothing', null],
    ['a list', []],
    ['another member', { statusCode: 200, wrong: true }],
    ['a status that is none', { statusCode: 'ok' }],
    ['a status out of range', { statusCode: 99 }],
    ['a body that is an object', { body: { a: 1 } }],
    ['headers that are none', { headers: 'x' }],
    ['a header that is an object', { headers: { a: {} } }],
    ['a multi-value header that is no list', { multiValueHeaders: { a: 'x' } }],
  ])('%s is a bad gateway', async (_, payload) => {
    const { server, log } = await startFunction(() => payload);

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([502, '{"message":"Internal server error"}']);
    expect(answer.headers['x-amzn-errortype']).toBe('InternalServerErrorException');
    expect(log).toEqual([expect.stringContaining('GET /prod/a: the function returned no Lambda proxy response')]);
  });

  test('a function error is a bad gateway', async () => {
    const { server, log } = await startFunction(() => Promise.reject(new Error('boom')));

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([502, '{"message":"Internal server error"}']);
    expect(log).toEqual(['GET /prod/a: the function failed: Error: boom']);
  });

  test('an integration that names no function is a configuration error', async () => {
    const { server } = await startGateway({ methods: [method('GET /', { integration: { functionArn: undefined } })] });

    expect((await server.call('GET /prod')).status).toBe(500);
  });

  test('a function that takes too long is a timeout', async () => {
    const { server } = await startFunction(() => new Promise((resolve) => setTimeout(resolve, 200)), {}, 20);

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([504, '{"message":"Endpoint request timed out"}']);
  });
});
