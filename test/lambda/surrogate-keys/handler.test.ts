import { randomUUID } from 'node:crypto';
import { APIGatewayClient, GetApiKeysCommand, GetUsagePlanKeysCommand } from '@aws-sdk/client-api-gateway';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { ApiGatewaySurrogateKeys } from '../../../lambda/adapters/api-gateway-surrogate-keys';
import { DynamoDbCustomerDeletions } from '../../../lambda/adapters/dynamodb-customer-deletions';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbOwnKeyStore } from '../../../lambda/adapters/dynamodb-own-key-store';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import { NO_PLAN } from '../../../lambda/domain/own-keys';
import { ownKeyOf } from '../../../lambda/domain/surrogate-key';
import { handle, type SurrogateKeysDependencies } from '../../../lambda/surrogate-keys/handler';
import { SURROGATE_KEY_ATTRIBUTES } from '../../../lib/private/attributes';
import { type ControlPlane, startControlPlane } from '../../../local/control-plane/control-plane';
import { plan } from '../../local/control-plane/support';
import { recording } from '../adapters/clients';
import { planStep } from '../adapters/stores';
import { createTable, type TestTable } from '../adapters/table';
import { balance, CATALOGUE, NOW } from '../fixtures';

const PREFIX = 'Stack-12345678';
const PLANS = { pro: 'plan01', max: 'plan02' };

let controlPlane: ControlPlane;
let table: TestTable;
let client: APIGatewayClient;
let counted: number;
let errors: unknown[];
let dependencies: SurrogateKeysDependencies;
let customers: DynamoDbCustomerStore;

async function world(options: { mostApiKeys?: number; usagePlanKeyMillis?: number } = {}): Promise<void> {
  const usagePlans = Object.values(PLANS).map((id) => plan(id, ['api1/prod']));
  controlPlane = await startControlPlane({ apiKeys: [], usagePlans, ...options });
  client = new APIGatewayClient({
    endpoint: controlPlane.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  [counted, errors] = [0, []];
  dependencies = {
    store: new DynamoDbOwnKeyStore(table.client, table.table),
    keys: new ApiGatewaySurrogateKeys(client, PLANS),
    catalogue: { ...CATALOGUE, plans: CATALOGUE.plans.map((entry) => ({ ...entry, ownThrottle: entry.id in PLANS })) },
    prefix: PREFIX,
    onCeiling: () => {
      counted++;
    },
    pace: 0,
    logError: (_message, about, error) => errors.push({ ...about, error: (error as Error).name }),
  };
}

beforeEach(async () => {
  table = await createTable();
  customers = new DynamoDbCustomerStore(table.client, table.table);
});

afterEach(async () => {
  client.destroy();
  await controlPlane.close();
  await table.close();
});

async function arrive(...arrivals: [customer: string, plan: string][]) {
  const records = arrivals.map(([customer, plan], index) => ({
    messageId: `m${index}`,
    body: JSON.stringify({ customer, plan }),
  }));
  return handle({ Records: records as SQSRecord[] } as SQSEvent, dependencies);
}

async function customerOn(plan: string, customer: string): Promise<void> {
  const { keys, surrogateKeys, ...opening } = balance({ plan });
  await customers.create(customer, opening);
}

/** A plan change, as a payment makes it. */
async function movePlan(customer: string, to: string): Promise<void> {
  const payments = new DynamoDbPaymentStore(patientItems(table.client), table.table, () => NOW);
  await payments.post(customer, planStep({ id: randomUUID(), plan: to, units: 1 }));
}

async function keysIn(usagePlanId: string): Promise<(string | undefined)[]> {
  const { items = [] } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId }));
  return items.map(({ value }) => value);
}

async function allKeys(): Promise<(string | undefined)[]> {
  const { items = [] } = await client.send(new GetApiKeysCommand({}));
  return items.map(({ name }) => name);
}

