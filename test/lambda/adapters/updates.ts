import { getItem } from '../../../lambda/adapters/dynamodb-customer-store';
import { LeanItemUpdates } from '../../../lambda/adapters/dynamodb-lean/item-updates';
import type { ItemReads, ItemUpdates } from '../../../lambda/adapters/dynamodb-update';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import type { TestTable } from './table';

export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export function viaSdk({ client }: TestTable): ItemUpdates {
  return new SdkItemUpdates(client);
}

export function viaLeanClient({ url }: TestTable): LeanItemUpdates {
  return new LeanItemUpdates({
    region: 'us-east-1',
    endpoint: new URL(url),
    credentials: () => CREDENTIALS,
    // What is promised here must not depend on how busy the machine is.
    timeouts: { connect: 20_000, response: 20_000, total: 40_000 },
  });
}

/** Reads as well as updates. */
export function itemsViaSdk({ client }: TestTable): ItemUpdates & ItemReads {
  const updates = new SdkItemUpdates(client);
  return {
    updateItem: (table, write) => updates.updateItem(table, write),
    getItem: (table, key) => getItem(client, table, key),
  };
}
