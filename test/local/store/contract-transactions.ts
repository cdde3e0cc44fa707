import { randomUUID } from 'node:crypto';
import {
  TransactGetItemsCommand,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Engine } from './contract';
import { type Attributes, failureOf, freshKey, given, itemAt, num, update } from './items';

export function transact(
  { client }: Engine,
  TransactItems: TransactWriteItem[],
  ClientRequestToken?: string,
): Promise<unknown> {
  return client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
}

export async function reasonsOf(promise: Promise<unknown>) {
  const failure = (await failureOf(promise)) as unknown as TransactionCanceledException;
  expect(failure.name).toBe('TransactionCanceledException');
  return failure.CancellationReasons;
}

function addition(TableName: string, Key: Attributes, amount: number): TransactWriteItem {
  const ExpressionAttributeValues = { ':q': num(amount) };
  return { Update: { TableName, Key, UpdateExpression: 'ADD credits :q', ExpressionAttributeValues } };
}

export function describeTransactions(engine: () => Engine): void {
  describe('TransactWriteItems', () => {
    test('puts, updates, deletes and checks as one', async () => {
      // GIVEN
      const { TableName } = engine();
      const [put, updated, deleted, checked] = [freshKey(), freshKey(), ...(await twoItems())];

      // WHEN
      await transact(engine(), [
        { Put: { TableName, Item: { ...put, a: num(1) }, ConditionExpression: 'attribute_not_exists(pk)' } },
        addition(TableName, updated, 2),
        { Delete: { TableName, Key: deleted } },
        { ConditionCheck: { TableName, Key: checked, ConditionExpression: 'attribute_exists(pk)' } },
      ]);

      // THEN
      expect(await itemAt(engine(), put)).toEqual({ ...put, a: num(1) });
      expect(await itemAt(engine(), updated)).toEqual({ ...updated, credits: num(2) });
      expect(await itemAt(engine(), deleted)).toBeUndefined();
      expect(await itemAt(engine(), checked)).toEqual({ ...checked, credits: num(1) });
    });

    test('writes nothing where one condition fails, and says which, in order', async () => {
      // GIVEN
      const { TableName } = engine();
      const [there, other] = await twoItems();
      const absent = freshKey();
      const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
      const mustBeNew = {
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure,
      } as const;
      const mustExist = { ConditionExpression: 'attribute_exists(pk)', ReturnValuesOnConditionCheckFailure } as const;

      // WHEN
      const canceled = transact(engine(), [
        addition(TableName, other, 5),
        { Put: { TableName, Item: there, ...mustBeNew } },
        { ConditionCheck: { TableName, Key: absent, ...mustExist } },
      ]);

      // THEN
      const reasons = await reasonsOf(canceled);
      expect(reasons?.map(({ Code }) => Code)).toEqual(['None', 'ConditionalCheckFailed', 'ConditionalCheckFailed']);
      expect(reasons?.map(({ Item }) => Item)).toEqual([undefined, { ...there, credits: num(1) }, undefined]);
      expect(reasons?.[1]?.Message).toBe('The conditional request failed');
      expect(await itemAt(engine(), other)).toEqual({ ...other, credits: num(1) });
    });

    test('repeats nothing under the same ClientRequestToken', async () => {
      const { TableName } = engine();
      const key = freshKey();
      const token = randomUUID();

      await transact(engine(), [addition(TableName, key, 2)], token);
      await transact(engine(), [addition(TableName, key, 2)], token);
      const other = transact(engine(), [addition(TableName, key, 3)], token);

      expect((await failureOf(other)).name).toBe('IdempotentParameterMismatchException');
      expect(await itemAt(engine(), key)).toEqual({ ...key, credits: num(2) });
    });

    test('a canceled transaction does not use its token up', async () => {
      const { TableName } = engine();
      const key = freshKey();
      const token = randomUUID();
      const check: TransactWriteItem = {
        Update: {
          TableName,
          Key: key,
          UpdateExpression: 'SET done = :q',
          ConditionExpression: 'credits >= :q',
          ExpressionAttributeValues: { ':q': num(1) },
        },
      };

      await reasonsOf(transact(engine(), [check], token));
      await update(engine(), key, 'ADD credits :q', { ':q': num(1) });
      await transact(engine(), [check], token);

      expect(await itemAt(engine(), key)).toEqual({ ...key, credits: num(1), done: num(1) });
    });

    test('refuses two operations on one item, and more than 100', async () => {
      const { TableName } = engine();
      const key = freshKey();
      const many = Array.from({ length: 101 }, () => addition(TableName, freshKey(), 1));

      for (const items of [[addition(TableName, key, 1), { Delete: { TableName, Key: key } }], many, []]) {
        expect((await failureOf(transact(engine(), items))).name).toBe('ValidationException');
      }
      await transact(engine(), many.slice(1));
    });

    test('refuses a table that is not there', async () => {
      const missing = transact(engine(), [addition(`${engine().TableName}-no`, freshKey(), 1)]);

      expect((await failureOf(missing)).name).toBe('ResourceNotFoundException');
    });
  });

  test('TransactGetItems reads in order, with a gap for what is not there', async () => {
    const { client, TableName } = engine();
    const [first, second] = await twoItems();
    const gets = [
      { Get: { TableName, Key: second, ProjectionExpression: 'credits' } },
      { Get: { TableName, Key: freshKey() } },
      { Get: { TableName, Key: first } },
    ];

    const { Responses } = await client.send(new TransactGetItemsCommand({ TransactItems: gets }));

    expect(Responses?.map(({ Item }) => Item)).toEqual([{ credits: num(1) }, undefined, { ...first, credits: num(1) }]);
  });

  async function twoItems() {
    return [await given(engine(), { credits: num(1) }), await given(engine(), { credits: num(1) })] as const;
  }
}

