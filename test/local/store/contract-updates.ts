import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Engine } from './contract';
import { type Attributes, failureOf, freshKey, given, itemAt, num, str, update } from './items';

interface Case {
  readonly expression: string;
  readonly item?: Attributes;
  readonly values?: Attributes;
  readonly names?: Record<string, string>;
  readonly result: Attributes;
}

const list = (...values: number[]) => ({ L: values.map(num) });

const CASES: Case[] = [
  {
    // Every right-hand side sees the item as it was.
    expression: 'SET credits = remaining, remaining = remaining + :q',
    item: { remaining: num(5) },
    values: { ':q': num(3) },
    result: { credits: num(5), remaining: num(8) },
  },
  {
    expression: 'SET credits = remaining ADD remaining :q',
    item: { remaining: num(5) },
    values: { ':q': num(3) },
    result: { credits: num(5), remaining: num(8) },
  },
  {
    expression: 'SET a = b, b = a',
    item: { a: num(1), b: str('x') },
    result: { a: str('x'), b: num(1) },
  },
  {
    expression: 'SET copied = original, original.n = :q',
    item: { original: { M: { n: num(1) } } },
    values: { ':q': num(2) },
    result: { copied: { M: { n: num(1) } }, original: { M: { n: num(2) } } },
  },
  {
    expression: 'SET #keys.#id = :hash',
    item: { keys: { M: {} } },
    names: { '#keys': 'keys', '#id': 'k1' },
    values: { ':hash': { B: Uint8Array.of(0, 255) } },
    result: { keys: { M: { k1: { B: Uint8Array.of(0, 255) } } } },
  },
  {
    expression: 'SET credited.#id = :now REMOVE credited.#old',
    item: { credited: { M: { evt_1: num(1), evt_2: num(2) } } },
    names: { '#id': 'evt_3', '#old': 'evt_1' },
    values: { ':now': num(3) },
    result: { credited: { M: { evt_2: num(2), evt_3: num(3) } } },
  },
  {
    expression: 'REMOVE credited.#id',
    item: { credited: { M: {} } },
    names: { '#id': 'evt_9' },
    result: { credited: { M: {} } },
  },
  {
    expression: 'SET credits = if_not_exists(credits, :zero) + :q, remaining = if_not_exists(remaining, :zero)',
    item: { remaining: num(4) },
    values: { ':zero': num(0), ':q': num(3) },
    result: { credits: num(3), remaining: num(4) },
  },
  {
    expression: 'ADD credits :q, tags :t',
    item: { tags: { SS: ['a'] } },
    values: { ':q': num(-2), ':t': { SS: ['b', 'a'] } },
    result: { credits: num(-2), tags: { SS: ['a', 'b'] } },
  },
  { expression: 'DELETE tags :t', item: { tags: { SS: ['a'] } }, values: { ':t': { SS: ['a', 'b'] } }, result: {} },
  {
    // Indexes mean the list as it was.
    expression: 'SET l[3] = :q REMOVE l[0], l[1]',
    item: { l: list(1, 2, 3, 4, 5) },
    values: { ':q': num(9) },
    result: { l: list(3, 9, 5) },
  },
  { expression: 'SET l[9] = :q', item: { l: list(1) }, values: { ':q': num(2) }, result: { l: list(1, 2) } },
  {
    expression: 'SET l = list_append(l, :m), m = list_append(:m, l)',
    item: { l: list(1) },
    values: { ':m': list(2) },
    result: { l: list(1, 2), m: list(2, 1) },
  },
  {
    // More digits than a floating-point number holds.
    expression: 'SET n = n + :q',
    item: { n: num('90071992547409930000.1') },
    values: { ':q': num('0.2') },
    result: { n: num('90071992547409930000.3') },
  },
];

