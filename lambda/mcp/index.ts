import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { BillingEntry, CheckoutEntry, McpEntry } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';
import { version } from '../../package.json';
import { systemClock } from '../adapters/clock';
import { DynamoDbKeptRequests } from '../adapters/dynamodb-kept-requests';
import { DynamoDbKeyDirectory } from '../adapters/dynamodb-key-directory';
import { LeanItemUpdates } from '../adapters/dynamodb-lean/item-updates';
import { DynamoDbTokenCustomers } from '../adapters/dynamodb-token-customers';
import { readApis, readCatalogue, requireEnv } from '../adapters/environment';
import { HttpApiCaller } from '../adapters/http-api-caller';
import { readIdentities } from '../adapters/identities';
import { logError, logged } from '../adapters/log';
import { readResuming } from '../adapters/resuming';
import { MAX_SHOWN_BYTES } from './answer';
import { answerMcp } from './handler';
import { LazyCheckout } from './lazy-checkout';
import { HttpDocuments } from './routes/document';

const items = new LeanItemUpdates();
// While the rest is made ready.
items.open();

const table = requireEnv(Environment.TABLE_NAME);
const catalogue = readCatalogue();

const dependencies = {
  version,
  store: new DynamoDbTokenCustomers(items, table),
  checkout: new LazyCheckout(async () => (await import('./stripe')).openStripe()),
  catalogue,
  identities: readIdentities({
    catalogue,
    load: () => import('./tokens'),
    directory: () => new DynamoDbKeyDirectory(items, table),
    logError,
  }),
  apis: readApis(),
  clock: systemClock,
  paywallId: requireEnv(Environment.PAYWALL_ID),
  checkoutOptions: JSON.parse(requireEnv(Environment.CHECKOUT)) as CheckoutEntry,
  billing: JSON.parse(requireEnv(Environment.BILLING)) as BillingEntry,
  mcp: JSON.parse(requireEnv(Environment.MCP)) as McpEntry,
  retries: new DynamoDbKeptRequests(items, table),
  resuming: readResuming(items, table),
  documents: new HttpDocuments(systemClock),
  openCaller: (publicUrl: string, credential: Readonly<Record<string, string>>) =>
    new HttpApiCaller(publicUrl, credential, { maxBytes: MAX_SHOWN_BYTES }),
  newLinkSecret: () => randomBytes(16),
  newId: () => randomBytes(16).toString('base64url'),
  sleep: (milliseconds: number) => sleep(milliseconds),
};

export const handler = logged((event: APIGatewayProxyEvent) => answerMcp(event, dependencies));
