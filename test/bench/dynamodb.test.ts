import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type RetryPolicy, SDK_RETRIES, SHORT_RETRIES, SimulatedClient } from '../../bench/simulation/client';
import { DYNAMODB, type DynamoDbOptions, SimulatedDynamoDb } from '../../bench/simulation/dynamodb';
import { seededRandom } from '../../bench/simulation/random';
import { Scheduler } from '../../bench/simulation/scheduler';
import { quantileOf } from '../../bench/simulation/tally';

const TABLE = 'Table';
const A = { pk: { S: 'a' } };
const ONCE: RetryPolicy = { attempts: 1, delay: () => 0 };
const UNBOUNDED = { writeUnits: Number.POSITIVE_INFINITY };

function simulation(options: Partial<DynamoDbOptions> = {}, retries = ONCE) {
  const scheduler = new Scheduler();
  const dynamoDb = new SimulatedDynamoDb(scheduler, seededRandom(1), { ...DYNAMODB, ...options });
  dynamoDb.put(TABLE, A, { remaining: { N: '1000000' }, secret: { B: new Uint8Array([1, 2, 3]) } });
  dynamoDb.put(TABLE, { pk: { S: 'b' } }, { remaining: { N: '1000000' } });
  return { scheduler, dynamoDb, client: new SimulatedClient(dynamoDb, scheduler, seededRandom(2), retries) };
}

function spend(pk: string, cost: number) {
  return {
    TableName: TABLE,
    Key: { pk: { S: pk } },
    UpdateExpression: 'SET remaining = remaining - :cost',
    ConditionExpression: 'remaining >= :cost',
    ExpressionAttributeValues: { ':cost': { N: String(cost) } },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

/** Sends so many calls a second, evenly, for a second. */
async function burst(count: number, pkOf: (index: number) => string, options: Partial<DynamoDbOptions> = {}) {
  const { scheduler, dynamoDb, client } = simulation(options);
  const waits: number[] = [];
  let failed = 0;
  for (let index = 0; index < count; index++) {
    scheduler.after((index * 1_000) / count, async () => {
      const start = scheduler.now;
      await client.updateItem(spend(pkOf(index), 1)).catch(() => failed++);
      waits.push(scheduler.now - start);
    });
  }
  await scheduler.run();
  return { dynamoDb, failed, waits };
}

test('one item takes its capacity and no more', async () => {
  const { dynamoDb, failed } = await burst(2_000, () => 'a');
  const capacity = DYNAMODB.writeUnits * (1 + DYNAMODB.burst);
  expect(dynamoDb.usage.writeUnits).toBeGreaterThan(0.98 * capacity);
  expect(dynamoDb.usage.writeUnits).toBeLessThanOrEqual(1.02 * capacity);
  expect(failed).toBe(2_000 - dynamoDb.usage.writeUnits);
  expect(dynamoDb.peek(TABLE, A)?.remaining).toEqual({
    N: String(1_000_000 - dynamoDb.usage.writeUnits),
  });
});

test('another item has a capacity of its own', async () => {
  const { failed } = await burst(1_400, (index) => (index % 2 === 0 ? 'a' : 'b'));
  expect(failed).toBe(0);
});

test('latencies have the quantiles that they are to have', async () => {
  const { waits } = await burst(3_000, () => 'a', UNBOUNDED);
  expect(Math.abs(quantileOf(waits, 0.5) - 4)).toBeLessThan(0.2);
  expect(Math.abs(quantileOf(waits, 0.99) - 15)).toBeLessThan(2);
});

test('a statement that is parsed once takes other values later, and keeps none', async () => {
  const { scheduler, dynamoDb, client } = simulation();
  const left: (string | undefined)[] = [];
  scheduler.after(0, async () => {
    for (const cost of [5, 7, 1]) {
      left.push((await client.updateItem(spend('a', cost))).Attributes?.remaining?.N);
    }
    left.push((await client.updateItem(spend('b', 2))).Attributes?.remaining?.N);
  });
  await scheduler.run();
  expect(left).toEqual(['999995', '999988', '999987', '999998']);
  expect(dynamoDb.peek(TABLE, A)?.secret?.B).toEqual(Buffer.from([1, 2, 3]));
});

test('a condition that fails is the SDK’s error, with the item, and costs a write unit', async () => {
  const { scheduler, dynamoDb, client } = simulation();
  const errors: unknown[] = [];
  scheduler.after(0, async () => {
    await client.send(new UpdateItemCommand(spend('a', 1_000_001))).catch((error) => errors.push(error));
  });
  await scheduler.run();
  expect(errors).toMatchObject([{ name: 'ConditionalCheckFailedException', Item: { remaining: { N: '1000000' } } }]);
  expect(dynamoDb.usage).toMatchObject({ calls: 1, writeUnits: 1 });
});

test.each([
  ['the SDK', SDK_RETRIES, 4],
  ['the paywall', SHORT_RETRIES, 2],
])('%s gives up a throttled call after its attempts', async (_, retries, attempts) => {
  const { scheduler, dynamoDb, client } = simulation({ writeUnits: 0 }, retries);
  const errors: unknown[] = [];
  scheduler.after(0, async () => {
    await client.updateItem(spend('a', 1)).catch((error) => errors.push(error));
  });
  await scheduler.run();
  expect(errors).toMatchObject([{ name: 'ProvisionedThroughputExceededException' }]);
  expect(dynamoDb.usage).toMatchObject({ calls: attempts, throttled: attempts, writeUnits: 0 });
});

test('a statement that DynamoDB would not take ends the run: it is no outage', async () => {
  const { scheduler, client } = simulation();
  scheduler.after(0, () => {
    client.updateItem({ ...spend('a', 1), UpdateExpression: 'SET' }).catch(() => {});
  });
  await expect(scheduler.run()).rejects.toThrow('Syntax error');
});
