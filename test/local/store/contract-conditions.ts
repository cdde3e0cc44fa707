import { DeleteItemCommand, PutItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Engine } from './contract';
import { type Attributes, failureOf, freshKey, given, itemAt, num, str, update } from './items';

const BALANCE: Attributes = {
  remaining: num(7),
  credits: num(5),
  standing: str('active'),
  keys: { M: { k1: { B: Uint8Array.of(1, 2, 3) } } },
  credited: { M: { evt_1: num(1_700_000_000) } },
};

interface Case {
  readonly condition: string;
  readonly values?: Attributes;
  readonly names?: Record<string, string>;
  readonly met: boolean;
}

const CASES: Case[] = [
  { condition: 'remaining >= credits', met: true },
  { condition: 'remaining < credits', met: false },
  { condition: 'remaining >= nothing', met: false },
  { condition: 'nothing = nothingEither', met: false },
  { condition: 'nothing <> remaining', met: true },
  { condition: 'NOT (remaining < nothing)', met: true },
  { condition: 'remaining >= :q', values: { ':q': num(7) }, met: true },
  { condition: 'remaining >= :q', values: { ':q': num('7.000001') }, met: false },
  { condition: 'remaining >= :q', values: { ':q': str('1') }, met: false },
  { condition: 'remaining = :q', values: { ':q': num('7.0') }, met: true },
  { condition: 'standing IN (:a, :b)', values: { ':a': str('grace'), ':b': str('active') }, met: true },
  { condition: 'standing IN (:a, :b)', values: { ':a': str('grace'), ':b': str('suspended') }, met: false },
  { condition: 'nothing IN (:a, :b)', values: { ':a': str('grace'), ':b': str('active') }, met: false },
  { condition: 'credited.evt_1 > :t', values: { ':t': num(1) }, met: true },
  { condition: 'attribute_not_exists(credited.#id)', names: { '#id': 'evt_1' }, met: false },
  { condition: 'attribute_not_exists(credited.#id)', names: { '#id': 'evt_2' }, met: true },
  { condition: 'attribute_not_exists(nothing.#id)', names: { '#id': 'evt_2' }, met: true },
  { condition: '#keys.#id = :h', names: { '#keys': 'keys', '#id': 'k1' }, values: { ':h': bin(1, 2, 3) }, met: true },
  { condition: '#keys.#id = :h', names: { '#keys': 'keys', '#id': 'k1' }, values: { ':h': bin(1, 2) }, met: false },
  { condition: '#keys.#id = :h', names: { '#keys': 'keys', '#id': 'k2' }, values: { ':h': bin(1, 2, 3) }, met: false },
  { condition: 'credited = :m', values: { ':m': { M: { evt_1: num(1_700_000_000) } } }, met: true },
  { condition: 'size(credited) < :n', values: { ':n': num(2) }, met: true },
  { condition: 'size(nothing) < :n', values: { ':n': num(2) }, met: false },
  { condition: 'remaining BETWEEN :a AND :b', values: { ':a': num(1), ':b': num(7) }, met: true },
  {
    condition: 'begins_with(standing, :p) AND NOT contains(standing, :x)',
    values: { ':p': str('act'), ':x': str('z') },
    met: true,
  },
  { condition: 'attribute_type(credited, :t)', values: { ':t': str('M') }, met: true },
  { condition: 'nothing = :q OR (remaining > :q AND credits > :q)', values: { ':q': num(4) }, met: true },
];

function bin(...bytes: number[]) {
  return { B: Uint8Array.from(bytes) };
}

export function describeConditions(engine: () => Engine): void {
  describe('conditions', () => {
    test.each(CASES)('$condition is met: $met', async ({ condition, values = {}, names, met }) => {
      // GIVEN
      const key = await given(engine(), BALANCE);

      // WHEN
      const updated = await update(
        engine(),
        key,
        'SET done = :done',
        { ...values, ':done': { BOOL: true } },
        {
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
        },
      ).then(
        () => true,
        (error: Error) => error.name,
      );

      // THEN
      expect(updated).toBe(met ? true : 'ConditionalCheckFailedException');
      expect((await itemAt(engine(), key))?.done).toEqual(met ? { BOOL: true } : undefined);
    });

    test('an item that is not there has no attributes', async () => {
      const absent = update(
        engine(),
        freshKey(),
        'SET credits = :n',
        { ':n': num(1) },
        {
          ConditionExpression: 'remaining >= credits',
        },
      );

      expect((await failureOf(absent)).name).toBe('ConditionalCheckFailedException');
    });

    test.each([
      ['an ordering of what has none', 'remaining > :v', { ':v': { BOOL: true } }],
      ['a value that no expression uses', 'remaining > credits', { ':v': num(1) }],
      ['a syntax error', 'remaining >', { ':v': num(1) }],
      ['a reserved word', 'keys = :v', { ':v': num(1) }],
    ])('%s is refused, whatever the item', async (_, condition, values: Attributes) => {
      const refused = update(
        engine(),
        freshKey(),
        'SET credits = :n',
        { ...values, ':n': num(1) },
        {
          ConditionExpression: condition,
        },
      );

      expect((await failureOf(refused)).name).toBe('ValidationException');
    });
  });

  describe('ReturnValuesOnConditionCheckFailure', () => {
    const conditional = {
      ConditionExpression: 'remaining > :q',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    const more = { ...conditional, ExpressionAttributeValues: { ':q': num(100) } };

    test('ALL_OLD gives the item that the condition was checked against', async () => {
      // GIVEN
      const { client, TableName } = engine();
      const Key = await given(engine(), BALANCE);

      // WHEN
      const failures = await Promise.all([
        failureOf(update(engine(), Key, 'SET remaining = :q', { ':q': num(100) }, conditional)),
        failureOf(client.send(new PutItemCommand({ TableName, Item: Key, ...more }))),
        failureOf(client.send(new DeleteItemCommand({ TableName, Key, ...more }))),
      ]);

      // THEN
      for (const failure of failures) {
        expect(failure.name).toBe('ConditionalCheckFailedException');
        expect(failure.message).toBe('The conditional request failed');
        expect(failure.Item).toEqual({ ...Key, ...BALANCE });
      }
    });

    test('gives no item where there is none, or none was asked for', async () => {
      const key = await given(engine(), BALANCE);
      const failure = async (of: Attributes, more: Partial<UpdateItemCommandInput>) =>
        failureOf(update(engine(), of, 'SET remaining = :q', { ':q': num(100) }, more));

      expect((await failure(freshKey(), conditional)).Item).toBeUndefined();
      expect((await failure(key, { ConditionExpression: 'remaining > :q' })).Item).toBeUndefined();
    });
  });

  describe('two writers', () => {
    test('200 parallel conditional decrements of 50 give exactly 50 successes', async () => {
      // GIVEN
      const key = await given(engine(), { remaining: num(50) });

      // WHEN
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, () =>
          update(
            engine(),
            key,
            'SET remaining = remaining - :one',
            { ':one': num(1) },
            {
              ConditionExpression: 'remaining >= :one',
              ReturnValues: 'UPDATED_NEW',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          ).then(
            (attributes) => attributes?.remaining?.N,
            (error) => error.Item?.remaining.N,
          ),
        ),
      );

      // THEN: each success saw a balance of its own, and every refusal was shown an empty one.
      const expected = [...Array.from({ length: 50 }, (_, index) => String(49 - index)), ...Array(150).fill('0')];
      expect(outcomes.sort()).toEqual(expected.sort());
      expect(await itemAt(engine(), key)).toEqual({ ...key, remaining: num(0) });
    });
  });
}
