import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type ConditionalUpdate, type ItemUpdates, type UpdateOutcome, updateItemInput } from './dynamodb-update';

/** Conditional writes through the AWS SDK, for the handlers that no caller waits for. */
export class SdkItemUpdates implements ItemUpdates {
  constructor(private readonly client: DynamoDBClient) {}

  public async updateItem(table: string, write: ConditionalUpdate): Promise<UpdateOutcome> {
    try {
      const { Attributes } = await this.client.send(new UpdateItemCommand(updateItemInput(table, write)));
      return { done: true, item: Attributes ?? {} };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return { done: false, item: error.Item };
      }
      throw error;
    }
  }
}
