import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { failureOf, queueModel, TestQueues } from './support';

let sqs: TestQueues;

beforeEach(async () => {
  sqs = await TestQueues.start(queueModel('orders'), queueModel('slow', { delaySeconds: 5 }));
});

afterEach(() => sqs.close());

describe('batches', () => {
  const batch = (...Entries: { Id: string; MessageBody: string; DelaySeconds?: number }[]) =>
    sqs.client.send(new SendMessageBatchCommand({ QueueUrl: sqs.url('orders'), Entries }));

  test('are sent, hidden and deleted entry by entry', async () => {
    // WHEN
    const { Successful, Failed } = await batch(
      { Id: 'a', MessageBody: '1' },
      { Id: 'b', MessageBody: '2', DelaySeconds: 901 },
      { Id: 'c', MessageBody: '3' },
    );

    // THEN
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'InvalidParameterValue' }]);
    const [one, three] = await sqs.receive();
    const QueueUrl = sqs.url('orders');
    const hidden = await sqs.client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [{ Id: 'x', ReceiptHandle: three?.ReceiptHandle, VisibilityTimeout: 0 }],
      }),
    );
    expect(hidden).toMatchObject({ Successful: [{ Id: 'x' }] });
    const deleted = await sqs.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'x', ReceiptHandle: one?.ReceiptHandle },
          { Id: 'y', ReceiptHandle: 'nonsense' },
        ],
      }),
    );
    expect(deleted).toMatchObject({
      Successful: [{ Id: 'x' }],
      Failed: [{ Id: 'y', Code: 'ReceiptHandleIsInvalid' }],
    });
    sqs.clock.pass(30);
    expect(await sqs.bodies()).toEqual(['3']);
  });

  test.each([
    ['no entry', [], 'EmptyBatchRequest'],
    [
      'eleven',
      Array.from({ length: 11 }, (_, i) => ({ Id: `${i}`, MessageBody: 'x' })),
      'TooManyEntriesInBatchRequest',
    ],
    ['an id twice', ['a', 'a'].map((Id) => ({ Id, MessageBody: 'x' })), 'BatchEntryIdsNotDistinct'],
    ['a bad id', [{ Id: 'a b', MessageBody: 'x' }], 'InvalidBatchEntryId'],
    ['too much', ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) })), 'BatchRequestTooLong'],
  ])('with %s are refused', async (_, entries, name) => {
    expect((await failureOf(batch(...entries))).name).toBe(name);
  });
});

