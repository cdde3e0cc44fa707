import { ConditionalCheckFailedException, DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { OpeningBalance } from '../domain/balance';
import type { KeyOwner } from '../domain/imported-keys';
import type { ClaimedKey, KeyImports } from '../domain/key-import';
import type { KeyRecord } from '../domain/keys';
import { getItem, putNew } from './dynamodb-customer-store';
import { binary, fromOpeningBalance, Key, number, text } from './dynamodb-items';
import { recordKey } from './dynamodb-key-store';
import { SdkItemUpdates } from './sdk-item-updates';

/** Imported keys in DynamoDB: an item a key tells whose it is, to the authorizer too. */
export class DynamoDbKeyImports implements KeyImports {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async find(hash: Uint8Array): Promise<ClaimedKey | undefined> {
    const item = await getItem(this.client, this.table, Key.importedKey(hash));
    const [customer, keyId] = [item?.customer?.S, item?.keyId?.S];
    return customer === undefined || keyId === undefined
      ? undefined
      : { customer, keyId, isPending: item?.pending !== undefined };
  }

  public claim(hash: Uint8Array, { customer, keyId }: KeyOwner): Promise<boolean> {
    const pending = { BOOL: true };
    const Item = { ...Key.importedKey(hash), customer: text(customer), keyId: text(keyId), pending };
    return putNew(this.client, this.table, Item);
  }

  public async open(customer: string, opening: OpeningBalance, record: KeyRecord, hash: Uint8Array): Promise<boolean> {
    const { keyId, expiresAt } = record;
    await recordKey(this.client, this.table, customer, record);
    return putNew(this.client, this.table, {
      ...Key.balance(customer),
      ...fromOpeningBalance(opening),
      keys: { M: { [keyId]: binary(hash) } },
      keyExpiries: { M: expiresAt === undefined ? {} : { [keyId]: number(expiresAt) } },
      createdAt: text(new Date().toISOString()),
    });
  }

  public async settle(hash: Uint8Array): Promise<void> {
    await new SdkItemUpdates(this.client).updateItem(this.table, {
      key: Key.importedKey(hash),
      update: 'REMOVE #pending',
      condition: '#pending = :true',
      attributes: ['pending'],
      values: { ':true': { BOOL: true } },
    });
  }

  public async release(hash: Uint8Array): Promise<void> {
    try {
      await this.client.send(
        new DeleteItemCommand({
          TableName: this.table,
          Key: Key.importedKey(hash),
          ConditionExpression: 'attribute_exists(pending)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
    }
  }
}
