import { createHash } from 'node:crypto';
import { DynamoDbKeyImports } from '../../../lambda/adapters/dynamodb-key-imports';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { hashApiKey } from '../../../lambda/domain/api-key';
import { MAX_KEYS } from '../../../lambda/domain/keys';
import type { ImportAnswer, ImportRow } from '../../../lib/private/operations';
import { endingAfter } from '../adapters/clients';
import { request } from '../adapters/stores';
import { NOW } from '../fixtures';
import { Operators } from './operators';

let operators: Operators;
let made = 0;

beforeAll(async () => {
  operators = await Operators.open();
});

afterAll(() => operators.stores.close());

/** A key that was made elsewhere, and no other is. */
const foreignKey = () => `made-by-api-gateway-${String(++made).padStart(6, '0')}`;
const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url');
const row = (key: string, overrides: Partial<ImportRow> = {}): ImportRow => ({
  hash: hashOf(key),
  name: 'laptop',
  ...overrides,
});
const event = (...rows: unknown[]) => ({ operation: 'import', rows, by: 'ada' });

async function importAll(...rows: unknown[]): Promise<string[]> {
  const answer = await operators.answerTo<ImportAnswer>(event(...rows));
  return answer.rows.map(({ outcome, reason }) => reason ?? outcome);
}

async function ownerOf(key: string) {
  const { imports } = operators.dependencies;
  return imports.find(hashApiKey(key));
}

/** As the authorizer serves a call with the key. */
async function isServed(key: string): Promise<boolean> {
  const { customer = '', keyId = '' } = (await ownerOf(key)) ?? {};
  const credential = { keyId, keyHash: hashApiKey(key) };
  return (await operators.stores.spending.spend(request(customer, { credential }), operators.now)).spent;
}

test('each key is a new customer’s, on the default plan or on the one that is named, and is served', async () => {
  const [one, other] = [foreignKey(), foreignKey()];
  expect(await importAll(row(one), row(other, { plan: 'pro', name: 'server' }))).toEqual(['imported', 'imported']);
  expect([await isServed(one), await isServed(other)]).toEqual([true, true]);
  const [first, second] = [await ownerOf(one), await ownerOf(other)];
  expect(first?.customer).toMatch(/^[0-9A-Za-z]{14}$/);
  expect(first?.customer).not.toBe(second?.customer);
  expect(await operators.stores.balanceOf(second?.customer ?? '')).toMatchObject({ plan: 'pro', remaining: 999 });
  expect(await operators.changesOf(second?.customer ?? '')).toEqual([
    {
      who: 'operator ada',
      from: 'cli',
      at: NOW,
      change: { what: 'key.imported', key: second?.keyId, name: 'server' },
      outcome: 'added',
    },
  ]);
  const keys = await operators.stores.keys.list(second?.customer ?? '', NOW);
  expect(keys).toEqual([{ keyId: second?.keyId, name: 'server', createdAt: NOW, active: true }]);
});

test('several keys of one customer spend of one balance', async () => {
  const customer = 'Customer000001';
  const keys = Array.from({ length: 4 }, foreignKey);
  expect(await importAll(...keys.map((key) => row(key, { customer })))).toEqual(keys.map(() => 'imported'));
  for (const key of keys) {
    expect(await isServed(key)).toBe(true);
  }
  expect((await operators.stores.balanceOf(customer)).remaining).toBe(46);
});

test('a second run finds all of it there, and undoes no revocation and no move', async () => {
  const key = foreignKey();
  await importAll(row(key, { plan: 'pro' }));
  const { customer = '', keyId = '' } = (await ownerOf(key)) ?? {};
  await operators.answerTo({ operation: 'revokeKey', customer, keyId, now: false, by: 'ada' });
  await operators.answerTo({ operation: 'move', customer, plan: 'free', force: false, id: 'x', by: 'ada' });
  expect(await importAll(row(key, { plan: 'pro' }), row(key, { plan: 'pro', customer }))).toEqual([
    'present',
    'present',
  ]);
  expect(await isServed(key)).toBe(false);
  expect((await operators.stores.balanceOf(customer)).plan).toBe('free');
});

