import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { OpeningBalance } from '../domain/balance';
import type { KeyOwner } from '../domain/imported-keys';
import type { ClaimedKey, ImportedCustomer, KeyImports } from '../domain/key-import';
import type { KeyRecord } from '../domain/keys';
import { auditItem } from './dynamodb-audit-log';
import { getItem, putNew } from './dynamodb-customer-store';
import { binary, fromOpeningBalance, type Item, Key, number, text } from './dynamodb-items';
import { keyItem } from './dynamodb-key-store';
import { SdkItemUpdates } from './sdk-item-updates';

/** DynamoDB's most for one `BatchGetItem`. */
const MAX_READ = 100;

/** Imported keys in DynamoDB: an item a key tells whose it is, to the authorizer too. */
export class DynamoDbKeyImports implements KeyImports {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async find(hash: Uint8Array): Promise<ClaimedKey | undefined> {
    return toClaimed(await getItem(this.client, this.table, Key.importedKey(hash)));
  }

  public async findAll(hashes: readonly Uint8Array[]): Promise<readonly (ClaimedKey | undefined)[]> {
    const keys = hashes.map((hash) => Key.importedKey(hash));
    const found = new Map<string | undefined, Item>();
    let left: Item[] = [...new Map(keys.map((key) => [key.pk.S, key])).values()];
    while (left.length > 0) {
      // What is too much for one answer is asked for again.
      const asked = { [this.table]: { Keys: left.slice(0, MAX_READ), ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await this.client.send(new BatchGetItemCommand({ RequestItems: asked }));
      for (const item of Responses?.[this.table] ?? []) {
        found.set(item.pk?.S, item);
      }
      left = [...(UnprocessedKeys?.[this.table]?.Keys ?? []), ...left.slice(MAX_READ)];
    }
    return keys.map(({ pk }) => toClaimed(found.get(pk.S)));
  }

  public async openAll(customers: readonly ImportedCustomer[]): Promise<boolean> {
    const Items = customers.flatMap((customer) => itemsOf(customer));
    const TransactItems = Items.map((Item) => {
      return { Put: { TableName: this.table, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
    });
    try {
      await this.client.send(new TransactWriteItemsCommand({ TransactItems }));
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException) {
        return false;
      }
      throw error;
    }
  }

  public claim(hash: Uint8Array, { customer, keyId }: KeyOwner): Promise<boolean> {
    const pending = { BOOL: true };
    const Item = { ...Key.importedKey(hash), customer: text(customer), keyId: text(keyId), pending };
    return putNew(this.client, this.table, Item);
  }

  public async open(customer: string, opening: OpeningBalance, record: KeyRecord, hash: Uint8Array): Promise<boolean> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: keyItem(customer, record) }));
    return putNew(this.client, this.table, balanceItem(customer, opening, record, hash));
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

/** All that there is of a customer who comes with one key: its claim, the entry of the change, its record, and the balance. */
function itemsOf({ owner: { customer, keyId }, hash, opening, record, entry }: ImportedCustomer): Item[] {
  return [
    { ...Key.importedKey(hash), customer: text(customer), keyId: text(keyId) },
    auditItem(customer, entry),
    keyItem(customer, record),
    balanceItem(customer, opening, record, hash),
  ];
}

function balanceItem(customer: string, opening: OpeningBalance, record: KeyRecord, hash: Uint8Array): Item {
  const { keyId, expiresAt } = record;
  return {
    ...Key.balance(customer),
    ...fromOpeningBalance(opening),
    keys: { M: { [keyId]: binary(hash) } },
    keyExpiries: { M: expiresAt === undefined ? {} : { [keyId]: number(expiresAt) } },
    createdAt: text(new Date().toISOString()),
  };
}

function toClaimed(item: Item | undefined): ClaimedKey | undefined {
  const [customer, keyId] = [item?.customer?.S, item?.keyId?.S];
  return customer === undefined || keyId === undefined
    ? undefined
    : { customer, keyId, isPending: item?.pending !== undefined };
}