describe('what SQS refuses', () => {
  test('a queue that is not there, by URL and by name', async () => {
    const byUrl = await failureOf(sqs.send('x', { QueueUrl: sqs.url('other') }));
    const byName = await failureOf(sqs.client.send(new GetQueueUrlCommand({ QueueName: 'other' })));

    expect(byUrl).toEqual({ name: 'QueueDoesNotExist', message: 'The specified queue does not exist.' });
    expect(byName.name).toBe('QueueDoesNotExist');
  });

  test('with the codes of its older protocol as well', async () => {
    const error = await sqs.send('x', { QueueUrl: sqs.url('other') }).catch((thrown: object) => thrown);

    expect(error).toMatchObject({ Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' } });
  });

  test.each([
    ['an empty body', '', {}, 'MissingParameter', /parameter MessageBody/],
    ['a body over 1 MiB', 'x'.repeat(1_048_577), {}, 'InvalidParameterValue', /shorter than 1048576 bytes/],
    ['a control character', 'a\u0000', {}, 'InvalidMessageContents', /Invalid characters/],
    ['half a character', 'a\ud800', {}, 'InvalidMessageContents', /Invalid characters/],
    ['a long delay', 'x', { DelaySeconds: 901 }, 'InvalidParameterValue', /Value 901 for parameter DelaySeconds/],
    [
      'a deduplication id',
      'x',
      { MessageDeduplicationId: '1' },
      'InvalidParameterValue',
      /not valid for this queue type/,
    ],
    [
      'a type of its own',
      'x',
      { MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } } },
      'InvalidParameterValue',
      /supported type prefixes/,
    ],
    [
      'an empty attribute',
      'x',
      { MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
      'InvalidParameterValue',
      /non-empty/,
    ],
    [
      'an attribute of a reserved name',
      'x',
      { MessageAttributes: { 'AWS.a': { DataType: 'String', StringValue: 'x' } } },
      'InvalidParameterValue',
      /name 'AWS.a' is invalid/,
    ],
    [
      'eleven attributes',
      'x',
      {
        MessageAttributes: Object.fromEntries(
          Array.from({ length: 11 }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'x' }]),
        ),
      },
      'InvalidParameterValue',
      /\[11\] exceeds/,
    ],
  ] as [string, string, object, string, RegExp][])('%s', async (_, body, more, code, message) => {
    const error = await sqs.send(body, more).catch((thrown: { Code: string; message: string }) => thrown);

    expect(error).toMatchObject({ Code: code, message: expect.stringMatching(message) });
  });

  test('emoji and the whole of 1 MiB are taken', async () => {
    await sqs.send('👋');
    await sqs.send('x'.repeat(1_048_576));

    expect((await sqs.bodies()).map((body) => body?.length)).toEqual([2, 1_048_576]);
  });

  test.each([
    [{ MaxNumberOfMessages: 11 }, /Must be between 1 and 10/],
    [{ WaitTimeSeconds: 21 }, />= 0 and <= 20/],
    [{ VisibilityTimeout: 43_201 }, />= 0 and <= 43200/],
  ])('a receipt with %j', async (more, message) => {
    expect((await failureOf(sqs.receive(more))).message).toMatch(message);
  });

  test('handles that are none, and messages that are not in flight', async () => {
    await sqs.send('x');
    const [message] = await sqs.receive();

    expect((await failureOf(sqs.delete({ ReceiptHandle: 'nonsense' }))).name).toBe('ReceiptHandleIsInvalid');
    expect((await failureOf(sqs.hide(message, 43_201))).message).toMatch(/43200/);
    sqs.clock.pass(30);
    expect((await failureOf(sqs.hide(message, 5))).name).toBe('MessageNotInflight');
    await sqs.delete(message);
    await sqs.delete(message);
    expect((await failureOf(sqs.hide(message, 5))).message).toMatch(/Message does not exist/);
  });

  test('a visibility of more than twelve hours in all', async () => {
    await sqs.send('x');
    const [message] = await sqs.receive({ VisibilityTimeout: 60 });
    sqs.clock.pass(30);

    expect((await failureOf(sqs.hide(message, 43_200))).message).toMatch(/beyond the limit/);
    await sqs.hide(message, 43_170);
  });
});

describe('queues', () => {
  test('are found by name, and their URL leads to the endpoint', async () => {
    const { QueueUrl } = await sqs.client.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
    const { QueueUrls } = await sqs.client.send(new ListQueuesCommand({ QueueNamePrefix: 'sl' }));

    expect(QueueUrl).toBe(sqs.url('orders'));
    expect(new URL(sqs.queues.url).hostname).toBe('127.0.0.1');
    expect(QueueUrls).toEqual([sqs.url('slow')]);
  });

  test('have attributes, those that are asked for', async () => {
    await sqs.send('1');
    await sqs.receive();
    await sqs.send('2');
    await sqs.send('3', { DelaySeconds: 5 });

    expect(await sqs.attributes()).toBeUndefined();
    expect(await sqs.attributes('QueueArn')).toEqual({ QueueArn: 'arn:aws:sqs:eu-west-1:111122223333:orders' });
    expect(await sqs.attributes('All')).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
    });
    expect((await failureOf(sqs.attributes('Colour'))).name).toBe('InvalidAttributeName');
  });

  test('are purged, once a minute', async () => {
    const purge = () => sqs.client.send(new PurgeQueueCommand({ QueueUrl: sqs.url('orders') }));
    await sqs.send('x');
    await purge();

    expect(await sqs.receive()).toEqual([]);
    expect((await failureOf(purge())).name).toBe('PurgeQueueInProgress');
    sqs.clock.pass(60);
    await purge();
  });

  test.each(['{', 'null', '[]', '{"QueueUrl":{}}', '{"QueueUrl":"orders","MessageBody":{}}'])(
    'answer %s, and go on',
    async (body) => {
      const headers = { 'x-amz-target': 'AmazonSQS.SendMessage', authorization: 'AWS4-HMAC-SHA256 x' };
      const answer = await fetch(sqs.queues.url, { method: 'POST', headers, body });

      expect(answer.status).toBe(400);
      await sqs.send('x');
    },
  );
});