export function describeUpdates(engine: () => Engine): void {
  describe('update expressions', () => {
    test.each(CASES)('$expression', async ({ expression, item = {}, values, names, result }) => {
      // GIVEN
      const key = await given(engine(), item);

      // WHEN
      const attributes = await update(engine(), key, expression, values, {
        ExpressionAttributeNames: names,
        ReturnValues: 'ALL_NEW',
      });

      // THEN
      expect(attributes).toEqual({ ...key, ...result });
      expect(await itemAt(engine(), key)).toEqual({ ...key, ...result });
    });

    test.each([
      ['an attribute that is not there', 'SET a = nothing', {}],
      ['arithmetic on what is no number', 'SET a = s + :q', { ':q': num(1) }],
      ['a path through what is not there', 'SET nothing.a = :q', { ':q': num(1) }],
      ['a part of the key', 'SET pk = :q', { ':q': str('x') }],
      ['two paths of which one is a part of the other', 'SET m = :q, m.a = :q', { ':q': num(1) }],
      ['ADD to a string', 'ADD s :q', { ':q': num(1) }],
      ['more digits than DynamoDB keeps', 'SET n = n + :q', { ':q': num('0.000000000000000000001') }],
      ['an index key of another type', 'SET plan = :q', { ':q': num(1) }],
    ])('refuses %s, and changes nothing', async (_, expression, values: Attributes) => {
      const item = { s: str('x'), n: num('100000000000000000000') };
      const key = await given(engine(), item);

      expect((await failureOf(update(engine(), key, expression, values))).name).toBe('ValidationException');
      expect(await itemAt(engine(), key)).toEqual({ ...key, ...item });
    });

    test.each([
      ['NONE', undefined],
      ['ALL_OLD', { n: num(1), m: { M: { a: num(1), b: num(2) } } }],
      ['UPDATED_OLD', { n: num(1) }],
      ['UPDATED_NEW', { n: num(2), o: num(3) }],
      ['ALL_NEW', { n: num(2), o: num(3), m: { M: { a: num(1), b: num(2) } } }],
    ] as const)('ReturnValues %s', async (ReturnValues, expected) => {
      const key = await given(engine(), { n: num(1), m: { M: { a: num(1), b: num(2) } } });
      const values = { ':two': num(2), ':three': num(3) };

      const attributes = await update(engine(), key, 'SET n = :two, o = :three', values, { ReturnValues });

      expect(attributes).toEqual(expected && { ...(ReturnValues.startsWith('ALL') && key), ...expected });
    });

    test('makes the item where there is none', async () => {
      const key = freshKey();

      await update(engine(), key, 'ADD credits :q', { ':q': num(3) });

      expect(await itemAt(engine(), key)).toEqual({ ...key, credits: num(3) });
    });
  });

  describe('puts and deletes', () => {
    test('put replaces, and gives back the old item', async () => {
      const { client, TableName } = engine();
      const key = await given(engine(), { a: num(1) });

      const put = new PutItemCommand({ TableName, Item: { ...key, b: num(2) }, ReturnValues: 'ALL_OLD' });

      expect((await client.send(put)).Attributes).toEqual({ ...key, a: num(1) });
      expect(await itemAt(engine(), key)).toEqual({ ...key, b: num(2) });
    });

    test('delete gives back the old item, and deletes nothing twice', async () => {
      const { client, TableName } = engine();
      const Key = await given(engine(), { a: num(1) });
      const command = new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' });

      expect((await client.send(command)).Attributes).toEqual({ ...Key, a: num(1) });
      expect((await client.send(command)).Attributes).toBeUndefined();
    });

    test('an item of more than 400 KB is refused', async () => {
      const put = given(engine(), { a: str('x'.repeat(410_000)) });

      expect((await failureOf(put)).name).toBe('ValidationException');
    });

    test('batches write and read, an item once each', async () => {
      const { client, TableName } = engine();
      const [kept, gone] = [await given(engine(), { a: num(1) }), await given(engine(), { a: num(2) })];
      const made = { ...freshKey(), a: num(3) };
      const requests = [{ PutRequest: { Item: made } }, { DeleteRequest: { Key: gone } }];
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));

      const Keys = [kept, gone, { pk: made.pk, sk: made.sk }];
      const read = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
      const twice = [...requests, { DeleteRequest: { Key: gone } }];
      const refused = client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: twice } }));

      expect(read.Responses?.[TableName]).toHaveLength(2);
      expect(read.Responses?.[TableName]).toEqual(expect.arrayContaining([{ ...kept, a: num(1) }, made]));
      expect((await failureOf(refused)).name).toBe('ValidationException');
    });
  });
}
