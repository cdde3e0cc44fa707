import { randomBytes, randomUUID } from 'node:crypto';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbKeyDirectory } from '../adapters/dynamodb-key-directory';
import { DynamoDbSpendingStore } from '../adapters/dynamodb-spending-store';
import type { ItemReads, ItemUpdates } from '../adapters/dynamodb-update';
import { readApis, readCatalogue, readMetering, requireEnv } from '../adapters/environment';
import { readIdentities } from '../adapters/identities';
import { logError } from '../adapters/log';
import { countMetric } from '../adapters/metrics';
import { metered } from '../domain/metering';
import { authorize } from './authorizer';

type Handler = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** The authorizer's handler as the environment configures it, over a client of DynamoDB. */
export function createHandler(items: ItemUpdates & ItemReads): Handler {
  const table = requireEnv(Environment.TABLE_NAME);
  const balances = new DynamoDbSpendingStore(items, table);
  const catalogue = readCatalogue();
  const dependencies = {
    store: metered(
      balances,
      readMetering(),
      () => Date.now(),
      () => countMetric('FailOpenCalls'),
    ),
    catalogue,
    apis: readApis(),
    identities: readIdentities({
      catalogue,
      load: () => import('./tokens'),
      directory: () => new DynamoDbKeyDirectory(items, table),
    }),
    tokens: { customers: balances, newLinkSecret: () => randomBytes(16) },
    surrogateKeyPrefix: requireEnv(Environment.SURROGATE_KEY_PREFIX),
    clock: systemClock,
    newId: randomUUID,
  };
  return async (event) => {
    try {
      return await authorize(event, dependencies);
    } catch (error) {
      if (!(error instanceof Error && error.message === 'Unauthorized')) {
        logError('a call could not be metered', { requestId: event.requestContext.requestId }, error);
      }
      throw error;
    }
  };
}
