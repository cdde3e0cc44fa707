import { InvocationType, InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { type LocalLambda, startLambda } from '../../../local/lambda/lambda';
import { startQueues } from '../../../local/queues/queues';
import type { FunctionModel } from '../../../local/template/model';
import { ManualTime, settled } from '../logs/fake-lambda';
import { queueModel, until } from '../queues/support';
import { Functions } from './functions';

const functions = new Functions();
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});
afterAll(() => functions.clean());

const CALLEE = 'arn:aws:lambda:eu-west-1:000000000000:function:callee';
const ECHO = 'exports.handler = async (event, context) => ({ event, arn: context.invokedFunctionArn });';

async function start(...models: FunctionModel[]) {
  const [time, reported, logged] = [new ManualTime(), [] as string[], [] as string[]];
  const queues = await startQueues();
  queues.create([queueModel('dead')]);
  const lambda: LocalLambda = await startLambda({
    functions: models,
    environment: { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    queues,
    onLog: (_, line) => logged.push(line),
    report: (line) => reported.push(line),
    schedule: time.schedule,
  });
  const client = new LambdaClient({
    endpoint: lambda.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  closing.push(() => client.destroy(), lambda.close, queues.close);
  const invoke = async (input: Partial<InvokeCommandInput> = {}) => {
    const answer = await client.send(new InvokeCommand({ FunctionName: models[0]?.name, ...input }));
    return { ...answer, payload: answer.Payload?.transformToString() };
  };
  return { lambda, queues, time, invoke, reported, logged };
}

async function failureOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  return { name: error?.name, status: error?.$metadata.httpStatusCode, message: error?.message };
}

describe('RequestResponse', () => {
  test('gives what the function answers', async () => {
    const fn = functions.define(ECHO);
    const { invoke } = await start(fn);

    const answer = await invoke({ Payload: '{"a":["ü"]}' });

    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.payload ?? '')).toEqual({ event: { a: ['ü'] }, arn: fn.arn });
  });

  test('of no payload gives the function an empty object', async () => {
    const { invoke } = await start(functions.define(ECHO));

    expect(JSON.parse((await invoke()).payload ?? '')).toMatchObject({ event: {} });
  });

  test('says that the function failed, and how', async () => {
    const { invoke } = await start(
      functions.define('exports.handler = async () => { throw new RangeError("too far"); };'),
    );

    const answer = await invoke();

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(answer.payload ?? '')).toEqual({ errorType: 'RangeError', errorMessage: 'too far' });
  });

  test('runs under the request id that the caller is told', async () => {
    const { invoke } = await start(functions.define('exports.handler = async (_, context) => context.awsRequestId;'));

    const { payload, $metadata } = await invoke();

    expect(JSON.parse(payload ?? '')).toBe($metadata.requestId);
  });
});

test('a function invokes another one by the SDK', async () => {
  const client = JSON.stringify(require.resolve('@aws-sdk/client-lambda'));
  const callee = functions.define(ECHO);
  const caller = functions.define(
    `const { LambdaClient, InvokeCommand } = require(${client});
     exports.handler = async (event) => {
       const { Payload } = await new LambdaClient({}).send(
         new InvokeCommand({ FunctionName: '${callee.name}', Payload: JSON.stringify(event) }));
       return JSON.parse(Payload.transformToString());
     };`,
    { timeoutSeconds: 20 },
  );
  const { invoke } = await start(caller, callee);

  expect(JSON.parse((await invoke({ Payload: '[1]' })).payload ?? '')).toEqual({ event: [1], arn: callee.arn });
});

describe('a function is named by', () => {
  const arn = CALLEE;

  test.each([
    ['its name', 'callee', undefined, arn],
    ['its ARN', arn, undefined, arn],
    ['a partial ARN', '000000000000:function:callee', undefined, arn],
    ['an alias behind its name', 'callee:live', undefined, `${arn}:live`],
    ['an alias behind its ARN', `${arn}:live`, undefined, `${arn}:live`],
    ['a version behind a partial ARN', '000000000000:function:callee:7', undefined, `${arn}:7`],
    ['its name and a qualifier', 'callee', '$LATEST', `${arn}:$LATEST`],
    ['an alias and the same qualifier', 'callee:live', 'live', `${arn}:live`],
  ])('%s', async (_, FunctionName, Qualifier, expected) => {
    const { invoke } = await start(functions.define(ECHO, { arn, name: 'callee' }));

    const { payload } = await invoke({ FunctionName, Qualifier });

    expect(JSON.parse(payload ?? '')).toMatchObject({ arn: expected });
  });

  test("a name that several Regions have is the one of the caller's", async () => {
    const there = functions.define(ECHO, { arn: arn.replace('eu-west-1', 'us-east-1'), name: 'callee' });
    const { invoke } = await start(there, functions.define(ECHO, { arn, name: 'callee' }));

    expect(JSON.parse((await invoke()).payload ?? '')).toMatchObject({ arn });
  });
});

