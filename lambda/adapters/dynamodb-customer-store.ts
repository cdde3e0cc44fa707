import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Balance, OpeningBalance } from '../domain/balance';
import type { Account, Bought, CustomerStore } from '../domain/customers';
import { toEntitlement } from './dynamodb-entitlement';
import { type Item, Key, newBalance, toBalance } from './dynamodb-items';
import { SdkItemUpdates } from './sdk-item-updates';

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

  public async create(customer: string, opening: OpeningBalance): Promise<void> {
    await putNew(this.client, this.table, newBalance(customer, opening));
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

export function getItem(client: DynamoDBClient, table: string, key: Item): Promise<Item | undefined> {
  return new SdkItemUpdates(client).getItem(table, key);
}

/** Puts an item unless there is one; false where there was. */
export function putNew(client: DynamoDBClient, table: string, item: Item): Promise<boolean> {
  return new SdkItemUpdates(client).putNew(table, item);
}
