import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbPaymentStore } from '../adapters/dynamodb-payment-store';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { SecretReader } from '../adapters/secrets';
import { SqsPlanArrivals } from '../adapters/sqs-plan-arrivals';
import { StripeConnection } from '../adapters/stripe-client';
import { StripeSubscriptions } from '../adapters/stripe-subscriptions';
import { receive } from './webhook';

const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);
const stripe = new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN));

// Only where a plan gives its customers surrogate keys of their own is there a queue.
const arrivalsUrl = process.env[Environment.ARRIVALS_QUEUE_URL];

const dependencies = {
  store: new DynamoDbPaymentStore(new DynamoDBClient({}), requireEnv(Environment.TABLE_NAME), systemClock),
  subscriptions: new StripeSubscriptions(stripe),
  catalogue: readCatalogue(),
  clock: systemClock,
  newLinkSecret: () => randomBytes(16),
  arrivals: arrivalsUrl === undefined ? undefined : new SqsPlanArrivals(new SQSClient({}), arrivalsUrl),
  secrets,
  webhookSecretArn: requireEnv(Environment.STRIPE_WEBHOOK_SECRET_ARN),
};

export function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return receive(event, dependencies);
}
