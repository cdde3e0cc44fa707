import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../lambda/adapters/dynamodb-items';
import { SdkItemUpdates } from '../../lambda/adapters/sdk-item-updates';
import { createHandler } from '../../lambda/authorizer/handler';

const client = new DynamoDBClient({ maxAttempts: 2 });

/** The authorizer as it would be with the AWS SDK. */
export const handler = createHandler(
  Object.assign(new SdkItemUpdates(client), {
    getItem: async (TableName: string, Key: Item) => (await client.send(new GetItemCommand({ TableName, Key }))).Item,
  }),
);
