import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DeleteTableCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Cors, LambdaIntegration, MockIntegration, Period, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DynamoDbCustomerStore } from '../../lambda/adapters/dynamodb-customer-store';
import { Key } from '../../lambda/adapters/dynamodb-items';
import { DynamoDbKeyStore } from '../../lambda/adapters/dynamodb-key-store';
import { hashApiKey, newApiKey, newCustomerId } from '../../lambda/domain/api-key';
import { type Balance, openingBalance } from '../../lambda/domain/balance';
import { Cost, Payments, Paywall, type PaywallProps, Plan, Price, type ProtectOptions, Quota, TopUp } from '../../lib';
import { type DevServer, type DevServerOptions, startDevServer } from '../../local/dev-server';

export interface PaidApi {
  readonly server: DevServer;
  /** The URL of the API, with a slash at its end. */
  readonly url: string;
  /** A customer with a balance as given, and a key; of a new id, if none is given. */
  addCustomer(overrides?: Partial<Balance>, customer?: string): Promise<{ customer: string; apiKey: string }>;
  balanceOf(customer: string): Promise<Balance | undefined>;
  /** What is left, once it is what it should be, or has stayed otherwise for too long. */
  remaining(customer: string, expected: number): Promise<number | undefined>;
  /** Lets a time of grace that is running be over. */
  endGrace(customer: string): Promise<void>;
  /** Takes the table away, so that the store cannot answer. */
  breakStore(): Promise<void>;
  close(): Promise<void>;
}

/** Synthesizes an app into a folder of its own. */
export function synthesize(define: (app: App) => void): string {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-paywall-e2e-'));
  const app = new App({ outdir, context: { 'aws:cdk:enable-path-metadata': true } });
  define(app);
  app.synth();
  return outdir;
}

/** The local gateway in front of an app that can bring about every answer that there is. */
export async function startPaidApi(
  options: Partial<DevServerOptions> = {},
  define: (app: App) => void = everyAnswer,
): Promise<PaidApi> {
  const assemblyDir = options.assemblyDir ?? synthesize(define);
  const server = await startDevServer({ assemblyDir, port: 0, log: () => undefined, ...options });
  const table = server.app.tables[0]?.name ?? '';
  const client = new DynamoDBClient({
    endpoint: server.storeUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const store = new DynamoDbCustomerStore(client, table);
  const keys = new DynamoDbKeyStore(client, table);
  const putInGrace = async (customer: string, endsAt: number) => {
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: Key.balance(customer),
        UpdateExpression: 'SET standing = :grace, graceEndsAt = :endsAt',
        ExpressionAttributeValues: { ':grace': { S: 'grace' }, ':endsAt': { N: String(endsAt) } },
      }),
    );
  };
  return {
    server,
    url: server.apis[0]?.url ?? '',
    addCustomer: async (overrides = {}, customer = newCustomerId()) => {
      const { text, key } = newApiKey('test', customer);
      const plan = server.paywalls[0]?.catalogue.plans.find(({ id }) => id === (overrides.plan ?? 'free'));
      if (plan === undefined) {
        throw new Error(`no plan ${overrides.plan}`);
      }
      const opening = openingBalance(plan, Math.floor(Date.now() / 1000), new Uint8Array(16).fill(1));
      const { graceEndsAt, ...others } = overrides;
      await store.create(customer, { ...opening, ...others });
      if (graceEndsAt !== undefined) {
        await putInGrace(customer, graceEndsAt);
      }
      const record = { keyId: key.keyId, name: 'first key', createdAt: opening.periodStart };
      await keys.addFirst(customer, record, hashApiKey(text));
      return { customer, apiKey: text };
    },
    balanceOf: (customer) => store.balance(customer),
    remaining: async (customer, expected) => {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const left = (await store.balance(customer))?.remaining;
        if (left === expected || Date.now() > deadline) {
          return left;
        }
        await delay(50);
      }
    },
    endGrace: (customer) => putInGrace(customer, 0),
    breakStore: async () => {
      await client.send(new DeleteTableCommand({ TableName: table }));
    },
    close: async () => {
      client.destroy();
      await server.close();
      rmSync(assemblyDir, { recursive: true, force: true });
    },
  };
}

/** Run from the root of the repository, it answers as it is asked to: `?status=500`, `?wait=2000` (milliseconds), `?units=12` (reports what the call took). */
const BACKEND = `
  const { reportUnits } = require(${JSON.stringify(resolve('assets', 'backend'))});
  exports.handler = async (event) => {
    const { status = '200', wait = '0', units } = event.queryStringParameters ?? {};
    if (units !== undefined) {
      await reportUnits(event, Number(units));
    }
    await new Promise((resolve) => setTimeout(resolve, Number(wait)));
    const { authorizer } = event.requestContext;
    const body = JSON.stringify({ path: event.path, authorizer, bytes: (event.body ?? '').length });
    return { statusCode: Number(status), body };
  };
`;

export interface PaidProps extends Partial<PaywallProps> {
  /** The Stripe profile that agents grant tokens to. */
  readonly networkId?: string;
}

/** An app whose routes and plans can bring about every answer that there is. */
export function everyAnswer(
  app: App,
  props: PaidProps = {},
  options: ProtectOptions = {},
  extend: (api: RestApi) => void = () => undefined,
): Paywall {
  const stack = new Stack(app, 'Paid');
  const api = new RestApi(stack, 'Api', {
    cloudWatchRole: false,
    defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS },
  });
  const handler = new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline(BACKEND),
    timeout: Duration.seconds(20),
  });
  const backend = new LambdaIntegration(handler);
  api.root.addResource('slow').addMethod('GET', new LambdaIntegration(handler, { timeout: Duration.seconds(1) }));
  const item = api.root.addResource('items').addResource('{id}');
  item.addMethod('GET', backend);
  item.addMethod('POST', backend);
  api.root.addResource('pro').addMethod('GET', backend);
  api.root.addResource('reported').addMethod('GET', backend);
  api.root.addResource('validated').addMethod('GET', backend, {
    requestParameters: { 'method.request.querystring.q': true },
    requestValidatorOptions: { validateRequestParameters: true },
  });
  api.root.addResource('health').addMethod(
    'GET',
    new MockIntegration({
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      integrationResponses: [{ statusCode: '200' }],
    }),
    { methodResponses: [{ statusCode: '200' }] },
  );
  extend(api);
  const { networkId, ...others } = props;
  const secretKey = Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key');
  const paywall = new Paywall(stack, 'Paywall', {
    plans: [
      Plan.free('free', { quota: Quota.perMonth(50) }),
      Plan.free('slow', { quota: Quota.perMonth(50), throttle: { rateLimit: 1, burstLimit: 2 } }),
      Plan.free('coarse', { quota: Quota.perMonth(50), usagePlanQuota: { limit: 2, period: Period.MONTH }, lanes: 1 }),
      Plan.paid('pro', { quota: Quota.perMonth(1_000), price: Price.monthly(2900, 'usd') }),
    ],
    topUps: [TopUp.pack('100', { units: 100, price: Price.once(500, 'usd') })],
    payments: Payments.stripe({ secretKey, networkId }),
    ...others,
  });
  paywall.protect(api, {
    costs: { 'POST /items/{id}': 5, 'GET /reported': Cost.reported({ estimate: 10 }) },
    open: ['GET /health'],
    routePlans: { 'GET /pro': ['pro'] },
    ...options,
  });
  return paywall;
}
