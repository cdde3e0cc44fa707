import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { MetricName } from '../../lib/private/metric-names';
import { ApiGatewaySurrogateKeys } from '../adapters/api-gateway-surrogate-keys';
import { DynamoDbOwnKeyStore } from '../adapters/dynamodb-own-key-store';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { logError, logged } from '../adapters/log';
import { countMetric } from '../adapters/metrics';
import { handle } from './handler';

const usagePlans = JSON.parse(requireEnv(Environment.USAGE_PLANS)) as Record<string, string>;

const dependencies = {
  store: new DynamoDbOwnKeyStore(new DynamoDBClient({}), requireEnv(Environment.TABLE_NAME)),
  keys: new ApiGatewaySurrogateKeys(new APIGatewayClient({}), usagePlans),
  catalogue: readCatalogue(),
  prefix: requireEnv(Environment.SURROGATE_KEY_PREFIX),
  onCeiling: () => countMetric(MetricName.SURROGATE_KEY_CEILING_REACHED),
  pace: 1_000,
  logError,
};

export const handler = logged((event: SQSEvent) => handle(event, dependencies));
