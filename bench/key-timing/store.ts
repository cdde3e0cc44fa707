import { fromOpeningBalance, Key } from '../../lambda/adapters/dynamodb-items';
import { hashApiKey, newApiKey, newCustomerId } from '../../lambda/domain/api-key';
import { Environment } from '../../lib/private/environment';
import { LocalClock } from '../../local/clock';
import type { Item } from '../../local/store/attribute-value';
import { Database } from '../../local/store/database';
import { serveDatabase } from '../../local/store/store';
import { reconcile } from '../../local/store/table-operations';
import { authorizerEnvironment, callWith, TABLE, TABLE_DEFINITION } from '../cold-start/environment';

/** Calls of each kind that warm the authorizer up. */
const WARM_UP = 500;

const NOW = Math.floor(Date.now() / 1000);

/** A store, and keys of every kind, one for each call. */
async function main(calls: number): Promise<void> {
  const database = new Database();
  reconcile(database, { ...TABLE_DEFINITION, TableName: TABLE });
  const put = (...items: object[]) =>
    database.apply({ writes: items.map((item) => ({ table: TABLE, put: item as Item })) });
  const again = newApiKey('test', newCustomerId()).text;
  const kinds: [kind: string, isServed: boolean, keyOf: (index: number) => string][] = [
    ['is served', true, () => customerWith(put, {})],
    ['is shorter than a key', false, () => `pw_test_${'0'.repeat(20)}`],
    ['has a typing error', false, () => withTypingError(newApiKey('test', newCustomerId()).text)],
    ['nobody has, of nobody', false, () => newApiKey('test', newCustomerId()).text],
    ['nobody has, of a customer', false, () => newApiKey('test', customerOf(customerWith(put, {}))).text],
    ['has another secret than the customer’s', false, () => withOtherSecret(customerWith(put, {}), put)],
    ['was revoked', false, () => customerWith(put, { isRevoked: true })],
    ['has expired', false, () => customerWith(put, { expiry: NOW - 1 })],
    ['was refused a moment ago', false, () => again],
    ['was made elsewhere, and imported by nobody', false, (index) => foreignKey(index, 'nobody')],
    ['was imported and revoked', false, (index) => importedAndRevoked(foreignKey(index, 'revoked'), put)],
  ];
  const events = kinds.map(([kind, isServed, keyOf]) => ({
    kind,
    isServed,
    events: Array.from({ length: WARM_UP + calls }, (_, index) => callWith(keyOf(index))),
  }));
  const { url } = await serveDatabase(database, new LocalClock());
  const identities = { [Environment.IDENTITIES]: '["apiKeys","importedKeys"]' };
  process.send?.({ environment: { ...authorizerEnvironment(url), ...identities }, kinds: events });
}

type Put = (...items: object[]) => void;

/** A new customer's only key, as it was shown. */
function customerWith(put: Put, { isRevoked = false, expiry }: { isRevoked?: boolean; expiry?: number }): string {
  const { text, key } = newApiKey('test', newCustomerId());
  put(balance(key.customer, isRevoked ? {} : { [key.keyId]: hashApiKey(text) }, expiry));
  return text;
}

/** A genuine key's customer and id, with a secret of somebody who knows both. */
function withOtherSecret(genuine: string, put: Put): string {
  const { text, key } = newApiKey('test', customerOf(genuine));
  put(balance(key.customer, { [key.keyId]: hashApiKey(genuine) }));
  return text;
}

function importedAndRevoked(text: string, put: Put): string {
  const [hash, customer] = [hashApiKey(text), newCustomerId()];
  put(balance(customer, {}), { ...Key.importedKey(hash), customer: { S: customer }, keyId: { S: 'key001' } });
  return text;
}

function balance(customer: string, keys: Readonly<Record<string, Uint8Array>>, expiry?: number): object {
  const opening = fromOpeningBalance({
    plan: 'free',
    standing: 'active',
    remaining: 1e9,
    credits: 0,
    owed: 0,
    periodStart: NOW,
    periodEnd: NOW + 86_400,
    linkSecret: new Uint8Array(),
  });
  const hashes = Object.entries(keys).map(([id, hash]) => [id, binary(hash)]);
  const expiries = Object.keys(keys).flatMap((id) => (expiry === undefined ? [] : [[id, { N: String(expiry) }]]));
  return {
    ...Key.balance(customer),
    ...opening,
    linkSecret: binary(new Uint8Array(16)),
    keys: { M: Object.fromEntries(hashes) },
    keyExpiries: { M: Object.fromEntries(expiries) },
  };
}

function customerOf(apiKey: string): string {
  return apiKey.slice('pw_test_'.length, 'pw_test_'.length + 14);
}

function withTypingError(apiKey: string): string {
  const last = apiKey.endsWith('0') ? '1' : '0';
  return `${apiKey.slice(0, -1)}${last}`;
}

function foreignKey(index: number, of: string): string {
  return `made-by-api-gateway-${of}-${index}`;
}

function binary(value: Uint8Array): { B: string } {
  return { B: Buffer.from(value).toString('base64') };
}

main(Number(process.argv[2]));