test('arrivals get keys of their own, in their plans, and their balances name them', async () => {
  await world();
  await customerOn('pro', 'c1');
  await customerOn('max', 'c2');
  expect(await arrive(['c1', 'pro'], ['c2', 'max'])).toEqual({ batchItemFailures: [] });
  expect(await keysIn('plan01')).toEqual([ownKeyOf(PREFIX, 'pro', 'c1')]);
  expect(await keysIn('plan02')).toEqual([ownKeyOf(PREFIX, 'max', 'c2')]);
  expect((await customers.balance('c1'))?.surrogateKeys).toEqual([ownKeyOf(PREFIX, 'pro', 'c1')]);
});

test('an arrival that comes again finds all done', async () => {
  await world();
  await customerOn('pro', 'c1');
  await arrive(['c1', 'pro']);
  expect(await arrive(['c1', 'pro'])).toEqual({ batchItemFailures: [] });
  expect(await allKeys()).toEqual([ownKeyOf(PREFIX, 'pro', 'c1')]);
});

test('of two customers whose names begin alike, each has a key', async () => {
  await world();
  await customerOn('pro', 'c11');
  await customerOn('pro', 'c1');
  await arrive(['c11', 'pro'], ['c1', 'pro']);
  expect((await keysIn('plan01')).sort()).toEqual([ownKeyOf(PREFIX, 'pro', 'c1'), ownKeyOf(PREFIX, 'pro', 'c11')]);
});

test('who has moved on has one key, in the new plan', async () => {
  await world();
  await customerOn('pro', 'c1');
  await arrive(['c1', 'pro']);
  await movePlan('c1', 'max');
  await arrive(['c1', 'max']);
  expect(await allKeys()).toEqual([ownKeyOf(PREFIX, 'max', 'c1')]);
  expect((await customers.balance('c1'))?.surrogateKeys).toEqual([ownKeyOf(PREFIX, 'max', 'c1')]);
});

test('past the ceiling customers stay in lanes, which is counted and no failure', async () => {
  await world({ mostApiKeys: 1 });
  await customerOn('pro', 'c1');
  await customerOn('pro', 'c2');
  expect(await arrive(['c1', 'pro'], ['c2', 'pro'])).toEqual({ batchItemFailures: [] });
  expect(counted).toBe(1);
  expect((await customers.balance('c2'))?.surrogateKeys).toEqual([]);
});

test('while another change of usage plans is under way, the arrival and those behind it wait', async () => {
  await world({ usagePlanKeyMillis: 60_000 });
  await customerOn('pro', 'c1');
  await customerOn('pro', 'c2');
  expect(await arrive(['c1', 'pro'], ['c2', 'pro'])).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(errors).toEqual([{ customer: 'c2', plan: 'pro', error: 'ConflictException' }]);
  expect((await customers.balance('c2'))?.surrogateKeys).toEqual([]);
});

test('an arrival takes its time, for the rates of the whole account', async () => {
  await world();
  const before = Date.now();
  dependencies = { ...dependencies, pace: 100 };
  await arrive(['nobody', 'pro'], ['nobody', 'pro']);
  expect(Date.now() - before).toBeGreaterThanOrEqual(195);
});

test('it writes no attribute of a customer that its role may not', async () => {
  await world();
  const written = new Set<string>();
  dependencies = { ...dependencies, store: new DynamoDbOwnKeyStore(recording(table.client, written), table.table) };
  await customerOn('pro', 'c1');
  await arrive(['c1', 'pro']);
  await movePlan('c1', 'max');
  await arrive(['c1', 'max']);
  expect([...written].sort()).toEqual(['plan', 'surrogateKeys']);
  expect([...written].filter((name) => !SURROGATE_KEY_ATTRIBUTES.includes(name))).toEqual([]);
});

test('a deleted customer has none any more', async () => {
  await world();
  await customerOn('pro', 'c1');
  await arrive(['c1', 'pro']);
  const deletions = new DynamoDbCustomerDeletions(table.client, table.table);
  await deletions.begin('c1', NOW);
  await deletions.finish('c1');
  expect(await arrive(['c1', NO_PLAN], ['c1', NO_PLAN])).toEqual({ batchItemFailures: [] });
  expect(await allKeys()).toEqual([]);
  expect(await deletions.find('c1')).toMatchObject({ isDone: true, hasOwnKeys: false });
  // AND an arrival that was on its way gives him none
  await arrive(['c1', 'pro']);
  expect(await allKeys()).toEqual([]);
  expect(errors).toEqual([]);
});
