import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { OpeningBalance } from '../domain/balance';
import type { CustomerStore } from '../domain/customers';
import { DynamoDbCustomerReads } from './dynamodb-customer-reads';
import { type Item, isDeleted, Key, newBalance } from './dynamodb-items';
import { SdkItemUpdates } from './sdk-item-updates';

/** Customers in DynamoDB, as the billing routes read and make them. */
export class DynamoDbCustomerStore extends DynamoDbCustomerReads implements CustomerStore {
  constructor(
    private readonly client: DynamoDBClient,
    table: string,
  ) {
    super({ getItem: (name, key) => getItem(client, name, key) }, table);
  }

  public async create(customer: string, opening: OpeningBalance): Promise<void> {
    await putNew(this.client, this.table, newBalance(customer, opening));
  }
}

export function getItem(client: DynamoDBClient, table: string, key: Item): Promise<Item | undefined> {
  return new SdkItemUpdates(client).getItem(table, key);
}

/** The item of a customer's balance; nothing where he was deleted. */
export async function getBalance(client: DynamoDBClient, table: string, customer: string): Promise<Item | undefined> {
  const item = await getItem(client, table, Key.balance(customer));
  return isDeleted(item) ? undefined : item;
}

/** Puts an item unless there is one; false where there was. @throws CustomerDeletedError where a deletion has left it */
export function putNew(client: DynamoDBClient, table: string, item: Item): Promise<boolean> {
  return new SdkItemUpdates(client).putNew(table, item);
}