describe('what is refused:', () => {
  test.each<[string, Partial<InvokeCommandInput>, { name: string; status: number; message: unknown }]>([
    [
      'a function that the app does not have',
      { FunctionName: 'nobody' },
      { name: 'ResourceNotFoundException', status: 404, message: 'Function not found: nobody' },
    ],
    [
      'one of another account',
      { FunctionName: 'arn:aws:lambda:eu-west-1:111111111111:function:callee' },
      { name: 'ResourceNotFoundException', status: 404, message: expect.stringContaining(':111111111111:') },
    ],
    [
      'a name that is none',
      { FunctionName: 'a b' },
      { name: 'InvalidParameterValueException', status: 400, message: expect.stringMatching(/got: a b$/) },
    ],
    [
      'two qualifiers',
      { FunctionName: 'callee:live', Qualifier: 'other' },
      { name: 'InvalidParameterValueException', status: 400, message: expect.stringContaining('does not match') },
    ],
    [
      'another invocation type',
      { InvocationType: 'Sometimes' as InvocationType },
      { name: 'InvalidParameterValueException', status: 400, message: expect.stringMatching(/got: Sometimes$/) },
    ],
    [
      'a payload that is not JSON',
      { Payload: '{' },
      {
        name: 'InvalidRequestContentException',
        status: 400,
        message: expect.stringMatching(/^Could not parse request body into json: Could not parse payload into json: /),
      },
    ],
    [
      'a payload over 6 MB',
      { Payload: JSON.stringify('x'.repeat(6 * 1024 * 1024)) },
      {
        name: 'RequestTooLargeException',
        status: 413,
        message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
      },
    ],
    [
      'an asynchronous payload over 1 MB',
      { InvocationType: InvocationType.Event, Payload: JSON.stringify('x'.repeat(1024 * 1024)) },
      {
        name: 'RequestTooLargeException',
        status: 413,
        message: '1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
      },
    ],
  ])('%s', async (_, input, expected) => {
    const { invoke } = await start(functions.define(ECHO, { arn: CALLEE, name: 'callee' }));

    expect(await failureOf(invoke(input))).toEqual(expected);
  });

  test('whoever does not sign', async () => {
    const { lambda } = await start(functions.define(ECHO));
    const url = `${lambda.url}/2015-03-31/functions/callee/invocations`;

    const answer = await fetch(url, { method: 'POST', body: '{}' });

    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
  });

  test('other operations of Lambda', async () => {
    const { lambda } = await start();

    const answer = await fetch(`${lambda.url}/2015-03-31/functions/`, {
      headers: { authorization: 'AWS4-HMAC-SHA256' },
    });

    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
  });
});

test('DryRun invokes nothing', async () => {
  const { invoke, logged } = await start(functions.define('exports.handler = async () => console.log("ran");'));

  expect((await invoke({ InvocationType: InvocationType.DryRun })).StatusCode).toBe(204);
  await invoke();
  expect(logged).toEqual(['ran']);
});

describe('Event', () => {
  const FAILS =
    'exports.handler = async (event, context) => { console.log(context.awsRequestId); throw new Error("no"); };';

  test('is answered before the function has run', async () => {
    const { invoke, logged } = await start(functions.define('exports.handler = async (event) => console.log(event);'));

    const answer = await invoke({ InvocationType: InvocationType.Event, Payload: '"hello"' });

    expect(answer).toMatchObject({ StatusCode: 202, payload: undefined });
    await until(() => logged.length > 0);
    expect(logged).toEqual(['hello']);
  });

  test('is tried three times, and then in the dead-letter queue', async () => {
    // GIVEN
    const fn = functions.define(FAILS, { deadLetterQueueArn: queueModel('dead').arn });
    const { invoke, time, queues, reported, logged } = await start(fn);
    const attempts = () => logged.filter((line) => /^[\da-f-]{36}$/.test(line));

    // WHEN
    const { $metadata } = await invoke({
      FunctionName: `${fn.name}:live`,
      InvocationType: InvocationType.Event,
      Payload: '{"order":1}',
    });
    for (const [attempt, millis] of [1_000, 2_000].entries()) {
      await until(() => time.waiting > 0);
      expect(attempts()).toHaveLength(attempt + 1);
      await time.pass(millis);
    }
    await until(() => reported.length > 0);

    // THEN
    const RequestID = $metadata.requestId;
    expect(attempts()).toEqual([RequestID, RequestID, RequestID]);
    expect(reported).toEqual([`gave up on an event for ${fn.arn}:live: Error: no`]);
    expect(queues.queue(queueModel('dead').arn)?.receive({ max: 10 })).toMatchObject([
      {
        body: '{"order":1}',
        attributes: {
          RequestID: { DataType: 'String', StringValue: RequestID },
          ErrorCode: { DataType: 'Number', StringValue: '200' },
          ErrorMessage: { DataType: 'String', StringValue: 'no' },
        },
      },
    ]);
  });

  test('that waits for its next turn when all ends is given up', async () => {
    const { invoke, time, lambda, reported } = await start(functions.define(FAILS));

    await invoke({ InvocationType: InvocationType.Event });
    await until(() => time.waiting > 0);
    await lambda.close();
    await settled();

    expect(reported).toHaveLength(1);
  });
});
