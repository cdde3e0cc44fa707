import { PutItemCommand, TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
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

describe('a transaction', () => {
  const AB = { pk: { S: 'a' }, sk: { S: 'b' } };
  const isNew = 'attribute_not_exists(pk)';
  const marker = { Put: { TableName: TABLE, Item: { ...AB, done: { BOOL: true } }, ConditionExpression: isNew } };
  const transaction = () => new TransactWriteItemsCommand({ TransactItems: [marker, { Update: spend('a', 5) }] });

  /** What each command came to, all of them sent at their times. */
  async function send(commands: readonly (readonly [at: number, command: unknown])[], options = {}, retries = ONCE) {
    const { scheduler, dynamoDb, client } = simulation({ latency: { p50: 8, p99: 8 }, ...options }, retries);
    const ends: (string | undefined)[] = [];
    for (const [index, [at, command]] of commands.entries()) {
      scheduler.after(at, async () => {
        ends[index] = await client.send(command).then(
          () => `done at ${scheduler.now}`,
          (error: Error) => error.message,
        );
      });
    }
    await scheduler.run();
    return { ends, dynamoDb };
  }

  test('takes half as long again as a call, double the units, and does all or nothing', async () => {
    const { ends, dynamoDb } = await send([
      [0, transaction()],
      [50, transaction()],
    ]);
    expect(ends).toEqual(['done at 12', 'Transaction cancelled [ConditionalCheckFailed, None]']);
    expect(dynamoDb.peek(TABLE, A)?.remaining).toEqual({ N: '999995' });
    expect(dynamoDb.peek(TABLE, AB)?.done).toEqual({ BOOL: true });
    expect(dynamoDb.usage).toMatchObject({ calls: 2, conflicts: 0, writeUnits: 4 });
  });

  test('keeps other writes from its items while it is under way, and another transaction too', async () => {
    const { ends, dynamoDb } = await send([
      [0, transaction()],
      [1, new UpdateItemCommand(spend('a', 1))],
      [2, transaction()],
      [3, new UpdateItemCommand(spend('b', 1))],
      [8.5, new UpdateItemCommand(spend('a', 1))],
    ]);
    expect(ends).toEqual([
      'done at 12',
      'Transaction is ongoing for the item',
      'Transaction cancelled [TransactionConflict, TransactionConflict]',
      'done at 11',
      'done at 16.5',
    ]);
    expect(dynamoDb.usage).toMatchObject({ conflicts: 1, lostToConflicts: 1 });
    expect(dynamoDb.peek(TABLE, A)?.remaining).toEqual({ N: '999994' });
  });

  test('that is met by a write has the paywall’s client try again, and the SDK’s not', async () => {
    const commands = [
      [0, transaction()],
      [1, new UpdateItemCommand(spend('a', 1))],
    ] as const;
    expect((await send(commands, {}, SHORT_RETRIES)).ends[1]).toMatch(/^done/);
    expect((await send(commands, {}, SDK_RETRIES)).ends[1]).toBe('Transaction is ongoing for the item');
  });

  test('on an item that is over its capacity is cancelled', async () => {
    const { ends, dynamoDb } = await send([[0, transaction()]], { writeUnits: 0 });
    expect(ends).toEqual(['Transaction cancelled [ThrottlingError, ThrottlingError]']);
    expect(dynamoDb.usage).toMatchObject({ throttled: 2, writeUnits: 0 });
  });

  test('an item is put once on condition that there is none', async () => {
    const put = new PutItemCommand({ TableName: TABLE, Item: { ...AB, n: { N: '1' } }, ConditionExpression: isNew });
    const { ends, dynamoDb } = await send([
      [0, put],
      [20, put],
    ]);
    expect(ends).toEqual(['done at 8', 'The conditional request failed']);
    expect(dynamoDb.peek(TABLE, AB)?.n).toEqual({ N: '1' });
  });
});
