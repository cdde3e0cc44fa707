import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import { DecisionReport } from '../../../lambda/authorizer/decision-report';
import { createHandler } from '../../../lambda/authorizer/handler';
import { hashApiKey, newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { openingBalance } from '../../../lambda/domain/balance';
import { WINDOW } from '../../../lambda/domain/decision-window';
import { Environment } from '../../../lib/private/environment';
import { emfProblems, metricsOf } from '../../support/embedded-metrics';
import { type LogLine, takeLogLines } from '../../support/log-lines';
import { EmbeddedTable } from '../adapters/embedded';
import { CATALOGUE, plan } from '../fixtures';

const ENVIRONMENT = {
  AWS_LAMBDA_FUNCTION_NAME: 'authorizer',
  [Environment.TABLE_NAME]: 'Paywall',
  [Environment.CATALOGUE]: JSON.stringify(CATALOGUE),
  [Environment.APIS]: JSON.stringify([
    { apiId: 'api', costs: { 'GET /rows/{id}': 40 }, routePlans: {}, billingPath: 'billing' },
  ]),
  [Environment.SURROGATE_KEY_PREFIX]: 'test-prefix',
};

let lines: LogLine[];

beforeEach(() => {
  Object.assign(process.env, ENVIRONMENT);
  lines = takeLogLines();
});

afterEach(() => {
  jest.restoreAllMocks();
  for (const name of [...Object.keys(ENVIRONMENT), Environment.METERING]) {
    delete process.env[name];
  }
});

/** An authorizer of a customer with so many units, by a clock that is set from outside. */
async function authorizer(metering: object, sampleRate = 0, units = 50) {
  process.env[Environment.METERING] = JSON.stringify(metering);
  const { client, table } = new EmbeddedTable();
  const { text, key } = newApiKey('test', newCustomerId());
  const now = Math.floor(Date.now() / 1000);
  await new DynamoDbCustomerStore(client, table).create(
    key.customer,
    openingBalance(plan('free', units), now, new Uint8Array(16)),
  );
  const own = { keyId: key.keyId, name: 'own', createdAt: now };
  await new DynamoDbKeyStore(client, table).addFirst(key.customer, own, hashApiKey(text));
  const updates = new SdkItemUpdates(client);
  const state = { time: Date.now(), isDown: false };
  const options = { sampleRate, milliseconds: () => state.time, random: () => 0.5 };
  const handler = createHandler(
    {
      updateItem: (...args) =>
        state.isDown ? Promise.reject(new Error('the store is down')) : updates.updateItem(...args),
      getItem: async () => undefined,
    },
    new DecisionReport(options),
  );
  const call = (apiKey = text, path = '/items/1') =>
    handler(callOf(apiKey, path), { awsRequestId: 'lambda-1' }).then(
      ({ policyDocument }) => policyDocument.Statement[0]?.Effect,
      (error: Error) => error.message,
    );
  return { customer: key.customer, text, state, call };
}

function callOf(apiKey: string, path: string): APIGatewayRequestAuthorizerEvent {
  return {
    httpMethod: 'GET',
    resource: path.replace(/\d+$/, '{id}'),
    path,
    methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/items',
    headers: { 'x-api-key': apiKey },
    queryStringParameters: { token: 'of-the-caller' },
    requestContext: { apiId: 'api', requestId: 'request-1', domainName: 'api.example.com', path: `/prod${path}` },
  } as unknown as APIGatewayRequestAuthorizerEvent;
}

/** What the lines of metrics say, with those of all calls first. */
const told = () => lines.filter((line) => '_aws' in line).map(metricsOf);

test('metrics tell of calls that were served, refused, and not known', async () => {
  const { call, state } = await authorizer({});
  expect(await call()).toBe('Allow');
  expect(await call(undefined, '/rows/7')).toBe('Allow');
  expect(await call(undefined, '/rows/8')).toBe('Deny');
  state.time += WINDOW;
  expect(await call(newApiKey('test', newCustomerId()).text)).toBe('Unauthorized');
  expect(lines.flatMap(emfProblems)).toEqual([]);
  const FunctionName = 'authorizer';
  const latencies = (count: number) => Array.from({ length: count }, () => expect.any(Number));
  // Each of the 40 units that were refused would have cost 1.1 cents on the largest plan, which covers who calls like that.
  expect(told()).toEqual([
    {
      dimensions: { FunctionName },
      values: {
        Calls: 1,
        Units: 1,
        LeasedCalls: 0,
        PaymentRequired: 0,
        UnauthorizedCalls: 0,
        DecisionLatency: latencies(1),
      },
    },
    // The pause of the clock has put the calls before it under their own time.
    {
      dimensions: { FunctionName },
      values: {
        Calls: 2,
        Units: 40,
        LeasedCalls: 0,
        PaymentRequired: 1,
        UnauthorizedCalls: 0,
        DecisionLatency: latencies(2),
      },
    },
    { dimensions: { FunctionName, Reason: 'quota_exhausted', Plan: 'free' }, values: { PaymentRequired: 1 } },
    { dimensions: { FunctionName, Currency: 'usd' }, values: { RevenueBlocked: expect.closeTo(40 * 1.1) } },
    {
      dimensions: { FunctionName },
      values: {
        ...{ Calls: 0, Units: 0, LeasedCalls: 0, PaymentRequired: 0, UnauthorizedCalls: 1 },
        DecisionLatency: latencies(1),
      },
    },
  ]);
});

test('calls that are served from leased units are told as such', async () => {
  const { call, state } = await authorizer({ maxBlock: 1_000, life: 5_000 }, 0, 100_000);
  for (let index = 0; index < 20; index++) {
    await call();
  }
  state.time += 5_000;
  await call();
  state.time += 5_000;
  await call();
  const calls = told().reduce((sum, { values }) => sum + Number(values.Calls), 0);
  const leased = told().reduce((sum, { values }) => sum + Number(values.LeasedCalls), 0);
  expect(calls).toBe(22);
  expect(leased).toBeGreaterThan(0);
  expect(leased).toBeLessThan(calls);
});

test('while the store is away, who fails open tells of calls that were not counted', async () => {
  const { call, state } = await authorizer({ openCallsPerMinute: 60 });
  await call();
  [state.isDown, state.time] = [true, state.time + WINDOW];
  expect(await call()).toBe('Allow');
  expect(told()[1]?.values).toMatchObject({ Calls: 1, FailOpenCalls: 1 });
  expect(told()[1]?.values).not.toHaveProperty('FailedDecisions');
});

test('while the store is away, who fails closed tells of calls that could not be decided, and logs why', async () => {
  const { call, state } = await authorizer({});
  await call();
  [state.isDown, state.time] = [true, state.time + WINDOW];
  expect(await call()).toBe('the store is down');
  expect(told()[1]?.values).toMatchObject({ Calls: 0, FailedDecisions: 1 });
  expect(told()[1]?.values).not.toHaveProperty('FailOpenCalls');
  expect(lines.filter(({ level }) => level === 'ERROR')).toMatchObject([
    { function_request_id: 'lambda-1', requestId: 'request-1', error: { message: 'the store is down' } },
  ]);
});

test('of a sampled decision there is a line, and nothing in it that opens anything', async () => {
  const { call, customer, text, state } = await authorizer({}, 1);
  await call(undefined, '/rows/7');
  await call(undefined, '/rows/8');
  await call('no-key');
  state.isDown = true;
  await call();
  const sampled = lines.filter(({ message }) => message === 'a call was decided');
  const ids = {
    ...{ level: 'INFO', message: 'a call was decided', timestamp: expect.any(String), function_name: 'authorizer' },
    ...{ function_request_id: 'lambda-1', requestId: 'request-1', latency: expect.any(Number) },
  };
  const route = 'GET /rows/{id}';
  expect(sampled).toEqual([
    { ...ids, route, outcome: 'granted', customer, plan: 'free', cost: 40, remaining: 10, leased: false },
    {
      ...{ ...ids, route, outcome: 'payment_required', customer, plan: 'free', cost: 40, remaining: 10 },
      reason: 'quota_exhausted',
    },
    { ...ids, route: 'GET /items/{id}', outcome: 'unauthorized' },
    { ...ids, route: 'GET /items/{id}', outcome: 'failed' },
  ]);
  // The key begins as its customer's id does, which is no secret: it is what comes after that.
  expect(JSON.stringify(lines)).not.toContain(text.slice('pw_test_'.length + 14));
  expect(JSON.stringify(lines)).not.toMatch(/pw_test_|no-key|of-the-caller|checkout\//);
});

test('one that is not sampled leaves no line', async () => {
  const { call } = await authorizer({}, 0.5);
  await call();
  expect(lines.filter((line) => !('_aws' in line))).toEqual([]);
});

test('what cannot be written keeps nobody from being served', async () => {
  const { call } = await authorizer({}, 1);
  jest.spyOn(process.stdout, 'write').mockImplementation(() => {
    throw new Error('broken pipe');
  });
  expect(await call()).toBe('Allow');
});
