import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CloudWatchLogsEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbSettlementStore } from '../adapters/dynamodb-settlement-store';
import { requireEnv } from '../adapters/environment';
import { logError } from '../adapters/log';
import { countMetric } from '../adapters/metrics';
import { handle } from './handler';

const dependencies = {
  store: new DynamoDbSettlementStore(new DynamoDBClient({}), requireEnv(Environment.TABLE_NAME), systemClock),
  newId: randomUUID,
  count: countMetric,
  logError,
};

export function handler(event: CloudWatchLogsEvent | SQSEvent): Promise<SQSBatchResponse | undefined> {
  return handle(event, dependencies);
}
