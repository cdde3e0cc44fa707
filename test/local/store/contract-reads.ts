import {
  type AttributeValue,
  GetItemCommand,
  paginateQuery,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { Engine } from './contract';
import { type Attributes, failureOf, freshKey, given, num, str, update } from './items';

export function describeReads(engine: () => Engine): void {
  describe('reads', () => {
    let pk: AttributeValue;
    const sortKeys = ['ACCOUNT', 'BALANCE', 'LEDGER#a', 'LEDGER#b', 'LEDGER#c', 'LEDGERS'];

    beforeAll(async () => {
      pk = freshKey().pk;
      for (const [index, sk] of sortKeys.entries()) {
        await update(engine(), { pk, sk: str(sk) }, 'SET n = :n, m = :m', {
          ':n': num(index),
          ':m': { M: { a: num(index), b: str(sk) } },
        });
      }
    });

    async function query(condition: string, values: Attributes = {}, more: Partial<QueryCommandInput> = {}) {
      const { client, TableName } = engine();
      return client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: `pk = :pk${condition}`,
          ConsistentRead: true,
          ...more,
          ExpressionAttributeValues: { ':pk': pk, ...values },
        }),
      );
    }

    const keysOf = (items: Attributes[] = []) => items.map(({ sk }) => sk?.S);

    test.each([
      ['', {}, sortKeys],
      [' AND begins_with(sk, :a)', { ':a': str('LEDGER#') }, ['LEDGER#a', 'LEDGER#b', 'LEDGER#c']],
      [' AND sk = :a', { ':a': str('LEDGER#b') }, ['LEDGER#b']],
      [' AND sk < :a', { ':a': str('LEDGER#a') }, ['ACCOUNT', 'BALANCE']],
      [' AND sk >= :a', { ':a': str('LEDGER#c') }, ['LEDGER#c', 'LEDGERS']],
      [' AND sk BETWEEN :a AND :b', { ':a': str('B'), ':b': str('LEDGER#a') }, ['BALANCE', 'LEDGER#a']],
    ])('a Query by pk%s, in the order of the sort key', async (condition, values: Attributes, expected) => {
      const found = await query(condition, values);

      expect(keysOf(found.Items)).toEqual(expected);
      expect(found.Count).toBe(expected.length);
      expect(found.LastEvaluatedKey).toBeUndefined();
    });

    test.each([true, false])('pages, forward: %s', async (ScanIndexForward) => {
      const { client, TableName } = engine();
      const pages = paginateQuery(
        { client, pageSize: 2 },
        {
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': str('LEDGER') },
          ScanIndexForward,
        },
      );
      const found: (string | undefined)[][] = [];
      for await (const { Items } of pages) found.push(keysOf(Items));

      const all = sortKeys.slice(2);
      expect(found.flat()).toEqual(ScanIndexForward ? all : all.reverse());
      expect(found[0]).toHaveLength(2);
    });

    test('filters after it has counted, and projects what is left', async () => {
      const found = await query(
        '',
        { ':n': num(3) },
        {
          FilterExpression: 'n >= :n',
          ProjectionExpression: 'n, m.a',
          Limit: 5,
        },
      );

      expect(found).toMatchObject({ Count: 2, ScannedCount: 5 });
      expect(found.Items).toEqual([3, 4].map((n) => ({ n: num(n), m: { M: { a: num(n) } } })));
      expect(found.LastEvaluatedKey).toEqual({ pk, sk: str('LEDGER#c') });
    });

    test('counts', async () => {
      const found = await query('', {}, { Select: 'COUNT' });

      expect(found.Count).toBe(sortKeys.length);
      expect(found.Items).toBeUndefined();
    });

    test('GetItem gives what is projected, and nothing for an item that is not there', async () => {
      const { client, TableName } = engine();
      const get = (sk: string) =>
        client.send(new GetItemCommand({ TableName, Key: { pk, sk: str(sk) }, ProjectionExpression: 'm.b' }));

      expect((await get('BALANCE')).Item).toEqual({ m: { M: { b: str('BALANCE') } } });
      expect((await get('NONE')).Item).toBeUndefined();
    });

    test.each([
      ['without its partition key', { KeyConditionExpression: 'sk = :pk' }],
      ['with another attribute', { KeyConditionExpression: 'pk = :pk AND n = :pk' }],
      ['with a filter on its key', { FilterExpression: 'sk = :pk' }],
      ['of an index that is not there', { IndexName: 'nothing' }],
    ])('refuses a Query %s', async (_, more: Partial<QueryCommandInput>) => {
      expect((await failureOf(query('', {}, more))).name).toBe('ValidationException');
    });

    test('a Scan in segments reads every item once', async () => {
      const { client, TableName } = engine();
      const segment = async (Segment: number) => {
        const found: string[] = [];
        let ExclusiveStartKey: Attributes | undefined;
        do {
          const scan = new ScanCommand({ TableName, Segment, TotalSegments: 3, Limit: 7, ExclusiveStartKey });
          const page = await client.send(scan);
          found.push(...(page.Items ?? []).map((item) => `${item.pk?.S}/${item.sk?.S}`));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey);
        return found;
      };

      const found = (await Promise.all([0, 1, 2].map(segment))).flat();
      const whole = await client.send(new ScanCommand({ TableName, Select: 'COUNT' }));

      expect(new Set(found).size).toBe(found.length);
      expect(found).toHaveLength(whole.Count ?? -1);
    });
  });
}

