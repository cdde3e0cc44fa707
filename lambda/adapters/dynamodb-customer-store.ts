import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { OpeningBalance } from '../domain/balance';
import type { CustomerStore } from '../domain/customers';
import { DynamoDbCustomerReads } from './dynamodb-customer-reads';
import { fromOpeningBalance, type Item, Key, text } from './dynamodb-items';

/** Customers in DynamoDB, as the billing routes read and make them. */
export class DynamoDbCustomerStore extends DynamoDbCustomerReads implements CustomerStore {
  constructor(
    private readonly client: DynamoDBClient,
    table: string,
  ) {
    super({ getItem: (name, key) => getItem(client, name, key) }, table);
  }

  public create(customer: string, opening: OpeningBalance): Promise<void> {
    return createCustomer(this.client, this.table, customer, opening);
  }
}

export async function getItem(client: DynamoDBClient, table: string, key: Item): Promise<Item | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return Item;
}

/** Puts an item unless there is one; false where there was. */
export async function putNew(client: DynamoDBClient, table: string, item: Item): Promise<boolean> {
  try {
    await client.send(
      new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return false;
    }
    throw error;
  }
}

export async function createCustomer(
  client: DynamoDBClient,
  table: string,
  customer: string,
  opening: OpeningBalance,
): Promise<void> {
  const createdAt = text(new Date().toISOString());
  await putNew(client, table, { ...Key.balance(customer), ...fromOpeningBalance(opening), createdAt });
}
