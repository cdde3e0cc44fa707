import type { Balance } from '../domain/balance';
import type { Account, Bought } from '../domain/customers';
import { toEntitlement } from './dynamodb-entitlement';
import { Key, toBalance } from './dynamodb-items';
import type { ItemReads } from './dynamodb-update';

/** Customers in DynamoDB, as they are read, over any client. */
export class DynamoDbCustomerReads {
  constructor(
    protected readonly items: ItemReads,
    protected readonly table: string,
  ) {}

  public async balance(customer: string): Promise<Balance | undefined> {
    return toBalance(await this.items.getItem(this.table, Key.balance(customer)));
  }

  public async account(customer: string): Promise<Account> {
    const item = await this.items.getItem(this.table, Key.account(customer));
    return {
      stripeCustomer: item?.stripeCustomer?.S,
      subscription: item?.subscription?.S,
      // The watermark of subscriptions outlives them.
      hasSubscribed: item?.subscriptionCreated !== undefined,
    };
  }

  /** Our customer of a Stripe customer. */
  public async customerOf(stripeCustomer: string): Promise<string | undefined> {
    return (await this.items.getItem(this.table, Key.stripeCustomer(stripeCustomer)))?.customer?.S;
  }

  public async isCredited(customer: string, bought: Bought): Promise<boolean> {
    if ('entry' in bought) {
      const entry = await this.items.getItem(this.table, Key.ledger(customer, bought.entry));
      return entry?.state?.S === 'applied';
    }
    const account = await this.items.getItem(this.table, Key.account(customer));
    const { revision, subscriptionCreated = 0 } = toEntitlement(account);
    const balance = await this.items.getItem(this.table, Key.balance(customer));
    return subscriptionCreated >= bought.subscribedSince && Number(balance?.revision?.N ?? 0) >= revision;
  }
}
