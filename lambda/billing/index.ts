import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { BillingEntry, CheckoutEntry } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';
import type { PageEntry } from '../../lib/private/page-entry';
import { systemClock } from '../adapters/clock';
import { DynamoDbAuditLog } from '../adapters/dynamodb-audit-log';
import { DynamoDbCustomerStore, getItem } from '../adapters/dynamodb-customer-store';
import { DynamoDbKeyDirectory } from '../adapters/dynamodb-key-directory';
import { DynamoDbKeyStore } from '../adapters/dynamodb-key-store';
import { DynamoDbSignUpCounter } from '../adapters/dynamodb-sign-up-counter';
import type { ItemReads } from '../adapters/dynamodb-update';
import { DynamoDbUsageHistory } from '../adapters/dynamodb-usage-history';
import { readApis, readCatalogue, requireEnv } from '../adapters/environment';
import { readIdentities } from '../adapters/identities';
import { logError, logged } from '../adapters/log';
import { readResuming } from '../adapters/resuming';
import { SdkItemUpdates } from '../adapters/sdk-item-updates';
import { SecretReader } from '../adapters/secrets';
import { SqsReportQueue } from '../adapters/sqs-report-queue';
import { StripeCheckout } from '../adapters/stripe-checkout';
import { StripeConnection } from '../adapters/stripe-client';
import { CLAIM_BYTES, claimText } from '../domain/checkout-claim';
import { route } from './routes';

const dynamoDb = new DynamoDBClient({});
const table = requireEnv(Environment.TABLE_NAME);
const billing = JSON.parse(requireEnv(Environment.BILLING)) as BillingEntry;
const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);

// Only where a route's cost is reported is there a queue.
const reportsUrl = process.env[Environment.REPORTS_QUEUE_URL];

// Only where there is a customer's page.
const page = process.env[Environment.PAGE];

const catalogue = readCatalogue();
const items: ItemReads = { getItem: (name, key) => getItem(dynamoDb, name, key) };
const updates = new SdkItemUpdates(dynamoDb);

const dependencies = {
  store: new DynamoDbCustomerStore(dynamoDb, table),
  keys: new DynamoDbKeyStore(dynamoDb, table),
  auditLog: new DynamoDbAuditLog(dynamoDb, table),
  usageHistory: new DynamoDbUsageHistory(dynamoDb, table),
  checkout: new StripeCheckout(new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN))),
  catalogue,
  identities: readIdentities({
    catalogue,
    load: () => import('../adapters/tokens'),
    directory: () => new DynamoDbKeyDirectory(items, table),
    logError,
  }),
  apis: readApis(),
  clock: systemClock,
  paywallId: requireEnv(Environment.PAYWALL_ID),
  checkoutOptions: JSON.parse(requireEnv(Environment.CHECKOUT)) as CheckoutEntry,
  billing,
  newLinkSecret: () => randomBytes(16),
  newClaim: () => claimText(randomBytes(CLAIM_BYTES)),
  signUps: billing.signUp.kind === 'open' ? new DynamoDbSignUpCounter(dynamoDb, table) : undefined,
  resuming: readResuming({ ...items, updateItem: (name, write) => updates.updateItem(name, write) }, table),
  reports: reportsUrl === undefined ? undefined : new SqsReportQueue(new SQSClient({}), reportsUrl),
  page: page === undefined ? undefined : (JSON.parse(page) as PageEntry),
};

export const handler = logged((event: APIGatewayProxyEvent) => route(event, dependencies));
