import { randomBytes } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Environment } from '../../lib/private/environment';
import { MetricName } from '../../lib/private/metric-names';
import { systemClock } from '../adapters/clock';
import { DynamoDbPaymentStore } from '../adapters/dynamodb-payment-store';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { logError, logged } from '../adapters/log';
import { countMetric, measureMetric, moneyMetric } from '../adapters/metrics';
import { moneyItems } from '../adapters/money-items';
import { SecretReader } from '../adapters/secrets';
import type { NamedEvent } from '../adapters/sqs-dead-letters';
import { SqsPlanArrivals } from '../adapters/sqs-plan-arrivals';
import { StripeCharges } from '../adapters/stripe-charges';
import { StripeConnection } from '../adapters/stripe-client';
import { StripeEventSource } from '../adapters/stripe-event-source';
import { StripeSubscriptions } from '../adapters/stripe-subscriptions';
import { type ProcessOutcome, processEvent } from './process';
import { wholeEvent } from './whole-event';

const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);
const stripe = new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN));

// Only where a plan gives its customers surrogate keys of their own is there a queue.
const arrivalsUrl = process.env[Environment.ARRIVALS_QUEUE_URL];

const dependencies = {
  store: new DynamoDbPaymentStore(moneyItems(), requireEnv(Environment.TABLE_NAME), systemClock),
  subscriptions: new StripeSubscriptions(stripe),
  charges: new StripeCharges(stripe),
  catalogue: readCatalogue(),
  paywallId: requireEnv(Environment.PAYWALL_ID),
  clock: systemClock,
  newLinkSecret: () => randomBytes(16),
  arrivals: arrivalsUrl === undefined ? undefined : new SqsPlanArrivals(new SQSClient({}), arrivalsUrl),
  meter: {
    lag: (milliseconds: number) => measureMetric(MetricName.WEBHOOK_LAG, milliseconds),
    revenue: (amount: number, currency: string) => moneyMetric(MetricName.REVENUE, amount, currency),
    refund: (amount: number, currency: string) => {
      countMetric(MetricName.REFUNDS);
      moneyMetric(MetricName.REFUNDED, amount, currency);
    },
  },
};

const events = new StripeEventSource(stripe);

interface EventBringer {
  readonly detail: NamedEvent;
}

/** An event of Stripe's, wrapped as EventBridge wraps it, whoever brings it; one that is only named is fetched. */
export const handler = logged(async ({ detail }: EventBringer): Promise<{ outcome: ProcessOutcome }> => {
  try {
    return { outcome: await processEvent(await wholeEvent(detail, events), dependencies) };
  } catch (error) {
    logError('an event could not be processed', { event: detail.id, type: detail.type }, error);
    throw error;
  }
});
