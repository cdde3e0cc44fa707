import { rmSync } from 'node:fs';
import { type App, Stack } from 'aws-cdk-lib';
import { AccessLogFormat, LambdaIntegration, LogGroupLogDestination, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import { type DevServer, startDevServer } from '../../local/dev-server';
import { synthesize } from './paid-api';

const FORMAT = '{"requestId":"$context.requestId","path":"$context.path","status":$context.status}';

/** Prints what it is given of the access log. */
const READER = `exports.handler = async ({ awslogs }) => {
  const batch = JSON.parse(require('node:zlib').gunzipSync(Buffer.from(awslogs.data, 'base64')));
  console.log('batch ' + JSON.stringify(batch));
};`;

const BACKEND = 'exports.handler = async ({ path }) => ({ statusCode: path === "/fails" ? 500 : 200 });';

function loggedApi(app: App): void {
  const stack = new Stack(app, 'Logged');
  const fn = (id: string, code: string) =>
    new LambdaFunction(stack, id, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(code),
    });
  const accessLog = new LogGroup(stack, 'AccessLog', { logGroupName: 'access' });
  accessLog.addSubscriptionFilter('Failures', {
    destination: new LambdaDestination(fn('Reader', READER)),
    filterPattern: FilterPattern.numberValue('$.status', '>=', 500),
    filterName: 'failures',
  });
  new RestApi(stack, 'Api', {
    deployOptions: {
      accessLogDestination: new LogGroupLogDestination(accessLog),
      accessLogFormat: AccessLogFormat.custom(FORMAT),
    },
  }).root.addProxy({ defaultIntegration: new LambdaIntegration(fn('Backend', BACKEND)) });
}

describe('a function that subscribes to the access log', () => {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  let assemblyDir: string;
  let server: DevServer;

  const log = (line: string) => {
    lines.push(line);
    for (const wake of waiting.splice(0)) {
      wake();
    }
  };
  const batches = () => lines.flatMap((line) => JSON.parse(/: batch (.*)$/.exec(line)?.[1] ?? '[]'));
  const batch = async (index: number) => {
    while (batches().length <= index) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    return batches()[index];
  };

  beforeAll(async () => {
    assemblyDir = synthesize(loggedApi);
    server = await startDevServer({ assemblyDir, port: 0, log });
  });

  afterAll(async () => {
    await server.close();
    rmSync(assemblyDir, { recursive: true });
  });

  test('gets the calls that it asks for', async () => {
    // WHEN
    const url = server.apis[0]?.url;
    const fine = await fetch(`${url}works`);
    const failed = await fetch(`${url}fails`);

    // THEN
    expect([fine.status, failed.status]).toEqual([200, 500]);
    const { logEvents, ...others } = await batch(0);
    expect(others).toEqual({
      messageType: 'DATA_MESSAGE',
      owner: '000000000000',
      logGroup: 'access',
      logStream: expect.any(String),
      subscriptionFilters: ['failures'],
    });
    expect(logEvents).toEqual([
      { id: expect.stringMatching(/^\d{56}$/), timestamp: expect.any(Number), message: expect.any(String) },
    ]);
    expect(JSON.parse(logEvents[0].message)).toEqual({
      requestId: failed.headers.get('x-amzn-requestid'),
      path: '/prod/fails',
      status: 500,
    });
  });

  test('gets the last of them when all is closed', async () => {
    await fetch(`${server.apis[0]?.url}fails`);
    await server.close();

    expect(batches().at(-1).logEvents).toHaveLength(1);
    expect(batches()).toHaveLength(2);
  });
});
