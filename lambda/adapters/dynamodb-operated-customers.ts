import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { LISTED_ATTRIBUTES } from '../../lib/private/attributes';
import type { KnownCustomer, OperatedCustomers, StandingOutcome } from '../domain/operated-customers';
import { getBalance } from './dynamodb-customer-store';
import { type Item, Key, names, text, toBalance } from './dynamodb-items';
import type { ConditionalUpdate, ItemUpdates } from './dynamodb-update';
import { patientItems } from './sdk-item-updates';

const PREFIX = 'CUSTOMER#';

/** Customers in DynamoDB, as the operator sees them. */
export class DynamoDbOperatedCustomers implements OperatedCustomers {
  private readonly updates: ItemUpdates;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.updates = patientItems(client);
  }

  public async find(customer: string): Promise<KnownCustomer | undefined> {
    const item = await getBalance(this.client, this.table, customer);
    return item && toCustomer(item);
  }

  public async list(limit: number, after: string | undefined, goOn: () => boolean) {
    const found: KnownCustomer[] = [];
    let start: Item | undefined = after === undefined ? undefined : Key.balance(after);
    do {
      const { Items = [], LastEvaluatedKey } = await this.client.send(
        new ScanCommand({
          TableName: this.table,
          Select: 'SPECIFIC_ATTRIBUTES',
          ProjectionExpression: LISTED_ATTRIBUTES.map((name) => `#${name}`).join(', '),
          FilterExpression: '#sk = :balance AND attribute_exists(#plan)',
          ExpressionAttributeNames: names(...LISTED_ATTRIBUTES),
          ExpressionAttributeValues: { ':balance': text('BALANCE') },
          ExclusiveStartKey: start,
        }),
      );
      found.push(...Items.map(toCustomer));
      start = LastEvaluatedKey;
    } while (start !== undefined && found.length <= limit && goOn());
    return { customers: found.slice(0, limit), more: found.length > limit || start !== undefined };
  }

  public async suspend(customer: string): Promise<StandingOutcome> {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      // A time of grace keeps its end.
      update: 'SET #standing = :suspended',
      condition: 'attribute_exists(#plan) AND #standing <> :suspended',
      attributes: ['standing', 'plan'],
      values: { ':suspended': text('suspended') },
    });
    return done ? 'applied' : 'unchanged';
  }

  public async resume(customer: string): Promise<StandingOutcome> {
    // Twice: a payment may begin or end the time of grace between the two.
    for (const [standing, grace] of [...RESUMED, ...RESUMED]) {
      const write: ConditionalUpdate = {
        key: Key.balance(customer),
        update: 'SET #standing = :standing',
        condition: `#standing = :suspended AND ${grace}(#graceEndsAt)`,
        attributes: ['standing', 'graceEndsAt'],
        values: { ':suspended': text('suspended'), ':standing': text(standing) },
      };
      const { done, item } = await this.updates.updateItem(this.table, write);
      if (done || item?.standing?.S !== 'suspended') {
        return done ? 'applied' : 'unchanged';
      }
    }
    throw new Error(`the standing of customer ${customer} kept changing under attempts to resume him`);
  }
}

const RESUMED = [
  ['active', 'attribute_not_exists'],
  ['grace', 'attribute_exists'],
] as const;

function toCustomer(item: Item): KnownCustomer {
  return {
    customer: item.pk?.S?.slice(PREFIX.length) ?? '',
    balance: toBalance(item),
    createdAt: item.createdAt?.S,
  };
}
