import {
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { failureOf, queueModel, TestQueues } from './support';

let sqs: TestQueues;

beforeEach(async () => {
  sqs = await TestQueues.start(
    queueModel('orders.fifo'),
    queueModel('content.fifo', { contentBasedDeduplication: true }),
    queueModel('groups.fifo', { deduplicationScope: 'messageGroup' }),
  );
});

afterEach(() => sqs.close());

let count = 0;
const send = (queue: string, MessageBody: string, MessageGroupId: string, id?: string) => {
  count += 1;
  const MessageDeduplicationId = id ?? (queue === 'content.fifo' ? undefined : `${count}`);
  return sqs.client.send(
    new SendMessageCommand({ QueueUrl: sqs.url(queue), MessageBody, MessageGroupId, MessageDeduplicationId }),
  );
};

const receive = async (queue: string, MaxNumberOfMessages = 10): Promise<Message[]> => {
  const command = new ReceiveMessageCommand({
    QueueUrl: sqs.url(queue),
    MaxNumberOfMessages,
    MessageSystemAttributeNames: ['All'],
  });
  return (await sqs.client.send(command)).Messages ?? [];
};

const bodies = async (queue: string, max?: number) => (await receive(queue, max)).map(({ Body }) => Body);

test('a group goes on when what is in flight of it is deleted or visible again; others do not wait', async () => {
  // GIVEN
  for (const body of ['a1', 'a2', 'b1', 'a3']) {
    await send('orders.fifo', body, body.charAt(0));
  }

  // WHEN the first of group a is in flight, THEN only group b is received
  const [a1] = await receive('orders.fifo', 1);
  expect(await bodies('orders.fifo')).toEqual(['b1']);
  await sqs.delete(a1, 'orders.fifo');
  expect(await bodies('orders.fifo', 1)).toEqual(['a2']);
  expect(await bodies('orders.fifo')).toEqual([]);
  sqs.clock.pass(30);
  expect(await bodies('orders.fifo')).toEqual(['a2', 'b1', 'a3']);
});

test('messages have a group, a deduplication id and a number that grows', async () => {
  const first = await send('orders.fifo', '1', 'a', 'one');
  const second = await send('orders.fifo', '2', 'a', 'two');

  expect(String(first.SequenceNumber) < String(second.SequenceNumber)).toBe(true);
  const [message] = await receive('orders.fifo');
  expect(message?.Attributes).toMatchObject({
    MessageGroupId: 'a',
    MessageDeduplicationId: 'one',
    SequenceNumber: first.SequenceNumber,
  });
});

test('a deduplication id is taken once in five minutes, received or not', async () => {
  const first = await send('orders.fifo', '1', 'a', 'same');
  const [message] = await receive('orders.fifo');
  await sqs.delete(message, 'orders.fifo');
  sqs.clock.pass(299);

  const again = await send('orders.fifo', '2', 'b', 'same');
  expect(again.MessageId).toBe(first.MessageId);
  expect(await bodies('orders.fifo')).toEqual([]);

  sqs.clock.pass(1);
  await send('orders.fifo', '3', 'a', 'same');
  expect(await bodies('orders.fifo')).toEqual(['3']);
});

test('the content can be the id, and the group the scope', async () => {
  await send('content.fifo', 'x', 'a');
  await send('content.fifo', 'x', 'b');
  await send('content.fifo', 'x', 'a', 'its-own');
  await send('groups.fifo', '1', 'a', 'same');
  await send('groups.fifo', '2', 'b', 'same');
  await send('groups.fifo', '3', 'b', 'same');

  expect(await bodies('content.fifo')).toEqual(['x', 'x']);
  expect(await bodies('groups.fifo')).toEqual(['1', '2']);
});

test('a handle deletes nothing once the message is visible again', async () => {
  await send('orders.fifo', '1', 'a');
  const [message] = await receive('orders.fifo');
  sqs.clock.pass(30);

  expect((await failureOf(sqs.delete(message, 'orders.fifo'))).message).toMatch(/receipt handle has expired/);
  expect(await bodies('orders.fifo')).toEqual(['1']);
});

test.each([
  [{ MessageDeduplicationId: '1' }, /parameter MessageGroupId/],
  [{ MessageGroupId: 'a' }, /ContentBasedDeduplication enabled or MessageDeduplicationId/],
  [{ MessageGroupId: 'a', MessageDeduplicationId: '1', DelaySeconds: 1 }, /not valid for this queue type/],
  [{ MessageGroupId: 'a b', MessageDeduplicationId: '1' }, /MessageGroupId can only include/],
] as [Partial<SendMessageCommandInput>, RegExp][])('%j is refused', async (input, message) => {
  const command = new SendMessageCommand({ QueueUrl: sqs.url('orders.fifo'), MessageBody: 'x', ...input });

  expect((await failureOf(sqs.client.send(command))).message).toMatch(message);
});
