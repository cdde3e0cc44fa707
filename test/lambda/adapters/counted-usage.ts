import { randomUUID } from 'node:crypto';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import type { Item } from '../../../lambda/adapters/dynamodb-items';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { DynamoDbSettlementStore } from '../../../lambda/adapters/dynamodb-settlement-store';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import { DynamoDbUsageHistory } from '../../../lambda/adapters/dynamodb-usage-history';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import { type Settlement, settle } from '../../../lambda/domain/settlement';
import { dayOf } from '../../../lambda/domain/usage';
import { balance, NOW } from '../fixtures';
import { endingAfter } from './clients';
import { EmbeddedTable } from './embedded';
import { HASH, request } from './stores';

export const PLENTY = 10 ** 9;
export const DAY = 86_400;
export const CUSTOMER = 'c1';
export const FOREVER = NOW + 4_000 * DAY;

/** A customer with plenty of units, over the embedded store. */
export async function openUsage(units = PLENTY) {
  const embedded = new EmbeddedTable();
  const { client, table } = embedded;
  const customers = new DynamoDbCustomerStore(client, table);
  const { keys: _keys, keyExpiries: _expiries, surrogateKeys: _own, ...opening } = balance();
  await customers.create(CUSTOMER, { ...opening, remaining: units, periodEnd: FOREVER });
  await new DynamoDbKeyStore(client, table).addFirst(CUSTOMER, { keyId: 'key001', name: 'k', createdAt: NOW }, HASH);
  const history = new DynamoDbUsageHistory(client, table);
  return {
    client,
    table,
    /** One execution environment; which ends after so many writes. */
    environment: (writes = Number.POSITIVE_INFINITY) =>
      new DynamoDbSpendingStore(new SdkItemUpdates(endingAfter(client, writes)), table),
    /** Calls that cost something else in the end. */
    settle: (now: number, ...settlements: Settlement[]) =>
      settle(new DynamoDbSettlementStore(client, table, () => now), settlements, randomUUID),
    items: () => embedded.items as Item[],
    item: () => (embedded.items as Item[]).find(({ sk }) => sk?.S === 'BALANCE') ?? {},
    left: async () => (await customers.balance(CUSTOMER))?.remaining ?? 0,
    days: (now: number, days = 366) => history.days(CUSTOMER, dayOf(now) - days + 1, now),
  };
}

export type OpenedUsage = Awaited<ReturnType<typeof openUsage>>;

export const on = (route: string, cost = 1) => request(CUSTOMER, { route, cost });

export function countersOn(item: Item): string[] {
  return Object.keys(item).filter((name) => name.startsWith('U'));
}
