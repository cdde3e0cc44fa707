import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbSpendingStore } from '../adapters/dynamodb-spending-store';
import { readApis, readCatalogue, readMetering, requireEnv } from '../adapters/environment';
import { logError } from '../adapters/log';
import { countMetric } from '../adapters/metrics';
import { metered } from '../domain/metering';
import { authorize } from './authorizer';

// One retry and short time-outs: whoever waits for a slow store holds an execution environment that other callers need.
const client = new DynamoDBClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_000 },
});

const dependencies = {
  store: metered(
    new DynamoDbSpendingStore(client, requireEnv(Environment.TABLE_NAME)),
    readMetering(),
    () => Date.now(),
    () => countMetric('FailOpenCalls'),
  ),
  catalogue: readCatalogue(),
  apis: readApis(),
  surrogateKeyPrefix: requireEnv(Environment.SURROGATE_KEY_PREFIX),
  clock: systemClock,
};

export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  try {
    return await authorize(event, dependencies);
  } catch (error) {
    if (!(error instanceof Error && error.message === 'Unauthorized')) {
      logError('a call could not be metered', event.requestContext.requestId, error);
    }
    throw error;
  }
}
