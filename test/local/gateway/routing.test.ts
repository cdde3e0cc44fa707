import { method, restApi, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

describe('base paths', () => {
  test('several APIs are told apart by them, the longest first', async () => {
    // GIVEN
    const { server, lambda } = await startGateway([
      { model: restApi({ id: 'first', methods: [method('GET /{proxy+}')] }), basePath: '/prod' },
      { model: restApi({ id: 'second', methods: [method('GET /{proxy+}')] }), basePath: '/prod/other' },
    ]);

    // WHEN
    await server.call('GET /prod/items');
    await server.call('GET /prod/other/items');
    await server.call('GET /prod/others/items');

    // THEN
    expect(lambda.events.map(({ requestContext }) => requestContext.apiId)).toEqual(['first', 'second', 'first']);
  });

  test('an unknown one is forbidden, as an unknown stage is', async () => {
    const { server } = await startGateway({ methods: [method('GET /items')] });

    const answers = await Promise.all(
      ['GET /', 'GET /items', 'GET /production/items', 'GET /PROD/items'].map((line) => server.call(line)),
    );

    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(4).fill([403, '{"message":"Forbidden"}']));
    expect(answers[0]?.headers['x-amzn-errortype']).toBe('ForbiddenException');
  });

  test('the event names the path without it, the request context with it', async () => {
    const { server, lambda } = await startGateway({ methods: [method('GET /items'), method('GET /')] });

    await server.call('GET /prod/items?a=1');
    await server.call('GET /prod');
    await server.call('GET //prod//items');

    expect(lambda.events.map(({ path, requestContext }) => [path, requestContext.path])).toEqual([
      ['/items', '/prod/items'],
      ['/', '/prod'],
      ['/items', '/prod//items'],
    ]);
  });

  test('a request target in absolute form is read as a path', async () => {
    const { server } = await startGateway({ methods: [method('GET /items')] });

    expect((await server.call('GET http://somewhere.example/prod/items')).body).toBe('GET /items');
  });
});

describe('unknown routes', () => {
  test.each(['GET /prod/none', 'POST /prod/items', 'HEAD /prod/items'])(
    '%s misses an authentication token',
    async (line) => {
      const { server } = await startGateway({ methods: [method('GET /items')] });

      const answer = await server.call(line);

      expect(answer.status).toBe(403);
      expect(answer.headers['x-amzn-errortype']).toBe('MissingAuthenticationTokenException');
      expect(answer.body).toBe(line.startsWith('HEAD') ? '' : '{"message":"Missing Authentication Token"}');
    },
  );

  test('ANY stands for the methods of API Gateway and no others', async () => {
    const { server } = await startGateway({ methods: [method('ANY /items')] });

    expect((await server.call('PATCH /prod/items')).status).toBe(200);
    expect((await server.call('PROPFIND /prod/items')).status).toBe(403);
  });
});

describe('path parameters', () => {
  test('are URL-decoded in events, and an encoded slash splits nothing', async () => {
    // GIVEN
    const { server, lambda } = await startGateway({
      methods: [method('GET /items/{id}'), method('GET /files/{path+}')],
    });

    // WHEN
    await server.call('GET /prod/items/a%2fb%20c');
    await server.call('GET /prod/files/a/b%2fc//d/');
    await server.call('GET /prod/files/..%2f../..');

    // THEN
    expect(lambda.events.map(({ pathParameters }) => pathParameters)).toEqual([
      { id: 'a/b c' },
      { path: 'a/b/c//d' },
      { path: '../../..' },
    ]);
    expect(lambda.events.map(({ path }) => path)).toEqual([
      '/items/a%2fb%20c',
      '/files/a/b%2fc//d/',
      '/files/..%2f../..',
    ]);
  });

  test('dots are not resolved', async () => {
    const { server } = await startGateway({ methods: [method('GET /items'), method('GET /public/{proxy+}')] });

    expect((await server.call('GET /prod/public/../items')).body).toBe('GET /public/../items');
  });

  test.each(['%', '%zz', '%ff', '%c3%28'])('%s is no encoding: a bad request', async (id) => {
    const { server, lambda } = await startGateway({ methods: [method('GET /items/{id}')] });

    const answer = await server.call(`GET /prod/items/${id}`);

    expect([answer.status, answer.body]).toEqual([400, '{"message":"Bad Request"}']);
    expect(lambda.events).toEqual([]);
  });

  test('may have the name of what every object has', async () => {
    const { server, lambda } = await startGateway({ methods: [method('GET /{__proto__}/{constructor}')] });

    await server.call('GET /prod/a/b');

    expect(Object.entries(lambda.events[0]?.pathParameters ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});
