import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { Duration, Stack } from 'aws-cdk-lib';
import { ApiKey, LambdaIntegration, Period, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type DevServer, type DevServerOptions, startDevServer } from '../../local/dev-server';
import { until } from './queues/support';
import { removeTemporaryFolders, synthesize } from './template/synthesized';

const DAY = 86_400;

let assemblyDir: string;
let dataDir: string;
let server: DevServer;
let lines: string[];

beforeAll(() => {
  assemblyDir = synthesize((app) => {
    const stack = new Stack(app, 'Stack');
    const fn = new LambdaFunction(stack, 'Fn', {
      functionName: 'times',
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromInline(`exports.handler = async ({ requestContext, time }) => {
        if (time) console.log('at ' + time + ', told at ' + new Date().toISOString());
        return { statusCode: 200, body: JSON.stringify({ own: Date.now(), gateway: requestContext?.requestTimeEpoch }) };
      };`),
    });
    const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
    const item = api.root.addResource('times');
    item.addMethod('GET', new LambdaIntegration(fn), { apiKeyRequired: true });
    const plan = api.addUsagePlan('Plan', {
      quota: { limit: 2, period: Period.DAY },
      apiStages: [{ stage: api.deploymentStage }],
    });
    plan.addApiKey(new ApiKey(stack, 'Key', { value: 'a-key-of-twenty-characters' }));
    new Rule(stack, 'Rule', { schedule: Schedule.rate(Duration.hours(1)), targets: [new LambdaTarget(fn)] });
    new TableV2(stack, 'Table', {
      tableName: 'items',
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
  });
});

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'cdk-paywall-clock-'));
  await start();
});

afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

afterAll(removeTemporaryFolders);

async function start(options: Partial<DevServerOptions> = {}): Promise<void> {
  lines = [];
  server = await startDevServer({ assemblyDir, dataDir, port: 0, log: (line) => lines.push(line), ...options });
}

async function advance(seconds: number): Promise<void> {
  const response = await fetch(`${server.stripe?.url}/local/clock?advance=${seconds}`, { method: 'POST' });
  expect(response.status).toBe(200);
}

async function times() {
  const headers = { 'x-api-key': 'a-key-of-twenty-characters' };
  const response = await fetch(`${server.apis[0]?.url}times`, { headers });
  const text = await response.text();
  return { status: response.status, date: Date.parse(response.headers.get('date') ?? ''), ...JSON.parse(text) };
}

/** By how many days a time, in milliseconds since the epoch, is another than the machine's. */
function daysApart(time: number): number {
  return Math.round(Math.abs(time - Date.now()) / (DAY * 1_000));
}

test('the gateway, a function that runs already, and a usage plan’s quota go by it', async () => {
  expect(daysApart((await times()).own)).toBe(0);
  await times();
  expect((await times()).status).toBe(429);
  await advance(30 * DAY);
  const { status, own, gateway, date } = await times();
  expect([status, daysApart(own), daysApart(gateway), daysApart(date)]).toEqual([200, 30, 30, 30]);
});

test('a schedule that was due several times runs once, with the time that it was due first', async () => {
  const begun = Date.now();
  await advance(5 * 3_600 + 60);
  await until(() => lines.some((line) => line.startsWith('times: at')));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const told = lines.flatMap((line) => /^times: at (\S+), told at (\S+)$/.exec(line)?.slice(1) ?? []);
  expect(told).toHaveLength(2);
  const [due = 0, at = 0] = told.map((time) => Math.round((Date.parse(time) - begun) / 60_000));
  expect([due, at]).toEqual([60, 301]);
});

test('what has expired by then is deleted, and a request that is signed at that time is taken', async () => {
  const client = new DynamoDBClient({
    endpoint: server.storeUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    systemClockOffset: 400 * DAY * 1_000,
  });
  const put = (pk: string, days: number) => {
    const expiresAt = { N: String(Math.floor(Date.now() / 1_000) + days * DAY) };
    return client.send(new PutItemCommand({ TableName: 'items', Item: { pk: { S: pk }, expiresAt } }));
  };
  await put('in ten days', 10);
  await put('in a hundred', 100);
  await advance(11 * DAY);
  const scan = () => client.send(new ScanCommand({ TableName: 'items' }));
  while ((await scan()).Count === 2) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { Items } = await scan();
  expect(Items?.map(({ pk }) => pk?.S)).toEqual(['in a hundred']);
  client.destroy();
});

test('with a data folder it is as far ahead after a restart; with Stripe’s own test mode it is the machine’s', async () => {
  await advance(7 * DAY);
  await server.close();
  await start();
  expect(daysApart((await times()).own)).toBe(7);
  await server.close();
  await start({ stripe: { secretKey: 'sk_test_1' } });
  expect(server.stripe).toBeUndefined();
  expect(daysApart((await times()).own)).toBe(0);
});
