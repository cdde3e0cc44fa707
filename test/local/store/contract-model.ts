import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type { Engine } from './contract';
import { reasonsOf, transact } from './contract-transactions';
import { type Attributes, freshKey, itemAt, num, str } from './items';

/** One operation of a transaction on one of a few items, as small as a model can follow. */
type Operation =
  | { readonly kind: 'add'; readonly amount: number; readonly atLeast?: number }
  | { readonly kind: 'put'; readonly amount: number; readonly onlyNew: boolean }
  | { readonly kind: 'delete'; readonly equals?: number }
  | { readonly kind: 'check'; readonly exists: boolean };

/** The credits of each item; undefined for an item that is not there. */
type Model = (number | undefined)[];

const ITEMS = 3;
const amount = fc.integer({ min: -3, max: 9 });
const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), amount, atLeast: optional(amount) }),
  fc.record({ kind: fc.constant('put' as const), amount, onlyNew: fc.boolean() }),
  fc.record({ kind: fc.constant('delete' as const), equals: optional(amount) }),
  fc.record({ kind: fc.constant('check' as const), exists: fc.boolean() }),
);

/** What a transaction does to each item; nothing to some. */
const transaction = fc
  .array(optional(operation), { minLength: ITEMS, maxLength: ITEMS })
  .filter((operations) => operations.some((one) => one !== undefined));

function isAllowed(one: Operation, credits: number | undefined): boolean {
  switch (one.kind) {
    case 'add':
      return one.atLeast === undefined || (credits !== undefined && credits >= one.atLeast);
    case 'put':
      return !one.onlyNew || credits === undefined;
    case 'delete':
      return one.equals === undefined || credits === one.equals;
    case 'check':
      return one.exists === (credits !== undefined);
  }
}

function after(one: Operation | undefined, credits: number | undefined): number | undefined {
  if (one?.kind === 'add') return (credits ?? 0) + one.amount;
  if (one?.kind === 'put') return one.amount;
  return one?.kind === 'delete' ? undefined : credits;
}

function requestOf(one: Operation, TableName: string, Key: Attributes): TransactWriteItem {
  switch (one.kind) {
    case 'add': {
      const conditional = one.atLeast !== undefined && { ConditionExpression: 'credits >= :least' };
      const values = { ':q': num(one.amount), ...(conditional && { ':least': num(one.atLeast ?? 0) }) };
      const UpdateExpression = 'ADD credits :q';
      return { Update: { TableName, Key, UpdateExpression, ExpressionAttributeValues: values, ...conditional } };
    }
    case 'put': {
      const conditional = one.onlyNew && { ConditionExpression: 'attribute_not_exists(pk)' };
      return { Put: { TableName, Item: { ...Key, credits: num(one.amount) }, ...conditional } };
    }
    case 'delete': {
      const conditional = one.equals !== undefined && {
        ConditionExpression: 'credits = :equals',
        ExpressionAttributeValues: { ':equals': num(one.equals) },
      };
      return { Delete: { TableName, Key, ...conditional } };
    }
    case 'check': {
      const name = one.exists ? 'attribute_exists' : 'attribute_not_exists';
      return { ConditionCheck: { TableName, Key, ConditionExpression: `${name}(pk)` } };
    }
  }
}

export function describeModel(engine: () => Engine): void {
  test('any sequence of transactions does what the model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 8 }), async (transactions) => {
        const { pk } = freshKey();
        const keys = Array.from({ length: ITEMS }, (_, index) => ({ pk, sk: str(String(index)) }));
        let model: Model = Array(ITEMS).fill(undefined);
        for (const operations of transactions) {
          model = await step(engine(), keys, operations, model);
          const items = await Promise.all(keys.map((key) => itemAt(engine(), key)));
          const credits = items.map((item) => item && Number(item.credits?.N ?? Number.NaN));
          expect(credits).toEqual(model);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
}

/** Runs a transaction, and expects of it what the model expects; returns the model after it. */
async function step(
  engine: Engine,
  keys: readonly Attributes[],
  operations: readonly (Operation | undefined)[],
  model: Model,
): Promise<Model> {
  const requests = operations.flatMap((one, index) =>
    one ? [requestOf(one, engine.TableName, keys[index] as Attributes)] : [],
  );
  const allowed = operations.flatMap((one, index) => (one ? [isAllowed(one, model[index])] : []));
  if (allowed.every(Boolean)) {
    await transact(engine, requests);
    return model.map((credits, index) => after(operations[index], credits));
  }
  const reasons = await reasonsOf(transact(engine, requests));
  expect(reasons?.map(({ Code }) => Code)).toEqual(allowed.map((one) => (one ? 'None' : 'ConditionalCheckFailed')));
  return model;
}
