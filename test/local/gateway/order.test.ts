import { method, policyAnswer, requestAuthorizer, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

const TOO_LONG = Buffer.alloc(10 * 1024 * 1024 + 1);

/** A call that fails at every station there is; taking one cause away shows the next. */
async function refusals(options: {
  readonly path: string;
  readonly effect: 'Allow' | 'Deny';
  readonly key: string;
  readonly parameter: string;
}) {
  const authorizer = requestAuthorizer();
  const methods = [
    method('POST /items', {
      authorizer,
      apiKeyRequired: true,
      requestParameters: { 'method.request.header.X-Required': true },
      integration: { functionArn: 'broken' },
    }),
  ];
  const keys = [{ id: 'key1', value: 'value1', enabled: true }];
  const { server, lambda } = await startGateway(
    { methods, apiKeySource: 'AUTHORIZER', usagePlans: [{ id: 'plan1', name: 'plan', keys }] },
    {
      authorizer: () => policyAnswer(options.effect, '*', { usageIdentifierKey: options.key }),
      broken: () => Promise.reject(new Error('broken')),
    },
  );
  const headers = { 'X-Required': options.parameter };
  const long = await server.call(`POST ${options.path}`, { headers, body: TOO_LONG });
  const short = await server.call(`POST ${options.path}`, { headers, body: 'x' });
  return {
    statuses: [long.status, short.status],
    asked: lambda.events.filter(({ type }) => type === 'REQUEST').length,
  };
}

test('route, authorizer, key, validation, payload, integration', async () => {
  const wrong = { path: '/prod/none', effect: 'Deny', key: 'none', parameter: '' } as const;

  expect(await refusals(wrong)).toEqual({ statuses: [403, 403], asked: 0 });
  expect(await refusals({ ...wrong, path: '/prod/items' })).toEqual({ statuses: [403, 403], asked: 2 });
  const allowed = { ...wrong, path: '/prod/items', effect: 'Allow' } as const;
  expect(await refusals(allowed)).toEqual({ statuses: [403, 403], asked: 2 });
  expect(await refusals({ ...allowed, key: 'value1' })).toEqual({ statuses: [400, 400], asked: 2 });
  expect(await refusals({ ...allowed, key: 'value1', parameter: 'x' })).toEqual({ statuses: [413, 502], asked: 2 });
});

test('the authorizer is asked for a call that is then throttled', async () => {
  const keys = [{ id: 'key1', value: 'value1', enabled: true }];
  const throttle = { rateLimit: 1, burstLimit: 1 };
  const methods = [method('GET /items', { authorizer: requestAuthorizer(), apiKeyRequired: true })];
  const { server, lambda } = await startGateway(
    { methods, apiKeySource: 'AUTHORIZER', usagePlans: [{ id: 'plan1', name: 'plan', keys, throttle }] },
    { authorizer: () => policyAnswer('Allow', '*', { usageIdentifierKey: 'value1' }) },
    { clock: () => 0 },
  );

  const statuses = [(await server.call('GET /prod/items')).status, (await server.call('GET /prod/items')).status];

  expect(statuses).toEqual([200, 429]);
  expect(lambda.events.map(({ type }) => type)).toEqual(['REQUEST', undefined, 'REQUEST']);
});
