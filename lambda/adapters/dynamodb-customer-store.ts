import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Balance, OpeningBalance } from '../domain/balance';
import { type Account, type Bought, CustomerDeletedError, type CustomerStore } from '../domain/customers';
import { toEntitlement } from './dynamodb-entitlement';
import { fromOpeningBalance, type Item, Key, text, toBalance } from './dynamodb-items';

/** Customers in DynamoDB, as the billing routes read and make them. */
export class DynamoDbCustomerStore implements CustomerStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async balance(customer: string): Promise<Balance | undefined> {
    return toBalance(await getItem(this.client, this.table, Key.balance(customer)));
  }

  public async account(customer: string): Promise<Account> {
    const item = await getItem(this.client, this.table, Key.account(customer));
    return {
      stripeCustomer: item?.stripeCustomer?.S,
      subscription: item?.subscription?.S,
      // The watermark of subscriptions outlives them.
      hasSubscribed: item?.subscriptionCreated !== undefined,
    };
  }

  public create(customer: string, opening: OpeningBalance): Promise<void> {
    return createCustomer(this.client, this.table, customer, opening);
  }

  /** Our customer of a Stripe customer. */
  public async customerOf(stripeCustomer: string): Promise<string | undefined> {
    return (await getItem(this.client, this.table, Key.stripeCustomer(stripeCustomer)))?.customer?.S;
  }

  public async isCredited(customer: string, bought: Bought): Promise<boolean> {
    if ('entry' in bought) {
      return (await getItem(this.client, this.table, Key.ledger(customer, bought.entry)))?.state?.S === 'applied';
    }
    const { revision, subscriptionCreated = 0 } = toEntitlement(
      await getItem(this.client, this.table, Key.account(customer)),
    );
    const balance = await getItem(this.client, this.table, Key.balance(customer));
    return subscriptionCreated >= bought.subscribedSince && Number(balance?.revision?.N ?? 0) >= revision;
  }
}

export async function getItem(client: DynamoDBClient, table: string, key: Item): Promise<Item | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return Item;
}

/** The item of a customer's balance; nothing where he was deleted. */
export async function getBalance(client: DynamoDBClient, table: string, customer: string): Promise<Item | undefined> {
  const item = await getItem(client, table, Key.balance(customer));
  return isDeleted(item) ? undefined : item;
}

/** Whether the item of a balance is what a deletion has left: it keeps anybody from making the customer again. */
export function isDeleted(item: Item | undefined): boolean {
  return item?.deletedAt !== undefined && item.plan === undefined;
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
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: { ...Key.balance(customer), ...fromOpeningBalance(opening), createdAt },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw error;
    }
    if (isDeleted(error.Item)) {
      throw new CustomerDeletedError(customer);
    }
  }
}
