import type { AuthorizerModel } from '../../../local/template/model';
import {
  allowHandler,
  type Handler,
  method,
  policyAnswer,
  requestAuthorizer,
  startGateway,
  TestServer,
} from './harness';

afterEach(() => TestServer.closeAll());

function startAuthorized(authorizer: Handler, overrides: Partial<AuthorizerModel> = {}) {
  const model = requestAuthorizer(overrides);
  const methods = ['GET /items/{id}', 'DELETE /items/{id}', 'GET /'].map((line) => method(line, { authorizer: model }));
  return startGateway({ methods, stageVariables: { tier: 'gold' } }, { authorizer });
}

describe('the event', () => {
  test('of a REQUEST authorizer is the call, with empty maps where there is nothing', async () => {
    // GIVEN
    const { server, lambda } = await startAuthorized(allowHandler);

    // WHEN
    await server.call('GET /prod/items/7%208?a=1&a=2&b=%20x', {
      headers: { 'X-Custom': ['one', 'two'], 'User-Agent': 'test' },
    });
    await server.call('GET /prod/');

    // THEN
    const [event, , bare] = lambda.events;
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api1/prod/GET/items/7%208',
      resource: '/items/{id}',
      path: '/items/7%208',
      httpMethod: 'GET',
      headers: { 'X-Custom': 'two', 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '127.0.0.1' },
      multiValueHeaders: { 'X-Custom': ['one', 'two'] },
      queryStringParameters: { a: '2', b: ' x' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: [' x'] },
      pathParameters: { id: '7 8' },
      stageVariables: { tier: 'gold' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'api1',
        domainName: `localhost:${server.port}`,
        domainPrefix: 'localhost',
        httpMethod: 'GET',
        identity: { sourceIp: '127.0.0.1', userAgent: 'test', userArn: null },
        path: '/prod/items/7%208',
        protocol: 'HTTP/1.1',
        resourceId: 'resource-of-/items/{id}',
        resourcePath: '/items/{id}',
        stage: 'prod',
      },
    });
    expect(event).not.toHaveProperty('body');
    expect(event?.requestContext).not.toHaveProperty('authorizer');
    expect(bare).toMatchObject({
      methodArn: expect.stringMatching(/\/prod\/GET\/$/),
      queryStringParameters: {},
      pathParameters: {},
    });
  });

  test('of a TOKEN authorizer is the token', async () => {
    const tokenAuthorizer = { type: 'TOKEN', identitySources: ['method.request.header.Authorization'] } as const;
    const { server, lambda } = await startAuthorized(allowHandler, tokenAuthorizer);

    await server.call('GET /prod/', { headers: { authorization: 'Bearer x' } });

    expect(lambda.events[0]).toEqual({
      type: 'TOKEN',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api1/prod/GET/',
      authorizationToken: 'Bearer x',
    });
  });

  test('of a TOKEN authorizer with a pattern is asked for by tokens that fit it whole', async () => {
    const tokenAuthorizer = {
      type: 'TOKEN',
      identitySources: ['method.request.header.Authorization'],
      identityValidation: 'Bearer [a-z]+',
    } as const;
    const { server, lambda } = await startAuthorized(allowHandler, tokenAuthorizer);

    const noise = await server.call('GET /prod/', { headers: { authorization: 'Bearer x1' } });
    await server.call('GET /prod/', { headers: { authorization: 'Bearer x' } });

    expect(noise.status).toBe(401);
    expect(lambda.events.filter(({ type }) => type === 'TOKEN')).toHaveLength(1);
  });
});

