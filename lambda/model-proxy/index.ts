import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import type { ModelRouteEntry } from '../../lib/private/model-entry';
import { systemClock } from '../adapters/clock';
import { LeanItemUpdates } from '../adapters/dynamodb-lean/item-updates';
import { DynamoDbReservationStore } from '../adapters/dynamodb-reservation-store';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { logError } from '../adapters/log';
import { sendToProvider } from '../adapters/model-providers';
import { SecretReader } from '../adapters/secrets';
import { SqsChargeReports } from '../adapters/sqs-charge-reports';
import { StreamCaller } from './caller';
import { proxyModelCall } from './proxy';

const updates = new LeanItemUpdates();
// While Lambda fetches the first event.
updates.open();
const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);

const dependencies = {
  route: JSON.parse(requireEnv(Environment.MODEL_ROUTE)) as ModelRouteEntry,
  catalogue: readCatalogue(),
  store: new DynamoDbReservationStore(updates, requireEnv(Environment.TABLE_NAME)),
  reports: new SqsChargeReports(new SQSClient({}), requireEnv(Environment.REPORTS_QUEUE_URL)),
  secret: (arn: string) => secrets.read(arn),
  send: sendToProvider,
  count: async (text: string) => (await import('./token-counter')).countTextTokens(text),
  clock: systemClock,
  logError,
};

export const handler = awslambda.streamifyResponse(async (event: APIGatewayProxyEvent, stream, context) => {
  const caller = new StreamCaller((head) => awslambda.HttpResponseStream.from(stream, head));
  await proxyModelCall(event, caller, () => context.getRemainingTimeInMillis(), dependencies);
});
