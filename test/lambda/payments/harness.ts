import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type Stripe from 'stripe';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import { patientItems, SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import { type Balance, creditsLeft, includedLeft } from '../../../lambda/domain/balance';
import type { Money } from '../../../lambda/domain/blocked-revenue';
import type { PlanArrival } from '../../../lambda/domain/own-keys';
import type { PaymentDependencies } from '../../../lambda/payments/dependencies';
import { type ProcessOutcome, processEvent } from '../../../lambda/payments/process';
import type { Catalogue } from '../../../lib/private/catalogue';
import { EmbeddedTable } from '../adapters/embedded';
import { CATALOGUE, NOW } from '../fixtures';
import { PAYWALL } from './objects';
import { StripeAccount } from './stripe-account';

/** A line of the ledger, as far as tests look at it. */
export interface Line {
  readonly id: string;
  readonly kind: string;
  readonly from?: string;
  readonly plan?: string;
  readonly units: number;
  readonly state: string;
}

/** A customer, his account at Stripe, and what carries out the events of that, over a table. */
export class PaymentsUnderTest {
  public readonly arrivals: PlanArrival[] = [];
  public readonly lags: number[] = [];
  public readonly revenue: Money[] = [];
  public readonly refunded: Money[] = [];
  public dependencies: PaymentDependencies;
  public now = NOW;
  private delivered = 0;

  constructor(
    public readonly account = new StripeAccount('customer1'),
    public readonly table = new EmbeddedTable(),
    catalogue: Catalogue = CATALOGUE,
  ) {
    this.dependencies = {
      store: new DynamoDbPaymentStore(patientItems(table.client), table.table, () => this.now),
      subscriptions: account,
      charges: account,
      catalogue,
      paywallId: PAYWALL,
      clock: () => this.now,
      newLinkSecret: () => new Uint8Array(16),
      arrivals: {
        send: async (arrival) => {
          this.arrivals.push(arrival);
        },
      },
      meter: {
        lag: (milliseconds) => this.lags.push(milliseconds),
        revenue: (amount, currency) => this.revenue.push({ amount, currency }),
        refund: (amount, currency) => this.refunded.push({ amount, currency }),
      },
    };
  }

  /** Carries out what Stripe has told of since the last time, and tells what came of each. */
  public async deliver(): Promise<ProcessOutcome[]> {
    const outcomes: ProcessOutcome[] = [];
    while (this.delivered < this.account.events.length) {
      const [event] = this.account.events.slice(this.delivered++);
      outcomes.push(await processEvent(event as Stripe.Event, this.dependencies));
    }
    return outcomes;
  }

  public async process(...events: Stripe.Event[]): Promise<ProcessOutcome | undefined> {
    let outcome: ProcessOutcome | undefined;
    for (const event of events) {
      outcome = await processEvent(event, this.dependencies);
    }
    return outcome;
  }

  public balance(): Promise<Balance | undefined> {
    return this.customers.balance(this.account.customer);
  }

  public get customers(): DynamoDbCustomerStore {
    return new DynamoDbCustomerStore(this.table.client, this.table.table);
  }

  /** A call of the customer's. */
  public async spend(cost: number): Promise<void> {
    const keyHash = new Uint8Array(32);
    const { customer } = this.account;
    const keys = new DynamoDbKeyStore(this.table.client, this.table.table);
    await keys.addFirst(customer, { keyId: 'key001', name: 'laptop', createdAt: this.now }, keyHash);
    const store = new DynamoDbSpendingStore(new SdkItemUpdates(this.table.client), this.table.table);
    const { spent } = await store.spend({ customer, credential: { keyId: 'key001', keyHash }, cost }, this.now);
    expect(spent).toBe(true);
  }

  /** What the ledger says of the customer, in the order of the entries' ids. */
  public async ledger(kind?: string): Promise<Line[]> {
    const { Items = [] } = await this.table.client.send(
      new QueryCommand({
        TableName: this.table.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `LEDGER#${this.account.customer}` } },
      }),
    );
    return Items.map((item) => ({
      id: item.sk?.S ?? '',
      kind: item.kind?.S ?? '',
      from: item.from?.S,
      plan: item.plan?.S,
      units: Number(item.units?.N),
      state: item.state?.S ?? '',
    })).filter((line) => kind === undefined || line.kind === kind);
  }

  /** The customer, as Stripe's objects would have him, if he has spent nothing. */
  public async state() {
    const balance = await this.balance();
    if (balance === undefined) {
      return undefined;
    }
    const { plan, standing, owed } = balance;
    return { plan, standing, bought: creditsLeft(balance) - owed, included: includedLeft(balance) };
  }
}
