import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type Stripe from 'stripe';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { DynamoDbPaymentStore } from '../adapters/dynamodb-payment-store';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { logError } from '../adapters/log';
import { SecretReader } from '../adapters/secrets';
import { SqsPlanArrivals } from '../adapters/sqs-plan-arrivals';
import { StripeCharges } from '../adapters/stripe-charges';
import { StripeConnection } from '../adapters/stripe-client';
import { StripeSubscriptions } from '../adapters/stripe-subscriptions';
import { type ProcessOutcome, processEvent } from './process';

const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);
const stripe = new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN));

// Only where a plan gives its customers surrogate keys of their own is there a queue.
const arrivalsUrl = process.env[Environment.ARRIVALS_QUEUE_URL];

const dependencies = {
  store: new DynamoDbPaymentStore(new DynamoDBClient({}), requireEnv(Environment.TABLE_NAME), systemClock),
  subscriptions: new StripeSubscriptions(stripe),
  charges: new StripeCharges(stripe),
  catalogue: readCatalogue(),
  paywallId: requireEnv(Environment.PAYWALL_ID),
  clock: systemClock,
  newLinkSecret: () => randomBytes(16),
  arrivals: arrivalsUrl === undefined ? undefined : new SqsPlanArrivals(new SQSClient({}), arrivalsUrl),
};

/** An event of Stripe's, wrapped as EventBridge wraps it, whoever brings it. */
export async function handler({ detail }: { readonly detail: Stripe.Event }): Promise<{ outcome: ProcessOutcome }> {
  try {
    return { outcome: await processEvent(detail, dependencies) };
  } catch (error) {
    logError('an event could not be processed', { event: detail.id, type: detail.type }, error);
    throw error;
  }
}