export function describeIsolation(engine: () => Engine): void {
  describe('isolation', () => {
    test('transfers keep the sum, also for a reader in their midst', async () => {
      // GIVEN
      const { client, TableName } = engine();
      const accounts = await Promise.all(Array.from({ length: 4 }, () => given(engine(), { credits: num(100) })));
      const gets = accounts.map((Key) => ({ Get: { TableName, Key } }));
      const sum = async () => {
        const { Responses = [] } = await retried(() =>
          client.send(new TransactGetItemsCommand({ TransactItems: gets })),
        );
        return Responses.reduce((total, { Item }) => total + Number(Item?.credits?.N), 0);
      };

      // WHEN
      const transfers = Array.from({ length: 40 }, (_, index) => {
        const [from, to] = [accounts[index % 4] as Attributes, accounts[(index + 1 + (index % 3)) % 4] as Attributes];
        const items = [addition(TableName, from, -1 - index), addition(TableName, to, 1 + index)];
        return retried(() => transact(engine(), items));
      });
      const sums = await Promise.all([...Array.from({ length: 10 }, sum), ...transfers.map((one) => one.then(sum))]);

      // THEN
      expect(new Set(sums)).toEqual(new Set([400]));
    });

    test('a plain update in the midst of transactions is not lost', async () => {
      const { TableName } = engine();
      const [hot, other] = [freshKey(), freshKey()];
      const transactions = Array.from({ length: 20 }, () =>
        retried(() => transact(engine(), [addition(TableName, hot, 1), addition(TableName, other, 1)])),
      );
      const updates = Array.from({ length: 20 }, () =>
        retried(() => update(engine(), hot, 'ADD credits :q', { ':q': num(1) })),
      );

      await Promise.all([...transactions, ...updates]);

      expect((await itemAt(engine(), hot))?.credits).toEqual(num(40));
      expect((await itemAt(engine(), other))?.credits).toEqual(num(20));
    });
  });
}

/** DynamoDB may turn away what meets a transaction on the same item. */
async function retried<T>(operation: () => Promise<T>, attempts = 50): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const { name, message } = error as Error;
    const isConflict = name.startsWith('Transaction') && !message.includes('ConditionalCheckFailed');
    if (!isConflict || attempts === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    return retried(operation, attempts - 1);
  }
}
