import { DeleteItemCommand, type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Change } from '../domain/audit';
import type { EpochSeconds } from '../domain/clock';
import type { CustomerDeletions, Deletion } from '../domain/customer-deletion';
import { getItem } from './dynamodb-customer-store';
import { type Item, isDeleted, Key, names, number, text } from './dynamodb-items';
import type { ItemUpdates } from './dynamodb-update';
import { patientItems } from './sdk-item-updates';

/** What stays on a balance: that its customer was deleted, and surrogate keys, until these are removed. */
const KEPT = new Set(['pk', 'sk', 'deletedAt', 'surrogateKeys']);

/** The details of changes that stay; any other may be words about somebody. */
const KEPT_DETAILS = new Set(['what', 'key', 'by', 'plan', 'from', 'to', 'id', 'units', 'overlap']);

/** In place of an address. */
const REDACTED = 'deleted';

/** Customers who are deleted from DynamoDB. What is left is an item in the balance's place, where every write that makes a customer meets it. */
export class DynamoDbCustomerDeletions implements CustomerDeletions {
  private readonly updates: ItemUpdates;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.updates = patientItems(client);
  }

  public async find(customer: string): Promise<Deletion | undefined> {
    const item = await getItem(this.client, this.table, Key.balance(customer));
    if (item === undefined || !isDeleted(item)) {
      return undefined;
    }
    return {
      at: Number(item.deletedAt?.N),
      isDone: item.formerKeys === undefined,
      keyHashes: Object.values(item.formerKeys?.M ?? {}).flatMap(({ B }) => (B === undefined ? [] : [B])),
      hasOwnKeys: item.surrogateKeys !== undefined,
    };
  }

  public async begin(customer: string, at: EpochSeconds): Promise<boolean> {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update:
        'SET #deletedAt = :at, #formerKeys = if_not_exists(#keys, :none) REMOVE #plan, #keys, #keyExpiries, #linkSecret',
      condition: 'attribute_exists(#plan)',
      attributes: ['deletedAt', 'formerKeys', 'plan', 'keys', 'keyExpiries', 'linkSecret'],
      values: { ':at': number(at), ':none': { M: {} } },
    });
    return done;
  }

  public async forgetKeys(customer: string, hashes: readonly Uint8Array[]): Promise<void> {
    for (const hash of hashes) {
      await this.deleteOwn(customer, Key.importedKey(hash));
    }
  }

  public forgetLink(customer: string, stripeCustomer: string): Promise<void> {
    return this.deleteOwn(customer, Key.stripeCustomer(stripeCustomer));
  }

  public async sweep(customer: string): Promise<void> {
    const balance = Key.balance(customer);
    for await (const { pk, sk } of this.itemsOf(balance.pk?.S ?? '')) {
      if (pk !== undefined && sk !== undefined && sk.S !== balance.sk?.S) {
        await this.delete({ pk, sk });
      }
    }
    for await (const { pk, sk, ids } of this.itemsOf(Key.requestsOf(customer))) {
      // What they are found by goes last, so that a run which is cut off leaves none behind.
      for (const id of ids?.SS ?? []) {
        await this.delete(Key.request(id));
      }
      if (pk !== undefined && sk !== undefined) {
        await this.delete({ pk, sk });
      }
    }
    await this.delete(Key.refusals(customer));
  }

  public async redact(customer: string): Promise<void> {
    for await (const entry of this.itemsOf(Key.audit(customer, '').pk?.S ?? '')) {
      const change = JSON.parse(entry.change?.S ?? '{}') as Change;
      if (change.what !== 'customer.deleted') {
        await this.rewrite(entry, change);
      }
    }
  }

  public async finish(customer: string): Promise<boolean> {
    const item = (await getItem(this.client, this.table, Key.balance(customer))) ?? {};
    const gone = Object.keys(item).filter((name) => !KEPT.has(name));
    if (!isDeleted(item) || gone.length === 0) {
      return isDeleted(item);
    }
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: `REMOVE ${gone.map((name) => `#${name}`).join(', ')}`,
      condition: 'attribute_not_exists(#plan) AND #deletedAt = :at',
      attributes: [...new Set([...gone, 'plan', 'deletedAt'])],
      values: { ':at': item.deletedAt ?? number(0) },
    });
    return done;
  }

  /** Deletes an item that leads to the customer, unless it leads to another by now. */
  private async deleteOwn(customer: string, key: Item): Promise<void> {
    const item = await getItem(this.client, this.table, key);
    if (item?.customer?.S === customer) {
      await this.delete(key);
    }
  }

  private async delete(key: Item): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: key }));
  }

  private async rewrite({ pk, sk, from }: Item, change: Change): Promise<void> {
    const details = Object.entries(change).filter(([name]) => KEPT_DETAILS.has(name));
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: { pk: pk ?? text(''), sk: sk ?? text('') },
        UpdateExpression: 'SET #from = :from, #change = :change',
        ExpressionAttributeNames: names('from', 'change'),
        ExpressionAttributeValues: {
          ':from': text(from?.S === 'cli' ? 'cli' : REDACTED),
          ':change': text(JSON.stringify(Object.fromEntries(details))),
        },
      }),
    );
  }

  private async *itemsOf(partition: string): AsyncGenerator<Item> {
    let start: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': text(partition) },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      yield* Items;
      start = LastEvaluatedKey;
    } while (start !== undefined);
  }
}
