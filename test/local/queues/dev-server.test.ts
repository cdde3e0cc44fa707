import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Duration, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { type DevServer, startDevServer } from '../../../local/dev-server';
import { removeTemporaryFolders, synthesize } from '../template/synthesized';

const modules = (name: string) => `require(${JSON.stringify(require.resolve(name))})`;

const SEND = `
  const { SQSClient, SendMessageCommand } = ${modules('@aws-sdk/client-sqs')};
  const client = new SQSClient();
  exports.handler = async ({ body }) => {
    const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: body }));
    return { statusCode: 202, body: MessageId };
  };`;

const WORK = `
  const { DynamoDBClient, PutItemCommand } = ${modules('@aws-sdk/client-dynamodb')};
  const client = new DynamoDBClient();
  exports.handler = async ({ Records }) => {
    const batchItemFailures = [];
    for (const { messageId, body, eventSourceARN } of Records) {
      if (body === 'bad') batchItemFailures.push({ itemIdentifier: messageId });
      else await client.send(new PutItemCommand({
        TableName: process.env.TABLE, Item: { id: { S: messageId }, body: { S: body }, from: { S: eventSourceARN } },
      }));
    }
    console.log('worked ' + Records.map(({ body }) => body));
    return { batchItemFailures };
  };`;

const READ = `
  const { DynamoDBClient, ScanCommand } = ${modules('@aws-sdk/client-dynamodb')};
  const client = new DynamoDBClient();
  exports.handler = async () => {
    const { Items } = await client.send(new ScanCommand({ TableName: process.env.TABLE }));
    return { statusCode: 200, body: JSON.stringify(Items.map(({ body }) => body.S)) };
  };`;

const assemblyDir = synthesize((app) => {
  const stack = new Stack(app, 'Stack');
  const deadLetters = new Queue(stack, 'DeadLetters');
  const queue = new Queue(stack, 'Orders', {
    visibilityTimeout: Duration.seconds(1),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 1 },
  });
  const table = new Table(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
  const define = (id: string, code: string, environment: Record<string, string>) =>
    new LambdaFunction(stack, id, {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromInline(code),
      environment,
      timeout: Duration.seconds(20),
    });
  const worker = define('Work', WORK, { TABLE: table.tableName });
  worker.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true, maxConcurrency: 2 }));
  queue.grantSendMessages(worker);
  const { root } = new RestApi(stack, 'Api');
  root.addMethod('POST', new LambdaIntegration(define('Send', SEND, { QUEUE_URL: queue.queueUrl })));
  root.addMethod('GET', new LambdaIntegration(define('Read', READ, { TABLE: table.tableName })));
});

let server: DevServer;
const lines: string[] = [];
let seen = () => {};

beforeAll(async () => {
  const log = (line: string) => {
    lines.push(line);
    seen();
  };
  server = await startDevServer({ assemblyDir, port: 0, log });
});

afterAll(async () => {
  await server.close();
  removeTemporaryFolders();
});

async function logged(pattern: RegExp): Promise<void> {
  while (!lines.some((line) => pattern.test(line))) {
    await new Promise<void>((resolve) => {
      seen = resolve;
    });
  }
}

const post = (body: string) => fetch(server.apis[0]?.url ?? '', { method: 'POST', body });

test('what an API puts into a queue, a function takes out of it', async () => {
  // WHEN
  const answer = await post('good');
  await logged(/worked good/);

  // THEN
  expect(answer.status).toBe(202);
  const stored = await fetch(server.apis[0]?.url ?? '');
  expect(await stored.json()).toEqual(['good']);
  expect(server.app.unserved).toEqual([]);
  // The SDK warns where the host of a queue's URL is not its endpoint.
  expect(lines.filter((line) => line.includes('QueueUrl'))).toEqual([]);
});

test('what it cannot take is in the dead-letter queue', async () => {
  // GIVEN
  const client = new SQSClient({
    endpoint: server.queuesUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const QueueName = server.app.queues.find(({ path }) => path === 'Stack/DeadLetters')?.name;
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));

  // WHEN
  const answer = await post('bad');

  // THEN
  const id = await answer.text();
  const dead = new Map<string | undefined, string | undefined>();
  while (!dead.has(id)) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    for (const { MessageId, Body } of Messages) {
      dead.set(MessageId, Body);
    }
  }
  expect(dead.get(id)).toBe('bad');
  client.destroy();
});
