import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EpochSeconds } from '../domain/clock';
import type { SignUpCounter } from '../domain/sign-up-limit';
import { Key, number } from './dynamodb-items';
import { SdkItemUpdates } from './sdk-item-updates';

/** Counters in DynamoDB, which deletes them some time after they have expired. */
export class DynamoDbSignUpCounter implements SignUpCounter {
  private readonly updates: SdkItemUpdates;

  constructor(
    client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.updates = new SdkItemUpdates(client);
  }

  public async count(id: string, limit: number, expiresAt: EpochSeconds): Promise<boolean> {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.signUps(id),
      update: 'SET #expiresAt = :expiresAt ADD #signUps :one',
      condition: 'attribute_not_exists(#signUps) OR #signUps < :limit',
      attributes: ['expiresAt', 'signUps'],
      values: { ':expiresAt': number(expiresAt), ':one': number(1), ':limit': number(limit) },
    });
    return done;
  }
}
