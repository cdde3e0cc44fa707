import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Environment } from '../../lib/private/environment';
import { MetricName } from '../../lib/private/metric-names';
import type { Reconciliation } from '../../lib/private/operations';
import type { PaymentsDiagnosis, PaymentsDiagnosisRequest } from '../../lib/private/operations-doctor';
import { systemClock } from '../adapters/clock';
import { DynamoDbCursor } from '../adapters/dynamodb-cursor';
import { requireEnv } from '../adapters/environment';
import { logError, logged } from '../adapters/log';
import { countMetric, measureMetric } from '../adapters/metrics';
import { PaymentsFunction } from '../adapters/payments-function';
import { SecretReader } from '../adapters/secrets';
import { SqsDeadLetters } from '../adapters/sqs-dead-letters';
import { StripeConnection } from '../adapters/stripe-client';
import { StripeDiagnosis } from '../adapters/stripe-diagnosis';
import { StripeEventSource } from '../adapters/stripe-event-source';
import { type DiagnosisDependencies, diagnose } from './diagnose';
import { type ReconcileDependencies, ReconcileMemory, reconcile } from './reconcile';

const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);
const payments = new PaymentsFunction(new LambdaClient({}), requireEnv(Environment.PAYMENTS_FUNCTION));
const deadLetters = new SqsDeadLetters(new SQSClient({}), requireEnv(Environment.DEAD_LETTERS_QUEUE_URL));
const secretKeyArn = requireEnv(Environment.STRIPE_SECRET_KEY_ARN);
const stripe = new StripeConnection(secrets, secretKeyArn);
const cursor = new DynamoDbCursor(new DynamoDBClient({}), requireEnv(Environment.TABLE_NAME));

const dependencies: ReconcileDependencies = {
  events: new StripeEventSource(stripe),
  cursor,
  process: payments.process.bind(payments),
  deadLetter: async (event, error) => {
    logError('an event could not be reconciled', { event: event.id, type: event.type }, error);
    await deadLetters.send(event);
  },
  clock: systemClock,
  tellLag: (seconds) => measureMetric(MetricName.RECONCILER_LAG, seconds * 1_000),
  memory: new ReconcileMemory(),
};

const diagnosis: DiagnosisDependencies = {
  stripe: new StripeDiagnosis(stripe, secrets, secretKeyArn),
  cursor,
  deadLetters: () => deadLetters.count(),
  clock: systemClock,
};

/** The schedule's event, or an operator's question. */
export const handler = logged(
  async (event: object | PaymentsDiagnosisRequest): Promise<Reconciliation | PaymentsDiagnosis> => {
    if ('diagnose' in event) {
      return diagnose(event, diagnosis);
    }
    const reconciliation = await reconcile(dependencies);
    for (const [metric, value] of [
      [MetricName.MISSED_EVENTS, reconciliation.missed],
      [MetricName.FAILED_EVENTS, reconciliation.failed],
    ] as const) {
      if (value > 0) {
        countMetric(metric, value);
      }
    }
    return reconciliation;
  },
);
