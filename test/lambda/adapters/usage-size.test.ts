import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { itemSize } from 'dynalite/db';
import { sizeOf } from '../../../lambda/adapters/dynamodb-item-size';
import { binary, type Item, Key, number, text } from '../../../lambda/adapters/dynamodb-items';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import { dayOf } from '../../../lambda/domain/usage';
import { NOW } from '../fixtures';
import { DAY, FOREVER, on, openUsage } from './counted-usage';
import { HASH } from './stores';

/** The largest balance that there is: ten keys that expire, and everything that payments, tokens and operators leave. */
function largest(): Item {
  const ids = Array.from({ length: 10 }, (_, index) => `key${String((index + 1) % 10).padStart(3, '0')}`);
  return {
    ...Key.balance('3fXiOdYuxRWGG7'),
    plan: text('enterprise'),
    standing: text('active'),
    graceEndsAt: number(NOW + 12_345),
    remaining: number(123_456_789_012),
    credits: number(123_456_789),
    owed: number(12_345),
    periodStart: number(NOW - 12_345),
    periodEnd: number(FOREVER + 1),
    linkSecret: binary(new Uint8Array(16)),
    createdAt: text('2026-11-23T12:00:00.000Z'),
    lastEntry: text(`checkout_session#cs_live_${'a'.repeat(58)}`),
    revision: number(12),
    shortfall: number(12_345),
    shortfallPeriod: number(NOW - 12_345),
    surrogateKeys: { SS: ['p'.repeat(40)] },
    keys: { M: Object.fromEntries(ids.map((id) => [id, binary(HASH)])) },
    keyExpiries: { M: Object.fromEntries(ids.map((id) => [id, number(FOREVER + 1)])) },
  };
}

test('sizes are those that DynamoDB counts', () => {
  const wire = JSON.parse(JSON.stringify(largest()), (name, value) =>
    name === 'B' ? Buffer.from(Object.values(value as Record<string, number>)).toString('base64') : value,
  );
  expect(sizeOf(largest())).toBe(itemSize(wire));
});

test('the largest balance stays below 1 KB with all that is counted beside it, around midnight too', async () => {
  const { client, table } = await openUsage();
  const store = new DynamoDbSpendingStore(new SdkItemUpdates(client), table);
  const known = largest();
  const names = Object.keys(known).filter((name) => name !== 'pk' && name !== 'sk');
  await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: Key.balance('3fXiOdYuxRWGG7'),
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, known[name] ?? number(0)])),
    }),
  );
  const midnight = (dayOf(NOW) + 1) * DAY;
  const sizes: number[] = [];
  for (const now of [midnight - 60, midnight + 60, midnight + DAY + 60, midnight + DAY + 900]) {
    for (let route = 0; route < 20; route++) {
      const call = { ...on(`GET /items/${route}`, 123_456_789), customer: '3fXiOdYuxRWGG7' };
      const outcome = await store.spend(call, now);
      expect(outcome.spent).toBe(true);
      const { Item = {} } = (await client.send(getBalance(table))) as { Item?: Item };
      sizes.push(sizeOf(Item));
    }
  }
  expect(sizeOf(known)).toBeGreaterThan(900);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024);
});

function getBalance(table: string) {
  return new GetItemCommand({ TableName: table, Key: Key.balance('3fXiOdYuxRWGG7'), ConsistentRead: true });
}
