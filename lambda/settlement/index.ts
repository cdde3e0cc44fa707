import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CloudWatchLogsEvent, SQSEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbRefusalMarks } from '../adapters/dynamodb-refusal-marks';
import { DynamoDbSettlementStore } from '../adapters/dynamodb-settlement-store';
import { requireEnv } from '../adapters/environment';
import { EventBridgeBus } from '../adapters/event-bridge-bus';
import { EventBridgeClient } from '../adapters/event-bridge-client';
import { logError, logged } from '../adapters/log';
import { countMetric } from '../adapters/metrics';
import { Refusals } from '../domain/refusals';
import { handle } from './handler';

const client = new DynamoDBClient({});
const table = requireEnv(Environment.TABLE_NAME);
const busArn = process.env[Environment.EVENT_BUS_ARN];

const dependencies = {
  store: new DynamoDbSettlementStore(client, table, systemClock),
  refusals: busArn === undefined ? undefined : refusalsTo(busArn),
  newId: randomUUID,
  count: countMetric,
  logError,
};

export const handler = logged((event: CloudWatchLogsEvent | SQSEvent) => handle(event, dependencies));

function refusalsTo(busArn: string): Refusals {
  return new Refusals({
    paywall: requireEnv(Environment.PAYWALL_ID),
    marks: new DynamoDbRefusalMarks(client, table, systemClock),
    bus: new EventBridgeBus(new EventBridgeClient(), busArn),
  });
}
