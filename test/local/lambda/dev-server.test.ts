import { Duration, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { type DevServer, startDevServer } from '../../../local/dev-server';
import { until } from '../queues/support';
import { removeTemporaryFolders, synthesize } from '../template/synthesized';

let server: DevServer | undefined;

afterEach(async () => {
  jest.restoreAllMocks();
  await server?.close();
  removeTemporaryFolders();
});

const CALLER = `
  const { LambdaClient, InvokeCommand } = require(${JSON.stringify(require.resolve('@aws-sdk/client-lambda'))});
  const client = new LambdaClient({});
  exports.handler = async ({ body }) => {
    const FunctionName = process.env.CALLEE;
    const invoke = (InvocationType) => client.send(new InvokeCommand({ FunctionName, InvocationType, Payload: body }));
    const { Payload, FunctionError } = await invoke('RequestResponse');
    const { StatusCode } = await invoke('Event');
    return { statusCode: 200, body: [Payload.transformToString(), FunctionError, StatusCode].join(' ') };
  };`;

const CALLEE = `
  exports.handler = async ({ name }) => {
    if (name === 'nobody') throw new Error('for nobody');
    return 'hello ' + name;
  };`;

const UNDERTAKER = `
  exports.handler = async ({ Records }) => {
    for (const { body, messageAttributes } of Records) {
      console.log('dead: ' + body + ' ' + messageAttributes.ErrorMessage.stringValue);
    }
  };`;

test('a function of an app invokes another one, whose dead letters a third one takes', async () => {
  // GIVEN
  const assemblyDir = synthesize((app) => {
    const stack = new Stack(app, 'Stack');
    const deadLetterQueue = new Queue(stack, 'DeadLetters');
    const define = (id: string, code: string, props = {}) =>
      new LambdaFunction(stack, id, {
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromInline(code),
        timeout: Duration.seconds(20),
        ...props,
      });
    const callee = define('Callee', CALLEE, { deadLetterQueue });
    const caller = define('Caller', CALLER, { environment: { CALLEE: callee.functionName } });
    callee.grantInvoke(caller);
    define('Undertaker', UNDERTAKER).addEventSource(new SqsEventSource(deadLetterQueue));
    new RestApi(stack, 'Api').root.addMethod('POST', new LambdaIntegration(caller));
  });
  const lines: string[] = [];
  server = await startDevServer({ assemblyDir, port: 0, log: (line) => lines.push(line) });
  const post = async (body: string) => (await fetch(server?.apis[0]?.url ?? '', { method: 'POST', body })).text();
  // Nobody waits for what Lambda waits for between its attempts.
  const { setTimeout } = globalThis;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, millis: number) => {
    return setTimeout(run, millis === 1_000 || millis === 2_000 ? 0 : millis);
  }) as typeof setTimeout);

  // WHEN
  const answers = [await post('{"name":"you"}'), await post('{"name":"nobody"}')];
  await until(() => lines.some((line) => line.includes('dead: ')));

  // THEN
  expect(answers).toEqual(['"hello you"  202', '{"errorType":"Error","errorMessage":"for nobody"} Unhandled 202']);
  expect(lines.filter((line) => line.includes('dead: '))).toEqual([
    expect.stringMatching(/^Stack-Undertaker\w+: dead: \{"name":"nobody"\} for nobody$/),
  ]);
  expect(server.app.unserved).toEqual([]);
});
