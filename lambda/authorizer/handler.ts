import { randomUUID } from 'node:crypto';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbKeyDirectory } from '../adapters/dynamodb-key-directory';
import { DynamoDbSpendingStore } from '../adapters/dynamodb-spending-store';
import type { ItemReads, ItemUpdates } from '../adapters/dynamodb-update';
import { readApis, readCatalogue, readMetering, requireEnv } from '../adapters/environment';
import { logError } from '../adapters/log';
import { countMetric } from '../adapters/metrics';
import { ImportedKeys } from '../domain/imported-keys';
import { metered } from '../domain/metering';
import { authorize } from './authorizer';

type Handler = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** The authorizer's handler as the environment configures it, over a client of DynamoDB. */
export function createHandler(items: ItemUpdates & Partial<ItemReads>): Handler {
  const table = requireEnv(Environment.TABLE_NAME);
  const dependencies = {
    store: metered(
      new DynamoDbSpendingStore(items, table),
      readMetering(),
      () => Date.now(),
      () => countMetric('FailOpenCalls'),
    ),
    catalogue: readCatalogue(),
    apis: readApis(),
    surrogateKeyPrefix: requireEnv(Environment.SURROGATE_KEY_PREFIX),
    clock: systemClock,
    newId: randomUUID,
    importedKeys: readsOwners(items) ? new ImportedKeys(new DynamoDbKeyDirectory(items, table)) : undefined,
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

function readsOwners(items: Partial<ItemReads>): items is ItemReads {
  return process.env[Environment.IMPORTED_KEYS] !== undefined && items.getItem !== undefined;
}
