import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { NEVER, Queue } from '../../../local/queues/queue';
import { failureOf, queueModel, TestQueues, until } from './support';

let sqs: TestQueues;

beforeEach(async () => {
  sqs = await TestQueues.start(queueModel('orders'), queueModel('slow', { delaySeconds: 5 }));
});

afterEach(() => sqs.close());

describe('a message', () => {
  test('is received, hidden, and gone once it is deleted', async () => {
    // GIVEN
    const { MessageId, MD5OfMessageBody } = await sqs.send('Grüße');
    expect(MD5OfMessageBody).toBe('49c5f675b49037b6044b803ac9d1a6d7');

    // WHEN
    const [message] = await sqs.receive();

    // THEN
    expect(message).toMatchObject({ MessageId, Body: 'Grüße', MD5OfBody: MD5OfMessageBody });
    expect(message?.Attributes).toBeUndefined();
    expect(await sqs.receive()).toEqual([]);
    await sqs.delete(message);
    sqs.clock.pass(31);
    expect(await sqs.receive()).toEqual([]);
  });

  test('that is not deleted is received again after its visibility timeout, and counts', async () => {
    await sqs.send('x');
    await sqs.receive();
    sqs.clock.pass(29);
    expect(await sqs.receive()).toEqual([]);
    sqs.clock.pass(1);

    const [message] = await sqs.receive({ MessageSystemAttributeNames: ['All'] });

    const sent = String(Date.UTC(2026, 0, 1));
    expect(message?.Attributes).toEqual({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: sent,
      SentTimestamp: sent,
      SenderId: expect.any(String),
    });
  });

  test('has the visibility timeout of its receipt, and what it is changed to', async () => {
    await sqs.send('x');
    const [message] = await sqs.receive({ VisibilityTimeout: 100 });
    await sqs.hide(message, 10);
    sqs.clock.pass(10);

    const [again] = await sqs.receive();
    expect(again?.MessageId).toBe(message?.MessageId);

    await sqs.hide(again, 0);
    expect(await sqs.receive()).toHaveLength(1);
  });

  test('is not deleted by the handle of an earlier receipt, though that succeeds', async () => {
    await sqs.send('x');
    const [first] = await sqs.receive({ VisibilityTimeout: 0 });
    await sqs.receive({ VisibilityTimeout: 0 });

    await sqs.delete(first);

    expect(await sqs.receive()).toHaveLength(1);
  });

  test('is delayed by its own delay, or by the queue', async () => {
    await sqs.send('later', { DelaySeconds: 3 });
    await sqs.send('queue', { QueueUrl: sqs.url('slow') });
    await sqs.send('now', { QueueUrl: sqs.url('slow'), DelaySeconds: 0 });

    expect(await sqs.bodies()).toEqual([]);
    expect(await sqs.bodies({ QueueUrl: sqs.url('slow') })).toEqual(['now']);
    sqs.clock.pass(3);
    expect(await sqs.bodies()).toEqual(['later']);
    sqs.clock.pass(2);
    expect(await sqs.bodies({ QueueUrl: sqs.url('slow') })).toEqual(['queue']);
  });

  test('is gone after the retention period', async () => {
    await sqs.send('x');
    sqs.clock.pass(345_600);

    expect(await sqs.receive()).toEqual([]);
    expect(await sqs.attributes('ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '0' });
  });
});

describe('message attributes', () => {
  const MessageAttributes = {
    'order.id': { DataType: 'Number', StringValue: '1' },
    'order.kind': { DataType: 'String', StringValue: 'test' },
    raw: { DataType: 'Binary.png', BinaryValue: Uint8Array.of(0, 255) },
  };

  test.each([
    [{ SellerName: { DataType: 'String', StringValue: 'Example Store' } }, 'cd28f3b68aeee4b2eac9c66f2f694b58'],
    [
      {
        ordinal: { DataType: 'Number', StringValue: '1' },
        category: { DataType: 'String', StringValue: 'test' },
      },
      'd21ae90c49061e927f57df5f5d72be1f',
    ],
  ])('have the checksum that SDKs compute: %j', async (given, checksum) => {
    expect((await sqs.send('x', { MessageAttributes: given })).MD5OfMessageAttributes).toBe(checksum);
  });

  test.each([
    [['All'], ['order.id', 'order.kind', 'raw']],
    [['.*'], ['order.id', 'order.kind', 'raw']],
    [['order.*'], ['order.id', 'order.kind']],
    [['raw', 'other'], ['raw']],
    [[], undefined],
  ])('are received where they are asked for: %j', async (MessageAttributeNames, names) => {
    await sqs.send('x', { MessageAttributes });

    const [message] = await sqs.receive({ MessageAttributeNames });

    expect(message?.MessageAttributes && Object.keys(message.MessageAttributes)).toEqual(names);
    expect(message?.MD5OfMessageAttributes === undefined).toBe(names === undefined);
  });

  test('keep their bytes, and a trace header', async () => {
    const MessageSystemAttributes = { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-0' } };
    await sqs.send('x', { MessageAttributes, MessageSystemAttributes });

    const [message] = await sqs.receive({
      MessageAttributeNames: ['All'],
      AttributeNames: ['AWSTraceHeader'] as never,
    });

    expect(message?.MessageAttributes?.raw).toEqual({ DataType: 'Binary.png', BinaryValue: Uint8Array.of(0, 255) });
    expect(message?.Attributes).toEqual({ AWSTraceHeader: 'Root=1-0' });
  });
});

describe('ReceiveMessage waits', () => {
  test('until a message is sent', async () => {
    const waiting = sqs.receive({ WaitTimeSeconds: 20 });
    await until(() => sqs.clock.waiting === 1);

    await sqs.send('x');

    expect(await waiting).toMatchObject([{ Body: 'x' }]);
  });

  test('until a hidden message is visible', async () => {
    await sqs.send('x');
    await sqs.receive({ VisibilityTimeout: 5 });
    const waiting = sqs.receive({ WaitTimeSeconds: 20 });
    await until(() => sqs.clock.waiting === 1);

    sqs.clock.pass(5);

    expect(await waiting).toHaveLength(1);
  });

  test('also for one that becomes visible while it looks', async () => {
    // GIVEN a clock that goes on with each look at it
    let time = 0;
    const waits: number[] = [];
    const clock = {
      now: () => time++,
      after(milliseconds: number, run: () => void) {
        waits.push(milliseconds);
        setImmediate(run);
        return () => undefined;
      },
    };
    const queue = new Queue(queueModel('hidden'), clock);
    queue.send({ body: 'x', attributes: {}, systemAttributes: {}, delaySeconds: 0.002 });

    // WHEN
    const waiting = queue.receiveUntil(NEVER, new AbortController().signal, { max: 1 });

    // THEN
    expect(waits).toHaveLength(1);
    expect(await waiting).toHaveLength(1);
  });

  test('no longer than it says', async () => {
    const waiting = sqs.receive({ WaitTimeSeconds: 20 });
    await until(() => sqs.clock.waiting === 1);

    sqs.clock.pass(20);

    expect(await waiting).toEqual([]);
  });

  test('and takes nothing for a caller who has hung up', async () => {
    const hangUp = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl: sqs.url('orders'), WaitTimeSeconds: 20 });
    const waiting = failureOf(sqs.client.send(command, { abortSignal: hangUp.signal }));
    await until(() => sqs.clock.waiting === 1);
    hangUp.abort();
    await waiting;
    await until(() => sqs.clock.waiting === 0);

    await sqs.send('x');

    expect(await sqs.receive()).toHaveLength(1);
  });

  test('and does not hold up the end', async () => {
    const waiting = failureOf(sqs.receive({ WaitTimeSeconds: 20 }));
    await until(() => sqs.clock.waiting === 1);

    await sqs.queues.close();

    expect((await waiting).name).not.toBe('none');
    expect(sqs.clock.waiting).toBe(0);
  });
});
