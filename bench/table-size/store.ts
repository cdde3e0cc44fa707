import { createHash } from 'node:crypto';
import { fromOpeningBalance, Key } from '../../lambda/adapters/dynamodb-items';
import { hashApiKey, newApiKey } from '../../lambda/domain/api-key';
import { Environment } from '../../lib/private/environment';
import { LocalClock } from '../../local/clock';
import type { Item } from '../../local/store/attribute-value';
import { Database, type Write } from '../../local/store/database';
import { serveDatabase } from '../../local/store/store';
import { reconcile } from '../../local/store/table-operations';
import { authorizerEnvironment, callWith, TABLE, TABLE_DEFINITION } from '../cold-start/environment';

/** Customers whose calls are handed out, or all where there are fewer. */
const CALLING = 1_500;

/** Writes that are applied at once. */
const BATCH = 10_000;

const NOW = Math.floor(Date.now() / 1000);

/** Calls of customers picked at random, by the key of our own that each has, and by the imported one. */
interface Calls {
  readonly own: object[];
  readonly imported: object[];
}

/**
 * A table of so many customers, each with a key of our own and an imported one, which has a look-up item. It is filled in this process,
 * past HTTP and the checks of requests, and in the order in which the store keeps its items, as each goes to the end then.
 */
async function main(customers: number): Promise<void> {
  const database = new Database();
  reconcile(database, { ...TABLE_DEFINITION, TableName: TABLE });
  const table = database.table(TABLE);
  const calls: Calls = { own: [], imported: [] };
  const every = Math.max(1, Math.floor(customers / CALLING));
  const items: { readonly id: string; readonly item: Item }[] = [];
  for (let index = 0; index < customers; index++) {
    for (const item of customerWithKeys(index, index % every === 0 ? calls : undefined)) {
      items.push({ id: table.idOf(item), item });
    }
  }
  items.sort((one, other) => (one.id < other.id ? -1 : 1));
  for (let start = 0; start < items.length; start += BATCH) {
    const writes: Write[] = items.slice(start, start + BATCH).map(({ item }) => ({ table: TABLE, put: item }));
    database.apply({ writes });
  }
  const stored = { items: table.size, keys: 2 * customers };
  items.length = 0;
  globalThis.gc?.();
  globalThis.gc?.();
  const { url } = await serveDatabase(database, new LocalClock());
  const identities = { [Environment.IDENTITIES]: '["apiKeys","importedKeys"]' };
  process.send?.({
    environment: { ...authorizerEnvironment(url), ...identities },
    calls: { own: shuffled(calls.own), imported: shuffled(calls.imported) },
    stored,
  });
}

/** A customer's items, as they are on the wire. Only who calls has keys whose texts are known. */
function customerWithKeys(index: number, calls: Calls | undefined): Item[] {
  const customer = index.toString().padStart(14, '0');
  const own = calls === undefined ? undefined : newApiKey('test', customer);
  const foreign = `made-by-api-gateway-${customer}`;
  calls?.own.push(callWith(own?.text ?? ''));
  calls?.imported.push(callWith(foreign));
  const keyId = own?.key.keyId ?? 'key001';
  const ownHash = own === undefined ? createHash('sha256').update(customer).digest() : hashApiKey(own.text);
  const foreignHash = hashApiKey(foreign);
  const keys = { M: { [keyId]: binary(ownHash), key002: binary(foreignHash) } };
  const recordOf = (id: string) => ({ ...Key.apiKey(customer, id), name: NAME, createdAt: CREATED });
  return [
    { ...Key.balance(customer), ...OPENING, keys, keyExpiries: { M: {} } },
    recordOf(keyId),
    recordOf('key002'),
    { ...Key.importedKey(foreignHash), customer: { S: customer }, keyId: { S: 'key002' } },
  ] as Item[];
}

const NAME = { S: 'laptop' };
const CREATED = { N: String(NOW) };
const OPENING = {
  ...fromOpeningBalance({
    plan: 'free',
    standing: 'active',
    remaining: 1e9,
    credits: 0,
    owed: 0,
    periodStart: NOW,
    periodEnd: NOW + 86_400,
    linkSecret: new Uint8Array(),
  }),
  linkSecret: binary(new Uint8Array(16)),
};

function binary(value: Uint8Array): { B: string } {
  return { B: Buffer.from(value).toString('base64') };
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ value }) => value);
}

main(Number(process.argv[2]));
