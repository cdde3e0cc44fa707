import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { DynamoDbCustomerStore, getItem } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbKeyImports } from '../../../lambda/adapters/dynamodb-key-imports';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import { createHandler } from '../../../lambda/authorizer/handler';
import { hashApiKey, newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { openingBalance } from '../../../lambda/domain/balance';
import { Environment } from '../../../lib/private/environment';
import { takeLogLines } from '../../support/log-lines';
import { EmbeddedTable } from '../adapters/embedded';
import { CATALOGUE, plan } from '../fixtures';

/** What a call asks of the store, whoever calls, however many customers there are. `bench/table-size.mjs` measures the time of it. */

const ENVIRONMENT = {
  [Environment.TABLE_NAME]: 'Paywall',
  [Environment.CATALOGUE]: JSON.stringify(CATALOGUE),
  [Environment.APIS]: JSON.stringify([{ apiId: 'api', costs: {}, routePlans: {}, billingPath: 'billing' }]),
  [Environment.METERING]: '{}',
  [Environment.SURROGATE_KEY_PREFIX]: 'test-prefix',
  [Environment.IDENTITIES]: '["apiKeys","importedKeys"]',
};

interface Customer {
  readonly own: string;
  readonly imported: string;
}

beforeAll(() => {
  Object.assign(process.env, ENVIRONMENT);
});

beforeEach(() => {
  takeLogLines();
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => {
  for (const name of Object.keys(ENVIRONMENT)) {
    delete process.env[name];
  }
});

/** A table of so many customers with two keys each, and an authorizer that has just begun. */
async function authorizerOver(customers: number) {
  const { client, table } = new EmbeddedTable();
  let last: Customer = { own: '', imported: '' };
  for (let index = 0; index < customers; index++) {
    last = await addCustomer(client, table, index);
  }
  const requests: string[] = [];
  const counted: typeof client = Object.assign(Object.create(client), {
    send: (command: object) => {
      requests.push(command.constructor.name);
      return client.send(command as Parameters<typeof client.send>[0]);
    },
  });
  const updates = new SdkItemUpdates(counted);
  const handler = createHandler({
    updateItem: updates.updateItem.bind(updates),
    getItem: (name, key) => getItem(counted, name, key),
  });
  return {
    customer: last,
    /** What comes of a call, and what it has asked the store. */
    call: async (apiKey: string) => {
      requests.length = 0;
      const outcome = await handler(callWith(apiKey)).then(
        ({ policyDocument }) => policyDocument.Statement[0]?.Effect,
        (error: Error) => error.message,
      );
      return [outcome, ...requests];
    },
  };
}

async function addCustomer(client: EmbeddedTable['client'], table: string, index: number): Promise<Customer> {
  const { text, key } = newApiKey('test', newCustomerId());
  const now = Math.floor(Date.now() / 1000);
  const imported = `made-by-api-gateway-${index}`;
  const [customers, imports] = [new DynamoDbCustomerStore(client, table), new DynamoDbKeyImports(client, table)];
  const keys = new DynamoDbKeyStore(client, table);
  await customers.create(key.customer, openingBalance(plan('free', 50), now, new Uint8Array(16)));
  await keys.addFirst(key.customer, { keyId: key.keyId, name: 'own', createdAt: now }, hashApiKey(text));
  await keys.add(key.customer, { keyId: 'key002', name: 'imported', createdAt: now }, hashApiKey(imported), now);
  await imports.claim(hashApiKey(imported), { customer: key.customer, keyId: 'key002' });
  return { own: text, imported };
}

function callWith(apiKey: string): APIGatewayRequestAuthorizerEvent {
  return {
    httpMethod: 'GET',
    resource: '/items',
    path: '/items',
    methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/items',
    headers: { 'x-api-key': apiKey },
    requestContext: { apiId: 'api', requestId: 'request-1', domainName: 'api.example.com', path: '/prod/items' },
  } as unknown as APIGatewayRequestAuthorizerEvent;
}

test.each([1, 100])(
  'among %d customers, a call is one write, the first of a route one more, and the first by an imported key one read more',
  async (count) => {
    const { customer, call } = await authorizerOver(count);
    // What the route is called, for the history of usage.
    expect(await call(customer.own)).toEqual(['Allow', 'UpdateItemCommand', 'UpdateItemCommand']);
    expect(await call(customer.own)).toEqual(['Allow', 'UpdateItemCommand']);
    expect(await call(customer.imported)).toEqual(['Allow', 'GetItemCommand', 'UpdateItemCommand']);
    expect(await call(customer.imported)).toEqual(['Allow', 'UpdateItemCommand']);
  },
);

test('who is refused costs one request at most, and none a moment later', async () => {
  const { customer, call } = await authorizerOver(1);
  const unauthorized = 'Unauthorized';
  const unknown = newApiKey('test', customer.own.slice('pw_test_'.length, 'pw_test_'.length + 14)).text;
  expect(await call(unknown)).toEqual([unauthorized, 'UpdateItemCommand']);
  expect(await call(unknown)).toEqual([unauthorized]);
  expect(await call('made-by-nobody-at-all-01')).toEqual([unauthorized, 'GetItemCommand']);
  expect(await call('made-by-nobody-at-all-01')).toEqual([unauthorized]);
  for (const malformed of ['', 'pw_test_', customer.own.slice(0, -1), `${customer.own.slice(0, -1)}-`]) {
    expect(await call(malformed)).toEqual([unauthorized]);
  }
});
