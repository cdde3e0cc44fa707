import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbCustomerStore } from '../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbKeyStore } from '../../lambda/adapters/dynamodb-key-store';
import { hashApiKey, newApiKey, newCustomerId } from '../../lambda/domain/api-key';
import type { Catalogue } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';
import { startStore } from '../../local/store/store';

const TABLE = 'Paywall';
const AWS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

const CATALOGUE: Catalogue = {
  plans: [
    { id: 'free', name: 'Free', quota: { units: 1e9, period: 'month' }, usagePlanQuota: false, lanes: 4 },
    {
      id: 'pro',
      name: 'Pro',
      quota: { units: 1e10, period: 'month' },
      price: { amount: 2900, currency: 'usd', interval: 'month' },
      usagePlanQuota: false,
      lanes: 4,
    },
  ],
  topUps: [],
  defaultPlan: 'free',
  gracePeriod: 0,
  clawback: true,
};

/** A store with so many customers of so many units, what an authorizer over it finds in its environment, and a call of each customer. */
async function main(customers: number, units: number): Promise<void> {
  const { url } = await startStore({
    tables: [
      {
        name: TABLE,
        definition: {
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        },
      },
    ],
  });
  Object.assign(process.env, AWS);
  const client = new DynamoDBClient({ endpoint: url });
  const stores = { customers: new DynamoDbCustomerStore(client, TABLE), keys: new DynamoDbKeyStore(client, TABLE) };
  const events: object[] = [];
  while (events.length < customers) {
    events.push(await callOfNewCustomer(stores, units));
  }
  const environment = {
    ...AWS,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    [Environment.TABLE_NAME]: TABLE,
    [Environment.CATALOGUE]: JSON.stringify(CATALOGUE),
    [Environment.APIS]: JSON.stringify([
      { apiId: 'api', costs: {}, routePlans: {}, billingPath: 'billing', corsOrigins: [] },
    ]),
    // Call by call, as it is the write that is measured.
    [Environment.METERING]: '{}',
    [Environment.SURROGATE_KEY_PREFIX]: 'bench',
  };
  process.send?.({ environment, events });
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
  return {
    httpMethod: 'GET',
    resource: '/items',
    path: '/items',
    methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/items',
    headers: { 'x-api-key': text },
    requestContext: { apiId: 'api', requestId: 'bench', domainName: 'api.example.com', path: '/prod/items' },
  };
}

main(Number(process.argv[2]), Number(process.argv[3]));