export function describeIndexes(engine: () => Engine): void {
  describe('indexes', () => {
    async function byPlan(plan: AttributeValue, more: Partial<QueryCommandInput> = {}) {
      const { client, TableName } = engine();
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'byPlan',
          KeyConditionExpression: '#plan = :plan',
          ExpressionAttributeNames: { '#plan': 'plan' },
          ExpressionAttributeValues: { ':plan': plan },
          ...more,
        }),
      );
      return Items;
    }

    test('a global index has what is projected, in numeric order, and follows the items', async () => {
      // GIVEN
      const plan = str(`plan-${freshKey().pk.S}`);
      const ranks = [10, -1, 2, 0.5];
      const keys = await Promise.all(
        ranks.map((rank) => given(engine(), { plan, rank: num(rank), note: str('n'), x: num(1) })),
      );
      await given(engine(), { plan });

      // WHEN
      await update(
        engine(),
        keys[2] as Attributes,
        'SET #rank = :r',
        { ':r': num(-3) },
        {
          ExpressionAttributeNames: { '#rank': 'rank' },
        },
      );
      await update(
        engine(),
        keys[0] as Attributes,
        'REMOVE #rank',
        {},
        { ExpressionAttributeNames: { '#rank': 'rank' } },
      );

      // THEN
      const expected = [
        { ...keys[2], plan, rank: num(-3), note: str('n') },
        { ...keys[1], plan, rank: num(-1), note: str('n') },
        { ...keys[3], plan, rank: num(0.5), note: str('n') },
      ];
      expect(await byPlan(plan)).toEqual(expected);
    });

    test('items with the same index key are all there, and pages pass them', async () => {
      const plan = str(`plan-${freshKey().pk.S}`);
      await Promise.all(Array.from({ length: 5 }, () => given(engine(), { plan, rank: num(1) })));
      const { client, TableName } = engine();
      const pages = paginateQuery(
        { client, pageSize: 2 },
        {
          TableName,
          IndexName: 'byPlan',
          KeyConditionExpression: '#plan = :plan AND #rank = :one',
          ExpressionAttributeNames: { '#plan': 'plan', '#rank': 'rank' },
          ExpressionAttributeValues: { ':plan': plan, ':one': num(1) },
        },
      );
      const found = new Set<string | undefined>();
      for await (const { Items = [] } of pages) for (const item of Items) found.add(item.pk?.S);

      expect(found.size).toBe(5);
    });

    test('a local index fetches from the table what it does not hold', async () => {
      const { client, TableName } = engine();
      const key = await given(engine(), { rank: num(1), note: str('n') });
      const query = (more: Partial<QueryCommandInput>) =>
        client.send(
          new QueryCommand({
            TableName,
            IndexName: 'byRank',
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': key.pk as AttributeValue },
            ...more,
          }),
        );

      expect((await query({})).Items).toEqual([{ ...key, rank: num(1) }]);
      expect((await query({ Select: 'ALL_ATTRIBUTES' })).Items).toEqual([{ ...key, rank: num(1), note: str('n') }]);
      expect((await query({ ProjectionExpression: 'note' })).Items).toEqual([{ note: str('n') }]);
    });

    test('a global index is never read consistently', async () => {
      expect((await failureOf(byPlan(str('x'), { ConsistentRead: true }))).name).toBe('ValidationException');
    });
  });
}
