import { createHash } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { binary, fromOpeningBalance, type Item, Key, number, text } from '../../lambda/adapters/dynamodb-items';
import { hashApiKey, newApiKey, parseApiKey } from '../../lambda/domain/api-key';
import { startStore } from '../../local/store/store';
import { AWS, authorizerEnvironment, callWith, TABLE, TABLE_DEFINITION } from '../cold-start/environment';

/** Calls that are handed out; the first of them warm the authorizer up. */
const CALLS = 2_500;

/** DynamoDB's most for a batch. */
const BATCH = 25;

const NOW = Math.floor(Date.now() / 1000);

/** A table of so many customers with two keys each, what an authorizer over it finds in its environment, and calls of some of them. */
async function main(customers: number): Promise<void> {
  const { url } = await startStore({ tables: [{ name: TABLE, definition: TABLE_DEFINITION }] });
  Object.assign(process.env, AWS);
  const client = new DynamoDBClient({ endpoint: url });
  const events: object[] = [];
  let batch: Item[] = [];
  for (let index = 0; index < customers; index++) {
    // In the order of their ids, which is the one that the store fills fastest in.
    const customer = index.toString().padStart(14, '0');
    const calls = Math.floor(((index + 1) * CALLS) / customers) - Math.floor((index * CALLS) / customers);
    const { items, apiKey } = customerWithKeys(customer, calls > 0);
    events.push(...Array.from({ length: calls }, () => callWith(apiKey)));
    batch.push(...items);
    if (batch.length > BATCH - items.length || index === customers - 1) {
      const Puts = batch.map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: Puts } }));
      batch = [];
    }
  }
  client.destroy();
  process.send?.({ environment: authorizerEnvironment(url), events: shuffled(events) });
}

/** A customer's items; the key is a real one where calls are made by it. */
function customerWithKeys(customer: string, isCalling: boolean): { items: Item[]; apiKey: string } {
  const { text: apiKey } = isCalling ? newApiKey('test', customer) : { text: '' };
  const keyId = parseApiKey(apiKey)?.keyId ?? 'key001';
  const hash = isCalling ? hashApiKey(apiKey) : createHash('sha256').update(customer).digest();
  const opening = {
    plan: 'free',
    standing: 'active' as const,
    remaining: 1e9,
    credits: 0,
    owed: 0,
    periodStart: NOW,
    periodEnd: NOW + 86_400,
    linkSecret: new Uint8Array(16),
  };
  const keys = { M: { [keyId]: binary(hash), key002: binary(hash) } };
  const recordOf = (id: string) => ({ ...Key.apiKey(customer, id), name: text('laptop'), createdAt: number(NOW) });
  const balance = { ...Key.balance(customer), ...fromOpeningBalance(opening), keys, keyExpiries: { M: {} } };
  return { items: [balance, recordOf(keyId), recordOf('key002')], apiKey };
}

function shuffled<T>(values: T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ value }) => value);
}

main(Number(process.argv[2]));
