import { EMPTY, FUNCTION_ARN, TestEventSources } from './event-source-support';
import { until } from './support';

let sources: TestEventSources;

beforeEach(async () => {
  sources = await TestEventSources.create();
});

afterEach(() => sources.close());

test('a function gets the event that Lambda makes, and its success deletes the messages', async () => {
  // GIVEN
  sources.start();
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'new' },
    raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1) },
  };

  // WHEN
  const { MessageId, MD5OfMessageBody, MD5OfMessageAttributes } = await sources.sqs.send('{"id":1}', {
    MessageAttributes,
  });
  const { functionArn, event, answer } = await sources.lambda.invocation(1);

  // THEN
  const sent = String(Date.UTC(2026, 0, 1));
  expect(functionArn).toBe(FUNCTION_ARN);
  expect(event).toEqual({
    Records: [
      {
        messageId: MessageId,
        receiptHandle: expect.any(String),
        body: '{"id":1}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: sent,
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: sent,
        },
        messageAttributes: {
          kind: { stringValue: 'new', stringListValues: [], binaryListValues: [], dataType: 'String' },
          raw: { binaryValue: 'AQ==', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
        },
        md5OfBody: MD5OfMessageBody,
        md5OfMessageAttributes: MD5OfMessageAttributes,
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:orders',
        awsRegion: 'eu-west-1',
      },
    ],
  });
  expect(sources.counts()).toEqual({ visible: 0, notVisible: 1, delayed: 0 });
  answer(null);
  await until(() => sources.counts()?.notVisible === 0);
  expect(sources.counts()).toEqual(EMPTY);
});

test('messages of a failure come again after the visibility timeout, and then are dead', async () => {
  // GIVEN
  sources.start();
  await sources.sqs.send('x');

  // WHEN
  (await sources.lambda.invocation(1)).fail();
  await until(() => sources.sqs.clock.waiting === 1);
  expect(sources.lambda.invocations).toHaveLength(1);
  sources.sqs.clock.pass(30);
  const second = await sources.lambda.invocation(2);
  second.fail();
  await until(() => sources.sqs.clock.waiting === 1);
  sources.sqs.clock.pass(30);

  // THEN
  await until(() => sources.counts('dead')?.visible === 1);
  expect(second.event.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
  expect(sources.counts()).toEqual(EMPTY);
  expect(sources.lambda.invocations).toHaveLength(2);
  expect(sources.reported[0]).toBe('Stack/Worker/Source: the function failed: Error: a bug');
});

describe('batches', () => {
  test('hold what is there, up to the batch size', async () => {
    for (const body of ['1', '2', '3']) {
      await sources.sqs.send(body);
    }
    sources.start({ batchSize: 2 });

    expect((await sources.lambda.invocation(1)).bodies).toEqual(['1', '2']);
    expect((await sources.lambda.invocation(2)).bodies).toEqual(['3']);
  });

  test('hold no more than an event can', async () => {
    const large = '"'.repeat(1_000_000);
    for (let count = 0; count < 4; count++) {
      await sources.sqs.send(large);
    }
    sources.start();

    expect((await sources.lambda.invocation(1)).bodies).toHaveLength(3);
    expect((await sources.lambda.invocation(2)).bodies).toHaveLength(1);
  });

  test('wait for the batching window to end', async () => {
    sources.start({ maximumBatchingWindowSeconds: 10 });
    await sources.sqs.send('1');
    await until(() => sources.counts()?.notVisible === 1);
    sources.sqs.clock.pass(9);
    await sources.sqs.send('2');
    await until(() => sources.counts()?.notVisible === 2);
    expect(sources.lambda.invocations).toEqual([]);

    sources.sqs.clock.pass(1);

    expect((await sources.lambda.invocation(1)).bodies).toEqual(['1', '2']);
  });

  test('or to be full', async () => {
    sources.start({ maximumBatchingWindowSeconds: 10, batchSize: 2 });
    await sources.sqs.send('1');
    await until(() => sources.counts()?.notVisible === 1);
    await sources.sqs.send('2');

    expect((await sources.lambda.invocation(1)).bodies).toEqual(['1', '2']);
  });
});

describe('concurrency', () => {
  test('is what the mapping allows, and a message that waits is still in the queue', async () => {
    sources.start({ batchSize: 1, maximumConcurrency: 2 });
    for (const body of ['1', '2', '3']) {
      await sources.sqs.send(body);
    }
    const first = await sources.lambda.invocation(1);
    await sources.lambda.invocation(2);
    expect(sources.counts()).toEqual({ visible: 1, notVisible: 2, delayed: 0 });
    expect(sources.lambda.invocations).toHaveLength(2);

    first.answer(null);

    expect((await sources.lambda.invocation(3)).bodies).toEqual(['3']);
  });

  test('is five without a limit', async () => {
    for (let count = 0; count < 7; count++) {
      await sources.sqs.send(`${count}`);
    }
    sources.start({ batchSize: 1 });
    await sources.lambda.invocation(5);
    await until(() => sources.counts()?.notVisible === 5);

    expect(sources.counts()?.visible).toBe(2);
  });

  test('is one in a group of a FIFO queue', async () => {
    const fifo = (body: string) =>
      sources.sqs.send(body, { QueueUrl: sources.sqs.url('orders.fifo'), MessageGroupId: body.charAt(0) });
    sources.start({ batchSize: 1 }, 'orders.fifo');
    for (const body of ['a1', 'a2', 'b1']) {
      await fifo(body);
    }
    expect((await sources.lambda.invocation(1)).bodies).toEqual(['a1']);
    expect((await sources.lambda.invocation(2)).bodies).toEqual(['b1']);
    expect(sources.lambda.invocations[0]?.event.Records[0]?.attributes.MessageGroupId).toBe('a');

    sources.lambda.invocations[0]?.answer(null);

    expect((await sources.lambda.invocation(3)).bodies).toEqual(['a2']);
  });
});

describe('the end', () => {
  test('waits for the functions that run, and deletes what they have done', async () => {
    sources.start();
    await sources.sqs.send('1');
    const first = await sources.lambda.invocation(1);
    let isClosed = false;

    const closing = sources.stop().then(() => {
      isClosed = true;
    });
    await sources.sqs.send('2');
    expect(isClosed).toBe(false);
    first.answer(null);
    await closing;

    expect(sources.counts()).toEqual({ visible: 1, notVisible: 0, delayed: 0 });
    expect(sources.lambda.invocations).toHaveLength(1);
  });

  test('invokes nothing for a window that is still open', async () => {
    sources.start({ maximumBatchingWindowSeconds: 10 });
    await sources.sqs.send('1');
    await until(() => sources.counts()?.notVisible === 1);

    await sources.stop();

    expect(sources.lambda.invocations).toEqual([]);
  });

  test('is at once where nothing happens, and no timer runs before it', async () => {
    sources.start();

    expect(sources.sqs.clock.waiting).toBe(0);
    await sources.stop();
  });
});

test('a function that takes longer than the visibility timeout does not delete what another one has', async () => {
  sources.start();
  await sources.sqs.send('1');
  const slow = await sources.lambda.invocation(1);
  await until(() => sources.sqs.clock.waiting === 1);
  sources.sqs.clock.pass(30);
  const other = await sources.lambda.invocation(2);

  slow.answer(null);
  other.fail();
  await sources.stop();

  expect(sources.counts()?.notVisible).toBe(1);
});
