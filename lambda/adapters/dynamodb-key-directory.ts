import type { KeyDirectory, KeyOwner } from '../domain/imported-keys';
import { Key } from './dynamodb-items';
import type { ItemReads } from './dynamodb-update';

/** Owners of imported keys in DynamoDB, an item a key. */
export class DynamoDbKeyDirectory implements KeyDirectory {
  constructor(
    private readonly items: ItemReads,
    private readonly table: string,
  ) {}

  public async find(hash: Uint8Array): Promise<KeyOwner | undefined> {
    const item = await this.items.getItem(this.table, Key.importedKey(hash));
    const [customer, keyId] = [item?.customer?.S, item?.keyId?.S];
    return customer === undefined || keyId === undefined ? undefined : { customer, keyId };
  }
}
