import { BatchWriteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbAuditLog } from '../../../lambda/adapters/dynamodb-audit-log';
import { Key } from '../../../lambda/adapters/dynamodb-items';
import { DynamoDbKeyDirectory } from '../../../lambda/adapters/dynamodb-key-directory';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { LeanItemUpdates } from '../../../lambda/adapters/dynamodb-lean/item-updates';
import { hashApiKey, parseApiKey } from '../../../lambda/domain/api-key';
import { Audit } from '../../../lambda/domain/audit';
import {
  createFirstKey,
  createKey,
  type KeyDependencies,
  type KeyOutcome,
  MAX_KEYS,
  MAX_RECORDS,
  revokeKey,
  revokeOwnKey,
  rotateKey,
} from '../../../lambda/domain/keys';
import { NOW } from '../fixtures';
import { request, Stores } from './stores';
import type { TestTable } from './table';
import { CREDENTIALS, viaSdk } from './updates';

const DAY = 86_400;

/** What customers can do to their keys, over any engine that speaks DynamoDB. */
export function describeKeys(engine: string, url?: string): void {
  describe(`keys on ${engine}`, () => {
    let stores: Stores;
    let log: DynamoDbAuditLog;
    let dependencies: KeyDependencies;

    beforeAll(async () => {
      stores = await Stores.open(viaSdk, url);
      const { client, table } = stores.table;
      log = new DynamoDbAuditLog(client, table);
      const audit = new Audit(log, { who: 'operator ada', from: 'cli' }, () => NOW);
      dependencies = { keys: new DynamoDbKeyStore(client, table), audit };
    });

    afterAll(() => stores.close());

    /** A customer who never had a key. */
    const newcomer = () => stores.customerWith({ keys: {} });

    const make = (customer: string, name = 'laptop', expiresAt?: number, now = NOW) =>
      createKey(customer, { mode: 'test', name, expiresAt }, now, dependencies);

    async function isServed(customer: string, made: KeyOutcome, now = NOW): Promise<boolean> {
      const text = made.kind === 'made' ? made.text : '';
      const credential = { keyId: parseApiKey(text)?.keyId ?? '', keyHash: hashApiKey(text) };
      return (await stores.spending.spend(request(customer, { credential }), now)).spent;
    }

    const idOf = (made: KeyOutcome) => (made.kind === 'made' ? made.record.keyId : '');

    test('several keys spend of one balance, and each is listed by its name', async () => {
      const customer = await newcomer();
      const [one, other] = [await make(customer, 'laptop'), await make(customer, 'server', NOW + DAY)];
      expect([await isServed(customer, one), await isServed(customer, other)]).toEqual([true, true]);
      expect((await stores.balanceOf(customer)).remaining).toBe(48);
      expect(await dependencies.keys.list(customer, NOW)).toEqual(
        expect.arrayContaining([
          { keyId: idOf(one), name: 'laptop', createdAt: NOW, active: true },
          { keyId: idOf(other), name: 'server', createdAt: NOW, expiresAt: NOW + DAY, lifetime: DAY, active: true },
        ]),
      );
      expect(await isServed(customer, other, NOW + DAY)).toBe(false);
    });

    test('a rotated key is served until the overlap is over, and has a new one in its place', async () => {
      const customer = await newcomer();
      const old = await make(customer);
      const rotation = { keyId: idOf(old), overlap: 60, mode: 'test' as const };
      const made = await rotateKey(customer, rotation, NOW, dependencies);
      expect(made).toMatchObject({ kind: 'made', record: { name: 'laptop' } });
      expect([await isServed(customer, old), await isServed(customer, made)]).toEqual([true, true]);
      const served = [await isServed(customer, old, NOW + 60), await isServed(customer, made, NOW + 60)];
      expect(served).toEqual([false, true]);
      expect(await rotateKey(customer, rotation, NOW + 60, dependencies)).toEqual({ kind: 'unknown' });
    });

    test('what takes the place of a key that expires is made for as long, however late, and however often', async () => {
      const customer = await newcomer();
      const old = await make(customer, 'ci', NOW + DAY);
      const rotation = { keyId: idOf(old), overlap: 60, mode: 'test' as const };
      const second = await rotateKey(customer, rotation, NOW + 1_000, dependencies);
      expect(second).toMatchObject({ servedUntil: NOW + 1_060, record: { expiresAt: NOW + 1_000 + DAY } });
      const third = await rotateKey(customer, rotation, NOW + 1_010, dependencies);
      expect(third).toMatchObject({ servedUntil: NOW + 1_060, record: { expiresAt: NOW + 1_010 + DAY } });
    });

    test('a second rotation does not let the first one last longer', async () => {
      const customer = await newcomer();
      const old = await make(customer);
      await rotateKey(customer, { keyId: idOf(old), overlap: 60, mode: 'test' }, NOW, dependencies);
      await rotateKey(customer, { keyId: idOf(old), overlap: DAY, mode: 'test' }, NOW, dependencies);
      expect(await isServed(customer, old, NOW + 60)).toBe(false);
    });

    test('a rotation that was cut off before it was written down is listed as it is, and the next one writes it down', async () => {
      const customer = await newcomer();
      const old = await make(customer);
      const { client, table } = stores.table;
      const cutOff = new Proxy(client, {
        get: (target, name) =>
          name !== 'send'
            ? Reflect.get(target, name)
            : (command: { readonly input: { readonly UpdateExpression?: string } }) =>
                command.input.UpdateExpression?.includes('#keyExpiresAt')
                  ? Promise.reject(new Error('cut off'))
                  : target.send(command as never),
      });
      const rotation = { keyId: idOf(old), overlap: 60, mode: 'test' as const };
      const interrupted = { ...dependencies, keys: new DynamoDbKeyStore(cutOff, table) };
      await expect(rotateKey(customer, rotation, NOW, interrupted)).rejects.toThrow('cut off');
      const ofOld = async (now: number) =>
        (await dependencies.keys.list(customer, now))?.find(({ keyId }) => keyId === idOf(old));
      expect(await ofOld(NOW)).toMatchObject({ active: true, expiresAt: NOW + 60 });

      expect(await rotateKey(customer, rotation, NOW + 10, dependencies)).toMatchObject({ servedUntil: NOW + 60 });
      // By its record: the balance forgets what has expired when the next key is made.
      await make(customer, 'next', undefined, NOW + 60);
      expect(await ofOld(NOW + 60)).toMatchObject({ active: false, expiresAt: NOW + 60 });
    });

    test('a revoked key is refused, whatever else is there, and once is enough', async () => {
      const customer = await newcomer();
      const [one, other] = [await make(customer), await make(customer)];
      expect(await revokeKey(customer, idOf(one), NOW + 5, dependencies)).toBe(true);
      expect(await revokeKey(customer, idOf(one), NOW + 6, dependencies)).toBe(false);
      expect([await isServed(customer, one), await isServed(customer, other)]).toEqual([false, true]);
      const listed = await dependencies.keys.list(customer, NOW);
      expect(listed?.find(({ keyId }) => keyId === idOf(one))).toMatchObject({ active: false, revokedAt: NOW + 5 });
      expect(await rotateKey(customer, { keyId: idOf(one), overlap: 60, mode: 'test' }, NOW, dependencies)).toEqual({
        kind: 'unknown',
      });
    });

    test('a first key is one, however many ask at once, and is listed', async () => {
      const customer = await newcomer();
      const asked = Array.from({ length: 20 }, () =>
        createFirstKey(customer, { mode: 'test', name: 'first' }, NOW, dependencies),
      );
      const made = (await Promise.all(asked)).filter((key) => key !== undefined);
      expect(made).toHaveLength(1);
      const { keyId } = made[0]?.record ?? {};
      expect(await dependencies.keys.list(customer, NOW)).toEqual([
        { keyId, name: 'first', createdAt: NOW, active: true },
      ]);
    });

    test('who has had a first key gets no second one by being without', async () => {
      const customer = await newcomer();
      const first = await createFirstKey(customer, { mode: 'test', name: 'first' }, NOW, dependencies);
      await revokeKey(customer, first?.record.keyId ?? '', NOW, dependencies);
      expect(await createFirstKey(customer, { mode: 'test', name: 'first' }, NOW, dependencies)).toBeUndefined();
      expect(await createFirstKey('nobody', { mode: 'test', name: 'first' }, NOW, dependencies)).toBeUndefined();
    });

    describe('of his own keys', () => {
      const revoke = (customer: string, made: KeyOutcome, now = NOW, mayBeLast = false) =>
        revokeOwnKey(customer, { keyId: idOf(made), mayBeLast }, now, dependencies);

      test('a customer does not take away the last that he is served by, unless there is another way in', async () => {
        const customer = await newcomer();
        const [one, other] = [await make(customer), await make(customer, 'short', NOW + 10)];
        expect(await revoke(customer, one)).toBe('revoked');
        expect(await revoke(customer, one)).toBe('unknown');
        expect(await revoke(customer, other)).toBe('last');
        expect(await isServed(customer, other)).toBe(true);
        // One that has expired lets nobody in, so it can go.
        expect(await revoke(customer, other, NOW + 10)).toBe('revoked');
        const last = await make(customer);
        expect(await revoke(customer, last, NOW, true)).toBe('revoked');
      });

      test('all taken away at once leave one', async () => {
        const customer = await newcomer();
        const made = await Promise.all(Array.from({ length: 6 }, () => make(customer)));
        const outcomes = await Promise.all(made.map((key) => revoke(customer, key)));
        expect(outcomes.filter((outcome) => outcome === 'revoked')).toHaveLength(5);
        expect(outcomes.filter((outcome) => outcome === 'last')).toHaveLength(1);
        expect(Object.keys((await stores.balanceOf(customer)).keys)).toHaveLength(1);
      });
    });

    test('there is room for so many, and those that have expired make room', async () => {
      const customer = await newcomer();
      for (let index = 0; index < MAX_KEYS - 1; index++) {
        await make(customer);
      }
      const last = await make(customer, 'short', NOW + 10);
      expect(await make(customer)).toEqual({ kind: 'full' });
      const next = await make(customer, 'next', undefined, NOW + 10);
      expect([await isServed(customer, last), await isServed(customer, next)]).toEqual([false, true]);
      expect(await dependencies.keys.list(customer, NOW + 10)).toHaveLength(MAX_KEYS + 1);
    });

    test('of many who make one at once, no more get in than there is room for', async () => {
      const customer = await newcomer();
      await make(customer);
      const made = await Promise.all(Array.from({ length: MAX_KEYS + 5 }, () => make(customer)));
      expect(made.filter(({ kind }) => kind === 'made')).toHaveLength(MAX_KEYS - 1);
      expect(Object.keys((await stores.balanceOf(customer)).keys)).toHaveLength(MAX_KEYS);
      // What was not let in is not listed.
      expect(await dependencies.keys.list(customer, NOW)).toHaveLength(MAX_KEYS);
    });

    test('of many who make one at once, each takes the room of one that has expired', async () => {
      const customer = await newcomer();
      await Promise.all(Array.from({ length: 3 }, (_, index) => make(customer, 'short', NOW + 1 + index)));
      const made = await Promise.all(
        Array.from({ length: MAX_KEYS + 5 }, () => make(customer, 'next', undefined, NOW + 9)),
      );
      expect(made.filter(({ kind }) => kind === 'made')).toHaveLength(MAX_KEYS);
      expect(Object.keys((await stores.balanceOf(customer)).keys)).toHaveLength(MAX_KEYS);
    });

    test('who makes keys and takes them away all day long is held up', async () => {
      const customer = await newcomer();
      await make(customer);
      await fillRecords(stores.table, customer, MAX_RECORDS - 2);
      expect(await make(customer)).toMatchObject({ kind: 'made' });
      expect(await make(customer)).toEqual({ kind: 'full' });
    });

    test('the owner of a key that was made elsewhere is found by its hash', async () => {
      const hash = hashApiKey('made-by-api-gateway-0001');
      const { client, table, url: endpoint } = stores.table;
      const Item = { ...Key.importedKey(hash), customer: { S: 'customer1' }, keyId: { S: 'key001' } };
      await client.send(new PutItemCommand({ TableName: table, Item }));
      const items = new LeanItemUpdates({
        region: 'us-east-1',
        endpoint: new URL(endpoint),
        credentials: () => CREDENTIALS,
      });
      const directory = new DynamoDbKeyDirectory(items, table);
      expect(await directory.find(hash)).toEqual({ customer: 'customer1', keyId: 'key001' });
      expect(await directory.find(hashApiKey('made-by-nobody'))).toBeUndefined();
      items.close();
    });

    test('of a customer whom nobody knows there are none, and none is made', async () => {
      expect(await dependencies.keys.list('nobody', NOW)).toBeUndefined();
      expect(await make('nobody')).toEqual({ kind: 'unknown' });
      expect(await revokeKey('nobody', 'key001', NOW, dependencies)).toBe(false);
      expect(await stores.customers.balance('nobody')).toBeUndefined();
    });

    test('every change is written down: who, what, when and from where; and no key is', async () => {
      const customer = await newcomer();
      const made = await make(customer);
      const rotated = await rotateKey(customer, { keyId: idOf(made), overlap: 60, mode: 'test' }, NOW, dependencies);
      await revokeKey(customer, idOf(made), NOW, dependencies);
      const by = { who: 'operator ada', from: 'cli', at: NOW };
      const entries = await log.list(customer, 10);
      expect(entries).toEqual(
        expect.arrayContaining([
          { ...by, change: { what: 'key.created', key: idOf(made), name: 'laptop' }, outcome: 'added' },
          { ...by, change: { what: 'key.rotated', key: idOf(made), by: idOf(rotated), overlap: 60 }, outcome: 'added' },
          { ...by, change: { what: 'key.revoked', key: idOf(made) }, outcome: 'true' },
        ]),
      );
      expect(entries).toHaveLength(3);
      expect(JSON.stringify(entries)).not.toMatch(/pw_(live|test)_/);
    });
  });
}

/** Records of keys that were taken away. */
async function fillRecords({ client, table }: TestTable, customer: string, count: number): Promise<void> {
  const puts = Array.from({ length: count }, (_, index) => ({
    PutRequest: {
      Item: { pk: { S: `CUSTOMER#${customer}` }, sk: { S: `KEY#old${index}` }, revokedAt: { N: String(NOW) } },
    },
  }));
  for (let start = 0; start < puts.length; start += 25) {
    const RequestItems = { [table]: puts.slice(start, start + 25) };
    await client.send(new BatchWriteItemCommand({ RequestItems }));
  }
}
