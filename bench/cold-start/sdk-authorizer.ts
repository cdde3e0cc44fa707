import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SdkItemUpdates } from '../../lambda/adapters/sdk-item-updates';
import { createHandler } from '../../lambda/authorizer/handler';

/** The authorizer as it would be with the AWS SDK. */
export const handler = createHandler(new SdkItemUpdates(new DynamoDBClient({ maxAttempts: 2 })));
