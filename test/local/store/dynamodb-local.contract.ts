import { clientOf } from './client';
import { describeDynamoDbContract } from './contract';

const endpoint = process.env.DYNAMODB_LOCAL_URL;

if (endpoint) {
  describeDynamoDbContract('DynamoDB Local', async () => {
    const client = clientOf(endpoint);
    return { client, close: async () => client.destroy() };
  });
} else {
  test.skip('DYNAMODB_LOCAL_URL is not set', () => {});
}