test.each([1, 2, 3, 4, 5, 6, 7])('a run that ends after %i requests is carried on by the next', async (writes) => {
  for (const customer of [undefined, `Customer1${String(writes).padStart(5, '0')}`]) {
    const key = foreignKey();
    if (customer !== undefined) {
      await importAll(row(foreignKey(), { customer }));
    }
    const mortal = endingAfter(operators.stores.table.client, writes);
    const keys = new DynamoDbKeyStore(mortal, operators.stores.table.table);
    await operators.ask(event(row(key, { customer })), { ...operators.on(mortal), keys }).catch(() => undefined);
    const before = await ownerOf(key);
    expect(await importAll(row(key, { customer }))).toEqual([before?.isPending === false ? 'present' : 'imported']);
    expect(await isServed(key)).toBe(true);
    const after = await ownerOf(key);
    expect(after?.isPending).toBe(false);
    expect(after).toMatchObject(before === undefined ? {} : { customer: before.customer, keyId: before.keyId });
    const balance = await operators.stores.balanceOf(after?.customer ?? '');
    expect(Object.keys(balance.keys)).toHaveLength(customer === undefined ? 1 : 2);
  }
});

test('of runs that import one key at once, each finds the same customer', async () => {
  const key = foreignKey();
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => importAll(row(key))));
  expect(outcomes.flat().every((outcome) => ['imported', 'present'].includes(outcome))).toBe(true);
  const { customer = '' } = (await ownerOf(key)) ?? {};
  expect(Object.keys((await operators.stores.balanceOf(customer)).keys)).toHaveLength(1);
  expect(await isServed(key)).toBe(true);
});

test('a key is one customer’s', async () => {
  const key = foreignKey();
  await importAll(row(key));
  expect(await importAll(row(key, { customer: 'Customer000002' }))).toEqual(['it is the key of another customer']);
});

test('a customer who is there keeps his plan, and has room for so many keys', async () => {
  const customer = 'Customer000003';
  const rows = Array.from({ length: MAX_KEYS }, () => row(foreignKey(), { customer }));
  await importAll(...rows);
  const late = foreignKey();
  const full = `the customer has ${MAX_KEYS} keys, and no more fit`;
  expect(await importAll(row(late, { customer }), row(foreignKey(), { customer, plan: 'pro' }))).toEqual([
    full,
    'the customer is on plan free',
  ]);
  // Nobody's: it can be imported for somebody else.
  expect(await importAll(row(late))).toEqual(['imported']);
});

test('a key may have an end, which must be yet to come', async () => {
  const [short, past] = [foreignKey(), foreignKey()];
  expect(
    await importAll(
      row(short, { expiresAt: '2026-11-23T12:01:00.000Z' }),
      row(past, { expiresAt: '2026-11-23T12:00:00.000Z' }),
    ),
  ).toEqual(['imported', 'it has expired, on "2026-11-23T12:00:00.000Z"']);
  expect(await isServed(short)).toBe(true);
  operators.now = NOW + 60;
  expect(await isServed(short)).toBe(false);
  operators.now = NOW;
});

test('what is no row is refused, without a word of it that could be a key', async () => {
  const key = foreignKey();
  const refused = await importAll(
    { ...row(key), hash: key },
    row(key, { customer: 'ada' }),
    row(key, { plan: 'gold' }),
    row(key, { name: 'a\nb' }),
    row(key, { expiresAt: 'soon' }),
    null,
  );
  expect(refused).toEqual([
    '`hash` must be the SHA-256 of the key, base64url',
    '`customer` must be 14 letters and digits, got: "ada"',
    'there is no plan "gold": the plans are free, pro, max',
    '`name` must be one line of 1 to 100 characters, got: "a\\nb"',
    'it has expired, on "soon"',
    '`hash` must be the SHA-256 of the key, base64url',
  ]);
  expect(refused.join()).not.toContain(key);
  expect(await operators.refusalOf(event())).toBe('`rows` must be 1 to 500 rows');
  expect(await operators.refusalOf({ ...event(row(key)), by: undefined })).toMatch(/^`by` must be/);
  expect(await ownerOf(key)).toBeUndefined();
});

