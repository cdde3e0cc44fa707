import type { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type NamedEvent, SqsDeadLetters } from '../../../lambda/adapters/sqs-dead-letters';
import { wholeEvent } from '../../../lambda/payments/whole-event';
import { event } from '../payments/events';
import { checkoutSession, soldPack } from '../payments/objects';

/** What the queue got, as the function is sent it again. */
async function sent(told: NamedEvent): Promise<{ body: string; detail: NamedEvent }> {
  let body = '';
  const send = async ({ input }: SendMessageCommand) => {
    body = input.MessageBody ?? '';
  };
  await new SqsDeadLetters({ send } as unknown as SQSClient, 'https://sqs/dead').send(told);
  return { body, detail: (JSON.parse(body) as { detail: NamedEvent }).detail };
}

const session = checkoutSession('cs_1', soldPack('customer1', 1_000));
const retrieve = (id: string) => Promise.reject(new Error(`${id} need not be fetched`));

test('an event is kept as the function takes it', async () => {
  const told = event('checkout.session.completed', session);
  const { detail } = await sent(told);
  expect(await wholeEvent(detail, { retrieve })).toEqual(told);
});

test('one that no message can hold is named, and the function fetches it', async () => {
  const told = event('checkout.session.completed', { ...session, success_url: 'ü'.repeat(150_000) });
  const { body, detail } = await sent(told);
  expect(Buffer.byteLength(body)).toBeLessThan(1_000);
  expect(await wholeEvent(detail, { retrieve: async (id) => ({ ...told, id }) })).toEqual(told);
});

test('one of which only the name is known stays that', async () => {
  expect((await sent({ id: 'evt_1', type: 'invoice.paid' })).detail).toEqual({ id: 'evt_1', type: 'invoice.paid' });
});

test('those that wait are counted, and stay where they are', async () => {
  const asked: GetQueueAttributesCommand['input'][] = [];
  const send = async ({ input }: GetQueueAttributesCommand) => {
    asked.push(input);
    return { Attributes: { ApproximateNumberOfMessages: '7' } };
  };
  expect(await new SqsDeadLetters({ send } as unknown as SQSClient, 'https://sqs/dead').count()).toBe(7);
  expect(asked).toEqual([{ QueueUrl: 'https://sqs/dead', AttributeNames: ['ApproximateNumberOfMessages'] }]);
});