describe('the decision', () => {
  test('an Allow lets the call through, its context goes with it as strings', async () => {
    // GIVEN
    const context = { text: 'a', count: 1.5, flag: false, nothing: null };
    const { server, lambda } = await startAuthorized((event) => policyAnswer('Allow', event.methodArn, { context }));

    // WHEN
    const answer = await server.call('GET /prod/');

    // THEN
    expect(answer.status).toBe(200);
    expect(lambda.events[1]?.requestContext.authorizer).toEqual({
      text: 'a',
      count: '1.5',
      flag: 'false',
      principalId: 'caller',
      integrationLatency: expect.any(Number),
    });
  });

  test('no match is a denial, and so is a Deny; AWS words them differently', async () => {
    const { server, lambda } = await startAuthorized((event) =>
      event.httpMethod === 'GET'
        ? policyAnswer('Allow', 'arn:aws:execute-api:*:*:*/*/POST/*')
        : policyAnswer('Deny', '*'),
    );

    const [implicit, explicit] = [await server.call('GET /prod/items/1'), await server.call('DELETE /prod/items/1')];

    expect([implicit.status, implicit.body]).toEqual([
      403,
      '{"Message":"User is not authorized to access this resource"}',
    ]);
    expect([explicit.status, JSON.parse(explicit.body).Message]).toEqual([
      403,
      expect.stringContaining('explicit deny'),
    ]);
    expect(implicit.headers['x-amzn-errortype']).toBe('AccessDeniedException');
    expect(lambda.events.every(({ type }) => type === 'REQUEST')).toBe(true);
  });
});

describe('failures', () => {
  test('the very word Unauthorized is a 401', async () => {
    const { server } = await startAuthorized(() => Promise.reject(new Error('Unauthorized')));

    const answer = await server.call('GET /prod/');

    expect([answer.status, answer.body]).toEqual([401, '{"message":"Unauthorized"}']);
    expect(answer.headers['x-amzn-errortype']).toBe('UnauthorizedException');
  });

  test('any other error is the authorizer’s failure, and the developer is told', async () => {
    const { server, log } = await startAuthorized(() => Promise.reject(new Error('unauthorized\nat once')));

    const answer = await server.call('GET /prod/');

    expect([answer.status, answer.body]).toEqual([500, '{"message":null}']);
    expect(answer.headers['x-amzn-errortype']).toBe('AuthorizerFailureException');
    expect(log).toEqual(['GET /prod/: the authorizer failed: Error: unauthorized at once']);
  });

  test.each([
    ['nothing', null],
    ['no principal', { ...policyAnswer('Allow', '*'), principalId: undefined }],
    ['no policy', { principalId: 'caller' }],
    ['a context with an object', policyAnswer('Allow', '*', { context: { list: [1] } })],
    ['a context that is a list', policyAnswer('Allow', '*', { context: [] })],
    ['a key that is no string', policyAnswer('Allow', '*', { usageIdentifierKey: 5 })],
  ])('%s is a malformed answer', async (_, answer) => {
    const { server, log } = await startAuthorized(() => answer);

    const { status, headers, body } = await server.call('GET /prod/');

    expect([status, body]).toEqual([500, '{"message":null}']);
    expect(headers['x-amzn-errortype']).toBe('AuthorizerConfigurationException');
    expect(log).toHaveLength(1);
  });

  test('a method ARN beyond AWS’s limit is too long a URI', async () => {
    const { server, lambda } = await startAuthorized(allowHandler);

    const answer = await server.call(`GET /prod/items/${'x'.repeat(1_600)}`);

    expect(answer.status).toBe(414);
    expect(lambda.events).toEqual([]);
  });
});

describe('identity sources', () => {
  const identitySources = [
    'method.request.header.Authorization',
    'method.request.querystring.tenant',
    'stageVariables.tier',
    'context.identity.sourceIp',
  ];

  test('a header is found in any case', async () => {
    const { server } = await startAuthorized(allowHandler, { identitySources });

    expect((await server.call('GET /prod/?tenant=a', { headers: { AUTHORIZATION: 'x' } })).status).toBe(200);
  });

  test.each([
    ['missing', 'GET /prod/?tenant=a', {}],
    ['empty', 'GET /prod/?tenant=', { Authorization: 'x' }],
  ])('one that is %s is answered 401 without asking', async (_, line, headers) => {
    const { server, lambda } = await startAuthorized(allowHandler, { identitySources, resultTtl: 300 });

    const answer = await server.call(line, { headers });

    expect([answer.status, answer.body]).toEqual([401, '{"message":"Unauthorized"}']);
    expect(lambda.events).toEqual([]);
  });
});