test('no key is imported that would open nothing, as long as the API does not accept such keys', async () => {
  const key = foreignKey();
  const deaf = { ...operators.dependencies, accepts: { own: true, imported: false } };
  expect(await operators.ask(event(row(key)), deaf)).toEqual({
    refused: 'no imported key opens this API: deploy it with `Identity.apiKeys({ imported: true })` first',
  });
  expect(await ownerOf(key)).toBeUndefined();
});

test('many new customers are made at once, and cost two requests for each 25 of them', async () => {
  const keys = Array.from({ length: 60 }, foreignKey);
  const asked: string[] = [];
  const { client } = operators.stores.table;
  const counted: typeof client = Object.assign(Object.create(client), {
    send: (command: Parameters<typeof client.send>[0]) => {
      asked.push(command.constructor.name);
      return client.send(command);
    },
  });
  const wanted = event(...keys.map((key) => row(key)));
  const { rows } = await operators.answerTo<ImportAnswer>(wanted, operators.on(counted));
  expect(rows).toEqual(keys.map(() => ({ outcome: 'imported', reason: null })));
  expect(asked.toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => 'BatchGetItemCommand'),
    ...Array.from({ length: 3 }, () => 'TransactWriteItemsCommand'),
  ]);
  asked.length = 0;
  const again = await operators.answerTo<ImportAnswer>(wanted, operators.on(counted));
  expect(again.rows).toEqual(keys.map(() => ({ outcome: 'present', reason: null })));
  expect(asked).toEqual(Array.from({ length: 3 }, () => 'BatchGetItemCommand'));
  expect(await isServed(keys[59] ?? '')).toBe(true);
});

test('where one of them cannot be made, the others are, and a key that stands there twice is one', async () => {
  const [mine, theirs] = [foreignKey(), foreignKey()];
  const claimed = { customer: 'Customer000009', keyId: 'key009' };
  const { imports } = operators.dependencies;
  // Another run claims a key between the look-up and the write.
  const raced = {
    ...operators.dependencies,
    imports: Object.assign(Object.create(imports) as typeof imports, {
      openAll: async (customers: Parameters<typeof imports.openAll>[0]) => {
        await imports.claim(hashApiKey(theirs), claimed);
        return imports.openAll(customers);
      },
    }),
  };
  const { rows } = await operators.answerTo<ImportAnswer>(event(row(mine), row(theirs), row(mine)), raced);
  expect(rows.map(({ outcome }) => outcome)).toEqual(['imported', 'imported', 'present']);
  expect(await ownerOf(theirs)).toEqual({ ...claimed, isPending: false });
  expect([await isServed(mine), await isServed(theirs)]).toEqual([true, true]);
});

test('looking up goes on where the store has answered a part', async () => {
  const [one, other] = [foreignKey(), foreignKey()];
  await importAll(row(one), row(other));
  const { client, table } = operators.stores.table;
  let answers = 0;
  const partial: typeof client = Object.assign(Object.create(client), {
    send: async (command: Parameters<typeof client.send>[0]) => {
      const { RequestItems } = command.input as { RequestItems: Record<string, { Keys: object[] }> };
      const { Keys = [] } = RequestItems[table] ?? {};
      answers++;
      Object.assign(command.input, { RequestItems: { [table]: { Keys: Keys.slice(0, 1) } } });
      const { Responses } = (await client.send(command)) as { Responses: object };
      return { Responses, UnprocessedKeys: Keys.length > 1 ? { [table]: { Keys: Keys.slice(1) } } : {} };
    },
  });
  const found = await new DynamoDbKeyImports(partial, table).findAll([one, other, foreignKey(), one].map(hashApiKey));
  expect([found.map((claim) => claim?.isPending), answers]).toEqual([[false, false, undefined, false], 3]);
});
