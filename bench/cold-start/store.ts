import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbCustomerStore } from '../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbKeyStore } from '../../lambda/adapters/dynamodb-key-store';
import { hashApiKey, newApiKey, newCustomerId } from '../../lambda/domain/api-key';
import { startStore } from '../../local/store/store';
import { AWS, authorizerEnvironment, callWith, TABLE, TABLE_DEFINITION } from './environment';

/** A store with so many customers of so many units, what an authorizer over it finds in its environment, and a call of each customer. */
async function main(customers: number, units: number): Promise<void> {
  const { url } = await startStore({
    tables: [{ name: TABLE, definition: TABLE_DEFINITION }],
  });
  Object.assign(process.env, AWS);
  const client = new DynamoDBClient({ endpoint: url });
  const stores = { customers: new DynamoDbCustomerStore(client, TABLE), keys: new DynamoDbKeyStore(client, TABLE) };
  const events: object[] = [];
  while (events.length < customers) {
    events.push(await callOfNewCustomer(stores, units));
  }
  process.send?.({ environment: authorizerEnvironment(url), events });
}

async function callOfNewCustomer(
  { customers, keys }: { readonly customers: DynamoDbCustomerStore; readonly keys: DynamoDbKeyStore },
  units: number,
): Promise<object> {
  const customer = newCustomerId();
  const { text, key } = newApiKey('test', customer);
  const periodStart = Math.floor(Date.now() / 1000);
  await customers.create(customer, {
    plan: 'free',
    standing: 'active',
    remaining: units,
    credits: 0,
    owed: 0,
    periodStart,
    periodEnd: periodStart + 86_400,
    linkSecret: new Uint8Array(16),
  });
  await keys.addFirst(customer, { keyId: key.keyId, name: 'bench', createdAt: periodStart }, hashApiKey(text));
  return callWith(text);
}

main(Number(process.argv[2]), Number(process.argv[3]));
