import type { DynamoDBStreamEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { EventBridgeBus } from '../adapters/event-bridge-bus';
import { EventBridgeClient } from '../adapters/event-bridge-client';
import { logError, logged } from '../adapters/log';
import { handle } from './handler';

const dependencies = {
  bus: new EventBridgeBus(new EventBridgeClient(), requireEnv(Environment.EVENT_BUS_ARN)),
  terms: {
    paywall: requireEnv(Environment.PAYWALL_ID),
    catalogue: readCatalogue(),
    thresholds: JSON.parse(requireEnv(Environment.EVENT_THRESHOLDS)) as number[],
  },
  logError,
};

export const handler = logged((event: DynamoDBStreamEvent) => handle(event, dependencies));
