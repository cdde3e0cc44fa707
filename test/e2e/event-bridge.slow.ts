import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { eventBridgeApp } from './event-bridge-app';
import { type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi({}, eventBridgeApp);
});

afterAll(() => api.close());

/** What waits for the operator. */
async function deadLetters() {
  const { queuesUrl, app } = api.server;
  const queue = app.queues.find(({ path }) => path === 'Paid/Paywall/Payments/DeadLetters');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint: queuesUrl, region: 'us-east-1', credentials });
  const QueueUrl = `${queuesUrl}/${queue?.arn.split(':')[4]}/${queue?.name}`;
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  client.destroy();
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}

test('a payment that cannot be entered is tried three times, and waits for the operator as the function takes it', async () => {
  // GIVEN
  const checkout = await fetch(new URL('billing/checkout', api.url), { method: 'POST', body: '{"plan":"pro"}' });
  const { url } = (await checkout.json()) as { url: string };
  await api.breakStore();
  // WHEN
  const form = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  const paid = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  expect(paid.status).toBe(303);
  await api.server.stripe?.idle();
  // THEN
  expect(await deadLetters()).toContainEqual(
    expect.objectContaining({
      source: 'aws.partner/stripe.com/ed_test_61Weather',
      'detail-type': 'checkout.session.completed',
      detail: expect.objectContaining({ object: 'event', type: 'checkout.session.completed' }),
    }),
  );
});
