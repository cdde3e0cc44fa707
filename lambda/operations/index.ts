import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Environment } from '../../lib/private/environment';
import type { OperationResult } from '../../lib/private/operations';
import { systemClock } from '../adapters/clock';
import { DynamoDbAuditLog } from '../adapters/dynamodb-audit-log';
import { DynamoDbCustomerDeletions } from '../adapters/dynamodb-customer-deletions';
import { DynamoDbCustomerStore } from '../adapters/dynamodb-customer-store';
import { DynamoDbKeyImports } from '../adapters/dynamodb-key-imports';
import { DynamoDbKeyStore } from '../adapters/dynamodb-key-store';
import { DynamoDbLedgerReader } from '../adapters/dynamodb-ledger-reader';
import { DynamoDbOperatedCustomers } from '../adapters/dynamodb-operated-customers';
import { DynamoDbPaymentStore } from '../adapters/dynamodb-payment-store';
import { DynamoDbProbes } from '../adapters/dynamodb-probes';
import { DynamoDbUsageHistory } from '../adapters/dynamodb-usage-history';
import { readCatalogue, requireEnv } from '../adapters/environment';
import { readIdentityEntries } from '../adapters/identities';
import { LambdaEnvironments } from '../adapters/lambda-environments';
import { logError, logged } from '../adapters/log';
import { PaymentsFunction } from '../adapters/payments-function';
import { patientItems } from '../adapters/sdk-item-updates';
import { SecretReader } from '../adapters/secrets';
import { SqsDeadLetters } from '../adapters/sqs-dead-letters';
import { SqsPlanArrivals } from '../adapters/sqs-plan-arrivals';
import { StripeConnection } from '../adapters/stripe-client';
import { StripeEventSource } from '../adapters/stripe-event-source';
import type { OperationsDependencies } from './dependencies';
import { operate } from './operate';
import type { AskedEvent } from './validation';

/** Seconds: longer than the function runs, so that nothing is received twice in one run. */
const VISIBILITY_TIMEOUT = 660;

/** Milliseconds: longer than the functions run that take payments and requests. */
const LONGEST_RUN = 30_000;

/** Seconds for which a queue must have nothing to be empty. */
const WAIT = 2;

const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);
const stripe = new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN));
const lambda = new LambdaClient({});
const payments = new PaymentsFunction(lambda, requireEnv(Environment.PAYMENTS_FUNCTION));
const authorizer = new LambdaEnvironments(lambda, requireEnv(Environment.AUTHORIZER_FUNCTION));
const queues = new SQSClient({});
const deadLettersUrl = requireEnv(Environment.DEAD_LETTERS_QUEUE_URL);
// Only where a plan gives its customers surrogate keys of their own is there a queue.
const arrivalsUrl = process.env[Environment.ARRIVALS_QUEUE_URL];
const client = new DynamoDBClient({});
const table = requireEnv(Environment.TABLE_NAME);
const identities = readIdentityEntries();

const dependencies: OperationsDependencies = {
  customers: new DynamoDbCustomerStore(client, table),
  payments: new DynamoDbPaymentStore(patientItems(client), table, systemClock),
  operated: new DynamoDbOperatedCustomers(client, table),
  deletions: new DynamoDbCustomerDeletions(client, table),
  probes: new DynamoDbProbes(client, table),
  settled: () => delay(LONGEST_RUN),
  keys: new DynamoDbKeyStore(client, table),
  accepts: { own: identities.includes('apiKeys'), imported: identities.includes('importedKeys') },
  imports: new DynamoDbKeyImports(client, table),
  auditLog: new DynamoDbAuditLog(client, table),
  usageHistory: new DynamoDbUsageHistory(client, table),
  ledger: new DynamoDbLedgerReader(client, table),
  catalogue: readCatalogue(),
  events: new StripeEventSource(stripe),
  deadLetters: new SqsDeadLetters(queues, deadLettersUrl, VISIBILITY_TIMEOUT, WAIT),
  process: payments.process.bind(payments),
  renewAuthorizer: () => authorizer.renew(),
  arrivals: arrivalsUrl === undefined ? undefined : new SqsPlanArrivals(queues, arrivalsUrl),
  mode: () => stripe.mode(),
  newLinkSecret: () => randomBytes(16),
  clock: systemClock,
};

/** What the command-line tool asks for. Whoever may invoke this function is an operator. */
export const handler = logged(async (event: AskedEvent, context): Promise<OperationResult> => {
  try {
    return await operate(event, dependencies, () => context.getRemainingTimeInMillis());
  } catch (error) {
    logError('an operation failed', { operation: String(event.operation) }, error);
    throw error;
  }
});
