import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { EpochSeconds } from '../domain/clock';
import { getItem } from './dynamodb-customer-store';
import { Key, number } from './dynamodb-items';

/** Up to when events have been seen to. */
export interface Cursor {
  read(): Promise<EpochSeconds | undefined>;
  write(created: EpochSeconds): Promise<void>;
}

/** The reconciler's place among Stripe's events, in DynamoDB. */
export class DynamoDbCursor implements Cursor {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async read(): Promise<EpochSeconds | undefined> {
    const created = (await getItem(this.client, this.table, Key.cursor()))?.created?.N;
    return created === undefined ? undefined : Number(created);
  }

  public async write(created: EpochSeconds): Promise<void> {
    await this.client.send(
      new PutItemCommand({ TableName: this.table, Item: { ...Key.cursor(), created: number(created) } }),
    );
  }
}
