import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbKeptRequests } from '../../../lambda/adapters/dynamodb-kept-requests';
import { DynamoDbRefusalMarks } from '../../../lambda/adapters/dynamodb-refusal-marks';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import type { OpenAnswer } from '../../../lib/private/operations';
import { NOW } from '../fixtures';
import type { Operators } from './operators';

/** The hash of a key that was made elsewhere. */
export const FOREIGN = Buffer.alloc(32, 9);

let last = 0;

/** The event that asks for a customer's deletion. */
export const remove = (customer: string, overrides: object = {}) => ({
  operation: 'delete',
  customer,
  by: 'ada',
  force: false,
  ...overrides,
});

/**
 * A customer with all that there can be: keys with names, an imported one, a link from Stripe, bought units, requests that are kept, a
 * refusal that was told, and changes by himself.
 * `personal` are the words by which something of him is found.
 */
export async function wholeCustomer(operators: Operators, subscription?: string) {
  const { payments } = operators.stores;
  const stripeCustomer = `cus_ada${++last}`;
  const words = [`Ada’s laptop ${last}`, `Ada’s server ${last}`, `Ada’s phone ${last}`, `192.0.2.${last}`] as const;
  const [laptop, server, phone, address] = words;
  const { customer, apiKey, key } = await operators.answerTo<OpenAnswer>({
    operation: 'open',
    name: laptop,
    by: 'bob',
  });
  const hash = Buffer.concat([FOREIGN.subarray(1), Buffer.from([last])]).toString('base64url');
  await operators.answerTo({ operation: 'import', rows: [{ hash, name: server, customer }], by: 'bob' });
  await operators.answerTo({ operation: 'grant', customer, units: 5, reason: 'outage', by: 'bob', id: 'g1' });
  const change = { what: 'key.created', name: phone };
  await operators.dependencies.auditLog.begin(customer, { at: NOW, who: `key ${key.id}`, from: address, change });
  await payments.linkStripeCustomer(customer, stripeCustomer);
  const next = { revision: 1, subscription, subscriptionCreated: NOW, replaced: [] };
  await payments.entitle(customer, await payments.entitlement(customer), next);
  const kept = [`request-a${last}`, `request-b${last}`];
  for (const [hour, id] of kept.entries()) {
    await keepRequest(operators, { customer, id }, hour);
  }
  const { client, table } = operators.stores.table;
  await new DynamoDbRefusalMarks(client, table, () => NOW).note({
    customer,
    plan: 'free',
    reason: 'quota_exhausted',
    periodStart: NOW,
    route: 'GET /forecast/{city}',
    requestId: 'r1',
    at: NOW,
  });
  const personal = [...words, ...kept.map((id) => `REQUEST#${id}`), `REFUSED#${customer}`, stripeCustomer, hash];
  return { customer, apiKey, keyId: key.id, stripeCustomer, personal };
}

async function keepRequest({ stores }: Operators, owned: { customer: string; id: string }, hour: number) {
  const requests = new DynamoDbKeptRequests(new SdkItemUpdates(stores.table.client), stores.table.table);
  await requests.count(owned, hour, 9, NOW + 9);
  const sealed = new Uint8Array(5);
  await requests.keep({ ...owned, apiId: 'api1', tokenHash: sealed, sealed, expiresAt: NOW, used: false }, NOW + 9);
}

/** All items, as text, that have something to do with any of the words. */
export async function itemsAbout({ stores }: Operators, ...words: string[]): Promise<string[]> {
  const { client, table } = stores.table;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  const texts = Items.map((item) => JSON.stringify(item));
  return texts.filter((item) => words.some((word) => item.includes(`${word}"`) || item.includes(`${word}\\"`)));
}
