import fc from 'fast-check';
import type { Item } from '../../../local/store/attribute-value';
import { Database, TOKEN_LIFETIME_MS } from '../../../local/store/database';
import { addNumbers, compareNumbers, subtractNumbers } from '../../../local/store/decimal';
import { getItem, putItem } from '../../../local/store/item-operations';
import { SortedMap } from '../../../local/store/sorted-map';
import { createTable } from '../../../local/store/table-operations';
import { deleteExpired, setTimeToLive } from '../../../local/store/time-to-live';
import { transactWriteItems } from '../../../local/store/transactions';
import { DEFINITION } from './client';

const TableName = 'Paywall';

function databaseWith(...items: Item[]): Database {
  const database = new Database();
  createTable(database, { ...DEFINITION, TableName });
  for (const item of items) putItem(database, { TableName, Item: item });
  return database;
}

const keyOf = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });

describe('time to live', () => {
  const NOW = 1_800_000_000;
  const FIVE_YEARS = 5 * 365 * 86_400;
  const remaining = (database: Database) => [...database.table(TableName).all()].map(({ pk }) => pk?.S).sort();

  test('what has expired is deleted, unless so long ago that it must be a mistake', () => {
    // GIVEN
    const database = databaseWith(
      { ...keyOf('expired'), expiresAt: { N: String(NOW - 1) } },
      { ...keyOf('later'), expiresAt: { N: String(NOW + 1) } },
      { ...keyOf('mistake'), expiresAt: { N: String(NOW - FIVE_YEARS) } },
      { ...keyOf('never') },
      { ...keyOf('text'), expiresAt: { S: String(NOW - 1) } },
    );

    // WHEN
    deleteExpired(database, NOW);
    const withoutAttribute = remaining(database);
    setTimeToLive(database, TableName, 'expiresAt');
    deleteExpired(database, NOW);

    // THEN
    expect(withoutAttribute).toHaveLength(5);
    expect(remaining(database)).toEqual(['later', 'mistake', 'never', 'text']);
  });
});

describe('a ClientRequestToken', () => {
  test('is forgotten after ten minutes', () => {
    const database = databaseWith();
    const credits = () => getItem(database, { TableName, Key: keyOf('a') }).Item?.credits?.N;
    const add = (now: number) => {
      const Update = {
        TableName,
        Key: keyOf('a'),
        UpdateExpression: 'ADD credits :q',
        ExpressionAttributeValues: { ':q': { N: '1' } },
      };
      transactWriteItems(database, { TransactItems: [{ Update }], ClientRequestToken: 'token' }, now);
      return credits();
    };

    expect(add(0)).toBe('1');
    expect(add(TOKEN_LIFETIME_MS - 1)).toBe('1');
    expect(add(TOKEN_LIFETIME_MS)).toBe('2');
    expect(add(TOKEN_LIFETIME_MS + 1)).toBe('2');
  });
});

describe('a change that cannot be recorded', () => {
  test('is not made', () => {
    const database = new Database(() => {
      throw new Error('no space left');
    });

    expect(() => createTable(database, { ...DEFINITION, TableName })).toThrow('no space left');
    expect(database.find(TableName)).toBeUndefined();
  });
});

describe('a snapshot', () => {
  test('leads to the same database', () => {
    const database = databaseWith({ ...keyOf('a'), plan: { S: 'pro' }, rank: { N: '1' } }, keyOf('b'));
    setTimeToLive(database, TableName, 'expiresAt');

    const copy = new Database();
    for (const entry of database.snapshot(0)) copy.apply(entry);

    expect([...copy.snapshot(0)]).toEqual([...database.snapshot(0)]);
    expect(copy.table(TableName).rows('byPlan').items.size).toBe(1);
  });
});

describe('SortedMap', () => {
  test('does what a map sorted by its keys does', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 3 });
    const change = fc.tuple(key, fc.option(fc.nat(), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(change), key, fc.boolean(), (changes, prefix, reverse) => {
        const [sorted, model] = [new SortedMap<number>(), new Map<string, number>()];
        for (const [name, value] of changes) {
          if (value === undefined) sorted.delete(name);
          else sorted.set(name, value);
          if (value === undefined) model.delete(name);
          else model.set(name, value);
        }
        const expected = [...model].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
        expect([...sorted.entries(prefix, reverse)]).toEqual(reverse ? expected.reverse() : expected);
        expect(sorted.size).toBe(model.size);
      }),
    );
  });
});

describe('decimals', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 8 }))
    .map(([digits, scale]) => ({ digits, scale, text: textOf(digits, scale) }));

  test('are added, subtracted and compared exactly', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const [left, right] = [a.digits * 10n ** BigInt(8 - a.scale), b.digits * 10n ** BigInt(8 - b.scale)];

        expect(addNumbers(a.text, b.text)).toBe(textOf(left + right, 8));
        expect(subtractNumbers(a.text, b.text)).toBe(textOf(left - right, 8));
        expect(compareNumbers(a.text, b.text)).toBe(left < right ? -1 : left > right ? 1 : 0);
      }),
    );
  });

  function textOf(digits: bigint, scale: number): string {
    const unsigned = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
    const point = unsigned.length - scale;
    const fraction = unsigned.slice(point).replace(/0+$/, '');
    return `${digits < 0n ? '-' : ''}${unsigned.slice(0, point)}${fraction && `.${fraction}`}`;
  }
});
