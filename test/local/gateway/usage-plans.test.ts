import type { RestApiModel, UsagePlanModel } from '../../../local/template/model';
import { method, policyAnswer, requestAuthorizer, restApi, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

function plan(overrides: Partial<UsagePlanModel> = {}): UsagePlanModel {
  return { id: 'plan1', name: 'plan', keys: [{ id: 'key1', value: 'value1', enabled: true }], ...overrides };
}

async function startMetered(usagePlans: UsagePlanModel[], overrides: Partial<RestApiModel> = {}) {
  let now = Date.UTC(2025, 0, 1);
  const methods = [method('GET /items', { apiKeyRequired: true }), method('GET /open')];
  const gateway = await startGateway({ methods, usagePlans, ...overrides }, {}, { clock: () => now });
  const statusOf = async (key?: string, line = 'GET /prod/items') =>
    (await gateway.server.call(line, { headers: key === undefined ? {} : { 'x-api-key': key } })).status;
  const setTime = (millis: number) => {
    now = millis;
  };
  return { ...gateway, statusOf, setTime, wait: (millis: number) => setTime(now + millis) };
}

describe('keys', () => {
  test.each([
    ['none', undefined],
    ['an unknown one', 'value2'],
    ['a disabled one', 'value3'],
  ])('%s is forbidden', async (_, key) => {
    const { server } = await startMetered([plan({ keys: [{ id: 'key3', value: 'value3', enabled: false }] })]);

    const answer = await server.call('GET /prod/items', { headers: key === undefined ? {} : { 'x-api-key': key } });

    expect([answer.status, answer.body]).toEqual([403, '{"message":"Forbidden"}']);
    expect(answer.headers['x-amzn-errortype']).toBe('ForbiddenException');
  });

  test('a key of any of the plans is taken, and the function learns which', async () => {
    const { statusOf, lambda } = await startMetered([plan({ id: 'plan0', keys: [] }), plan()]);

    expect(await statusOf('value1')).toBe(200);
    expect(lambda.events[0]?.requestContext.identity).toMatchObject({ apiKey: 'value1', apiKeyId: 'key1' });
  });

  test('a method that wants no key takes none, and counts nothing', async () => {
    const { statusOf, lambda } = await startMetered([plan({ quota: { limit: 1, offset: 0, period: 'DAY' } })]);

    const open = [await statusOf('value1', 'GET /prod/open'), await statusOf('value1', 'GET /prod/open')];

    expect([...open, await statusOf('value1')]).toEqual([200, 200, 200]);
    expect(lambda.events[0]?.requestContext.identity).not.toHaveProperty('apiKey');
  });

  test('with the key source AUTHORIZER the authorizer says which key it is, and the header says nothing', async () => {
    // GIVEN
    const authorizer = requestAuthorizer();
    const methods = [method('GET /items', { apiKeyRequired: true, authorizer })];
    const { server, lambda } = await startGateway(
      { methods, apiKeySource: 'AUTHORIZER', usagePlans: [plan()] },
      { authorizer: ({ headers }) => policyAnswer('Allow', '*', { usageIdentifierKey: headers['x-key'] }) },
    );

    // WHEN
    const named = await server.call('GET /prod/items', { headers: { 'x-key': 'value1' } });
    const unnamed = await server.call('GET /prod/items', { headers: { 'x-api-key': 'value1' } });
    const unknown = await server.call('GET /prod/items', { headers: { 'x-key': 'suspended' } });

    // THEN
    expect([named.status, unnamed.status, unknown.status]).toEqual([200, 403, 403]);
    expect(lambda.events[1]?.requestContext.identity).toMatchObject({ apiKey: 'value1', apiKeyId: 'key1' });
  });
});

describe('throttle', () => {
  const throttle = { rateLimit: 1, burstLimit: 2 };

  test('beyond burst and rate the call is throttled', async () => {
    // GIVEN
    const { server, statusOf, wait } = await startMetered([plan({ throttle })]);
    expect([await statusOf('value1'), await statusOf('value1')]).toEqual([200, 200]);

    // WHEN
    const answer = await server.call('GET /prod/items', { headers: { 'x-api-key': 'value1' } });
    wait(1_000);

    // THEN
    expect([answer.status, answer.body]).toEqual([429, '{"message":"Too Many Requests"}']);
    expect(answer.headers['x-amzn-errortype']).toBe('TooManyRequestsException');
    expect([await statusOf('value1'), await statusOf('value1')]).toEqual([200, 429]);
  });

  test('each key has a bucket of its own', async () => {
    const keys = [
      { id: 'key1', value: 'value1', enabled: true },
      { id: 'key2', value: 'value2', enabled: true },
    ];
    const { statusOf } = await startMetered([plan({ throttle: { rateLimit: 1, burstLimit: 1 }, keys })]);

    expect([await statusOf('value1'), await statusOf('value1'), await statusOf('value2')]).toEqual([200, 429, 200]);
  });

  test('APIs that share a plan share its buckets', async () => {
    const api = { methods: [method('GET /items', { apiKeyRequired: true })], usagePlans: [plan({ throttle })] };
    const { server } = await startGateway([
      { model: restApi({ ...api, id: 'one' }), basePath: '/one' },
      { model: restApi({ ...api, id: 'two' }), basePath: '/two' },
    ]);
    const call = async (path: string) =>
      (await server.call(`GET ${path}`, { headers: { 'x-api-key': 'value1' } })).status;

    expect([await call('/one/items'), await call('/two/items'), await call('/one/items')]).toEqual([200, 200, 429]);
  });
});

describe('quota', () => {
  test('what is used up is refused until the period is over', async () => {
    // GIVEN
    const { server, statusOf, setTime } = await startMetered([plan({ quota: { limit: 2, offset: 0, period: 'DAY' } })]);
    expect([await statusOf('value1'), await statusOf('value1')]).toEqual([200, 200]);

    // WHEN
    const answer = await server.call('GET /prod/items', { headers: { 'x-api-key': 'value1' } });

    // THEN
    expect([answer.status, answer.body]).toEqual([429, '{"message":"Limit Exceeded"}']);
    expect(answer.headers['x-amzn-errortype']).toBe('LimitExceededException');
    setTime(Date.UTC(2025, 0, 1, 23, 59));
    expect(await statusOf('value1')).toBe(429);
    setTime(Date.UTC(2025, 0, 2));
    expect(await statusOf('value1')).toBe(200);
  });

  test('what was throttled was not used', async () => {
    const throttle = { rateLimit: 1, burstLimit: 1 };
    const quota = { limit: 2, offset: 0, period: 'DAY' } as const;
    const { statusOf, wait } = await startMetered([plan({ throttle, quota })]);

    const first = [await statusOf('value1'), await statusOf('value1')];
    wait(1_000);

    expect([...first, await statusOf('value1')]).toEqual([200, 429, 200]);
  });
});
