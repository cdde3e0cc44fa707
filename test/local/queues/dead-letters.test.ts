import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { deadLetters, queueModel, TestQueues } from './support';

let sqs: TestQueues;

beforeEach(async () => {
  sqs = await TestQueues.start(
    queueModel('dead'),
    queueModel('orders', deadLetters('dead', 2)),
    queueModel('elsewhere', deadLetters('of-another-app', 1)),
    queueModel('dead.fifo'),
    queueModel('orders.fifo', { ...deadLetters('dead.fifo', 1), contentBasedDeduplication: true }),
  );
});

afterEach(() => sqs.close());

const send = (queue: string, MessageBody: string, MessageGroupId?: string) =>
  sqs.client.send(new SendMessageCommand({ QueueUrl: sqs.url(queue), MessageBody, MessageGroupId }));

const receive = async (queue: string) => {
  const { Messages = [] } = await sqs.client.send(
    new ReceiveMessageCommand({
      QueueUrl: sqs.url(queue),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 1,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  sqs.clock.pass(1);
  return Messages;
};

test('a message that was received too often is in the dead-letter queue, as it was sent', async () => {
  // GIVEN
  const { MessageId } = await send('orders', 'x');
  await receive('orders');
  await receive('orders');
  expect(await receive('dead')).toEqual([]);

  // WHEN
  expect(await receive('orders')).toEqual([]);

  // THEN
  const [dead] = await receive('dead');
  expect(dead).toMatchObject({
    MessageId,
    Body: 'x',
    Attributes: {
      ApproximateReceiveCount: '3',
      SentTimestamp: String(Date.UTC(2026, 0, 1)),
      DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:111122223333:orders',
    },
  });
});

test('messages behind a dead one are received', async () => {
  await send('orders', 'dead');
  await receive('orders');
  await receive('orders');
  await send('orders', 'alive');

  expect(await receive('orders')).toMatchObject([{ Body: 'alive' }]);
});

test('a message stays where its dead-letter queue is not served', async () => {
  await send('elsewhere', 'x');
  await receive('elsewhere');

  expect(await receive('elsewhere')).toHaveLength(1);
});

test('of a FIFO queue, the group goes on, and the age starts anew', async () => {
  await send('orders.fifo', '1', 'a');
  await receive('orders.fifo');
  await send('orders.fifo', '2', 'a');

  expect(await receive('orders.fifo')).toMatchObject([{ Body: '2' }]);
  expect(await receive('dead.fifo')).toMatchObject([
    { Body: '1', Attributes: { MessageGroupId: 'a', SentTimestamp: String(Date.UTC(2026, 0, 1) + 1000) } },
  ]);
});

test('the redrive policy is an attribute of the queue', async () => {
  const { Attributes } = await sqs.client.send(
    new GetQueueAttributesCommand({ QueueUrl: sqs.url('orders'), AttributeNames: ['RedrivePolicy'] }),
  );

  expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:111122223333:dead',
    maxReceiveCount: 2,
  });
});
