import { method, policyAnswer, requestAuthorizer, TestServer } from './harness';
import { startLogged, UNREACHED } from './logged';

afterEach(() => TestServer.closeAll());

describe('authorizers', () => {
  const authorized = (identitySources: string[] = []) =>
    method('GET /items', { authorizer: requestAuthorizer({ identitySources }) });

  test('that allow leave their context', async () => {
    const { server, lines } = await startLogged(authorized(), {
      authorizer: () => policyAnswer('Allow', '*', { context: { customer: 'cus_1' } }),
    });

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        status: '200',
        'authorizer.principalId': 'caller',
        'authorizer.customer': 'cus_1',
        'authorizer.status': '200',
        'authorizer.error': '-',
        'authorizer.integrationStatus': '200',
        'authorize.status': '200',
        'authorize.error': '-',
      },
    ]);
  });

  test('that deny leave it, too', async () => {
    const { server, lines } = await startLogged(authorized(), {
      authorizer: () => policyAnswer('Deny', '*', { context: { customer: 'cus_1' } }),
    });

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        ...UNREACHED,
        status: '403',
        'error.responseType': 'ACCESS_DENIED',
        'authorizer.customer': 'cus_1',
        'authorizer.status': '403',
        'authorize.status': '403',
        'authorize.error': 'The client is not authorized to perform this operation.',
      },
    ]);
  });

  test('that are not asked, for want of an identity', async () => {
    const { server, lines } = await startLogged(authorized(['method.request.header.X-Key']));

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        ...UNREACHED,
        status: '401',
        resourcePath: '/items',
        'error.responseType': 'UNAUTHORIZED',
        'authorizer.principalId': '-',
        'authorizer.status': '401',
        'authorizer.error': 'Unauthorized',
        'authorizer.integrationStatus': '-',
        'authorize.status': '-',
      },
    ]);
  });

  test('that fail have no message for anyone', async () => {
    const { server, lines } = await startLogged(authorized(), { authorizer: () => Promise.reject(new Error('boom')) });

    await server.call('GET /prod/items');

    expect(lines()).toMatchObject([
      {
        status: '500',
        'error.responseType': 'AUTHORIZER_FAILURE',
        'error.message': '-',
        'authorizer.status': '500',
        'authorizer.error': 'the authorizer failed: Error: boom',
        'authorizer.integrationStatus': '200',
      },
    ]);
  });
});

describe('calls that API Gateway refuses', () => {
  test('a throttled one has been seen by the authorizer', async () => {
    // GIVEN
    const keys = [{ id: 'key1', value: 'value1', enabled: true }];
    const throttle = { rateLimit: 0.001, burstLimit: 1 };
    const { server, lines } = await startLogged(
      {
        methods: [method('GET /items', { authorizer: requestAuthorizer(), apiKeyRequired: true })],
        apiKeySource: 'AUTHORIZER',
        usagePlans: [{ id: 'plan1', name: 'plan', keys, throttle }],
      },
      {
        authorizer: () => policyAnswer('Allow', '*', { usageIdentifierKey: 'value1', context: { customer: 'cus_1' } }),
      },
    );

    // WHEN
    await server.call('GET /prod/items');
    await server.call('GET /prod/items');

    // THEN
    expect(lines()).toMatchObject([
      { status: '200', 'authorizer.customer': 'cus_1', 'identity.apiKeyId': 'key1' },
      {
        ...UNREACHED,
        status: '429',
        'error.responseType': 'THROTTLED',
        'error.message': 'Too Many Requests',
        'authorizer.customer': 'cus_1',
        'authorizer.status': '200',
        'authorize.status': '200',
      },
    ]);
  });

  test('one without a parameter, one of no route, and one that is too long', async () => {
    const requestParameters = { 'method.request.querystring.city': true };
    const { server, lines } = await startLogged({
      methods: [method('GET /items', { requestParameters }), method('POST /items')],
    });

    await server.call('GET /prod/items');
    await server.call('GET /prod/elsewhere');
    await server.call('POST /prod/items', { body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    expect(lines()).toMatchObject([
      {
        ...UNREACHED,
        status: '400',
        'error.responseType': 'BAD_REQUEST_PARAMETERS',
        'error.message': 'Missing required request parameters: [city]',
      },
      {
        ...UNREACHED,
        status: '403',
        path: '/prod/elsewhere',
        resourcePath: '-',
        resourceId: '-',
        'error.responseType': 'MISSING_AUTHENTICATION_TOKEN',
      },
      { ...UNREACHED, status: '413', 'error.responseType': 'REQUEST_TOO_LARGE' },
    ]);
  });

  test('with the status that the gateway response gives them', async () => {
    const { server, lines } = await startLogged({
      methods: [],
      gatewayResponses: {
        MISSING_AUTHENTICATION_TOKEN: { statusCode: '404', responseParameters: {}, responseTemplates: {} },
      },
    });

    await server.call('GET /prod/none');

    expect(lines()).toMatchObject([{ status: '404', 'error.responseType': 'MISSING_AUTHENTICATION_TOKEN' }]);
  });

  test('not those that no stage takes', async () => {
    const { server, events } = await startLogged({ methods: [] });

    await server.call('GET /beta/items');
    await server.call('GET /prod/items', { headers: { 'X-Long': 'x'.repeat(10_241) } });

    expect(events).toEqual([]);
  });
});
