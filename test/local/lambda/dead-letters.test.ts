import { deadLettersOf } from '../../../local/lambda/dead-letters';
import { systemClock } from '../../../local/queues/clock';
import { Queue } from '../../../local/queues/queue';
import type { FunctionModel, QueueModel } from '../../../local/template/model';
import { queueModel } from '../queues/support';

const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:worker';

function deadLetters(model: Partial<QueueModel> = {}, fn: Partial<FunctionModel> = {}) {
  const queue = new Queue(queueModel('dead', model), systemClock);
  const reported: string[] = [];
  const functions = [{ arn: ARN, deadLetterQueueArn: queue.model.arn, ...fn } as FunctionModel];
  const queues = { queue: (arn: string) => (arn === queue.model.arn ? queue : undefined) };
  const send = deadLettersOf(functions, queues, (line) => reported.push(line));
  const fail = (event: unknown, errorMessage = 'no') =>
    send({ functionArn: `${ARN}:live`, event, requestId: 'id', errorType: 'Error', errorMessage });
  return { queue, fail, reported };
}

test('an error without a message is told by its type, and a long message up to 1 KB', () => {
  const { queue, fail } = deadLetters();

  fail({}, '');
  fail({}, 'x'.repeat(2000));

  const messages = queue.receive({ max: 10 }).map(({ attributes }) => attributes.ErrorMessage?.StringValue);
  expect(messages).toEqual(['Error', 'x'.repeat(1024)]);
});

test('what the queue does not take is named', () => {
  const { queue, fail, reported } = deadLetters({ maximumMessageSizeBytes: 1024 });

  fail('x'.repeat(2000));

  expect(queue.counts().visible).toBe(0);
  expect(reported).toEqual([
    expect.stringMatching(/^the dead-letter queue dead does not take an event of .*:live: .*1024/),
  ]);
});

test('a function without a dead-letter queue loses its events', () => {
  const { queue, fail, reported } = deadLetters({}, { deadLetterQueueArn: undefined });

  fail({});

  expect([queue.counts().visible, reported]).toEqual([0, []]);
});
