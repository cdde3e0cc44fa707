import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../domain/clock';
import type { RefusalMarks, RefusedCustomer } from '../domain/refusals';
import { getItem } from './dynamodb-customer-store';
import { Key, names, number } from './dynamodb-items';

/** Longer than the longest period, so that a mark is there for as long as it counts. In seconds. */
const LIFETIME = 400 * 86_400;

/** One item for each customer who was ever refused: by reason, the beginning of the last period in which that was told. */
export class DynamoDbRefusalMarks implements RefusalMarks {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock,
  ) {}

  public async isTold({ customer, reason, periodStart }: RefusedCustomer): Promise<boolean> {
    const item = await getItem(this.client, this.table, Key.refusals(customer));
    return item?.[reason]?.N === String(periodStart);
  }

  /** Where another has noted the same meanwhile, nothing is left to do. */
  public async note({ customer, reason, periodStart }: RefusedCustomer): Promise<void> {
    try {
      await this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: Key.refusals(customer),
          UpdateExpression: 'SET #reason = :period, #expiresAt = :expiresAt',
          ConditionExpression: 'attribute_not_exists(#reason) OR #reason <> :period',
          ExpressionAttributeNames: { ...names('expiresAt'), '#reason': reason },
          ExpressionAttributeValues: {
            ':period': number(periodStart),
            ':expiresAt': number(this.clock() + LIFETIME),
          },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
    }
  }
}
