import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { CheckoutEntry } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbCustomerStore, getItem } from '../adapters/dynamodb-customer-store';
import { DynamoDbKeyDirectory } from '../adapters/dynamodb-key-directory';
import type { ItemReads } from '../adapters/dynamodb-update';
import { readApis, readCatalogue, requireEnv } from '../adapters/environment';
import { SecretReader } from '../adapters/secrets';
import { SqsReportQueue } from '../adapters/sqs-report-queue';
import { StripeCheckout } from '../adapters/stripe-checkout';
import { StripeConnection } from '../adapters/stripe-client';
import { ImportedKeys } from '../domain/imported-keys';
import { route } from './routes';

const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);

// Only where a route's cost is reported is there a queue.
const reportsUrl = process.env[Environment.REPORTS_QUEUE_URL];

const dynamoDb = new DynamoDBClient({});
const table = requireEnv(Environment.TABLE_NAME);
const items: ItemReads = { getItem: (name, key) => getItem(dynamoDb, name, key) };

const dependencies = {
  store: new DynamoDbCustomerStore(dynamoDb, table),
  importedKeys:
    process.env[Environment.IMPORTED_KEYS] === undefined
      ? undefined
      : new ImportedKeys(new DynamoDbKeyDirectory(items, table)),
  checkout: new StripeCheckout(new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN))),
  catalogue: readCatalogue(),
  apis: readApis(),
  clock: systemClock,
  paywallId: requireEnv(Environment.PAYWALL_ID),
  checkoutOptions: JSON.parse(requireEnv(Environment.CHECKOUT)) as CheckoutEntry,
  newLinkSecret: () => randomBytes(16),
  reports: reportsUrl === undefined ? undefined : new SqsReportQueue(new SQSClient({}), reportsUrl),
};

export function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return route(event, dependencies);
}
