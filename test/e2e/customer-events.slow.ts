import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { CustomerEvent, CustomerEventType } from '../../backend/customer-events';
import { webhookSignature } from '../../lambda/domain/webhook-signature';
import type { LocalEvents } from '../../local/events/local-events';
import { Customer } from './customer';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

interface Delivery {
  readonly id: string;
  readonly signature: string;
  readonly expected: string;
  readonly type: string;
}

const DEADLINE = 60_000;

let api: PaidApi;
let stripe: StripeSide;
let receiver: Server;
let deliveries: Delivery[];
/** What the receiver answers from now on, the last for good. */
let answers: number[];
let sqs: SQSClient;

beforeAll(async () => {
  [deliveries, answers] = [[], [503, 200]];
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const header = (name: string) => String(request.headers[name]);
      const [id, timestamp] = [header('webhook-id'), Number(header('webhook-timestamp'))];
      const secret = api.server.app.secrets.find(({ path }) => path.endsWith('/Webhook/Secret'))?.value ?? '';
      const expected = webhookSignature({ id, timestamp, body }, secret);
      deliveries.push({ id, signature: header('webhook-signature'), expected, type: JSON.parse(body).type });
      response.writeHead((answers.length > 1 ? answers.shift() : answers[0]) ?? 200).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => receiver.once('listening', listening));
  const { port } = receiver.address() as AddressInfo;
  api = await startPaidApi({}, (app) => {
    const { events } = everyAnswer(app, { events: { thresholds: [80, 100] } });
    events.notifyWebhook({ url: `http://127.0.0.1:${port}/hook` });
    const stack = Stack.of(events);
    new Rule(stack, 'Told', {
      eventBus: events.bus,
      eventPattern: { source: ['cdk-paywall'] },
      targets: [new SqsQueue(new Queue(stack, 'Told-Queue', { queueName: 'told' }))],
    });
  });
  stripe = new StripeSide(String(api.server.stripe?.url));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  sqs = new SQSClient({ region: 'us-east-1', endpoint: api.server.queuesUrl, credentials });
});

afterAll(async () => {
  sqs.destroy();
  await api.close();
  receiver.close();
  receiver.closeAllConnections();
});

/** What the queue has been given of the paywall's events. */
const told: CustomerEvent[] = [];

/** Takes events out of the queue until one of a type is there, or it has taken too long. */
async function untilTold(type: CustomerEventType, customer: string, count = 1): Promise<readonly CustomerEvent[]> {
  const deadline = Date.now() + DEADLINE;
  const QueueUrl = `${api.server.queuesUrl}/000000000000/told`;
  for (;;) {
    const found = told.filter((event) => event['detail-type'] === type && event.detail.customer === customer);
    if (found.length >= count || Date.now() > deadline) {
      return found;
    }
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    for (const { Body = '', ReceiptHandle } of Messages) {
      told.push(JSON.parse(Body) as CustomerEvent);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

test('each event is told as a customer lives through it', async () => {
  // GIVEN a customer who has used up three quarters of the quota
  const { customer, apiKey } = await api.addCustomer({ remaining: 12 });
  const ada = Customer.withKey(api.url, stripe, apiKey);

  // WHEN the rest is spent, and more is wanted
  expect((await ada.call()).status).toBe(200);
  expect((await ada.call()).status).toBe(200);
  expect((await ada.call('POST')).status).toBe(200);
  expect((await ada.call('POST')).status).toBe(200);
  expect((await ada.call()).status).toBe(402);
  expect((await ada.call()).status).toBe(402);

  // THEN both thresholds are told, and one refusal
  const thresholds = await untilTold('QuotaThresholdReached', customer, 2);
  expect(thresholds.map(({ detail }) => detail)).toMatchObject([
    { threshold: 80, used: 40, limit: 50, remaining: 10, plan: 'free' },
    { threshold: 100, used: 50, limit: 50, remaining: 0, plan: 'free' },
  ]);
  const refusals = await untilTold('PaymentRequired', customer);
  expect(refusals.map(({ detail }) => detail)).toMatchObject([
    { reason: 'quota_exhausted', route: 'GET /items/{id}', plan: 'free', requestId: expect.any(String) },
  ]);

  // WHEN he buys units, and then a plan
  await ada.buy({ topUp: '100' });
  expect((await ada.call()).status).toBe(200);
  await ada.buy({ plan: 'pro' });

  // THEN both are told
  const [restored] = await untilTold('QuotaRestored', customer);
  expect(restored?.detail).toMatchObject({ cause: 'units', remaining: 100, limit: 50 });
  const [changed] = await untilTold('PlanChanged', customer);
  expect(changed?.detail).toMatchObject({ plan: 'pro', previousPlan: 'free', limit: 1_000, remaining: 1_099 });

  // WHEN a key is taken away, and the renewal is declined
  const { body: other } = await ada.send('POST', 'billing/keys', { name: 'ci' });
  expect((await ada.send('DELETE', `billing/keys/${other.id}`)).status).toBeLessThan(300);
  await stripe.pull(`customers/${await ada.atStripe()}/card?outcome=failed`);
  await stripe.advance(32 * 86_400);

  // THEN both are told
  const [revoked] = await untilTold('KeyRevoked', customer);
  expect(revoked?.detail).toMatchObject({ keyId: other.id });
  const [failed] = await untilTold('PaymentFailed', customer);
  expect(failed?.detail).toMatchObject({ plan: 'pro', graceEndsAt: expect.stringMatching(/Z$/) });

  // AND nothing was told twice
  expect(new Set(told.map(({ detail }) => detail.id)).size).toBe(told.length);
});

test('the local gateway tells of them whoever develops', async () => {
  const response = await fetch(new URL('/_local/events', api.url));
  const { Events } = (await response.json()) as LocalEvents;

  const types = Events.map(({ Event }) => Event['detail-type']);
  expect(new Set(types)).toEqual(
    new Set([
      'KeyRevoked',
      'PaymentFailed',
      'PaymentRequired',
      'PlanChanged',
      'QuotaRestored',
      'QuotaThresholdReached',
    ]),
  );
  expect(Events[0]).toMatchObject({
    Event: { source: 'cdk-paywall' },
    Rules: expect.arrayContaining([expect.stringMatching(/Webhook\/Rule$/), 'Paid/Told']),
  });
});

test('the webhook gets each of them, signed, and again what it has not taken', async () => {
  const deadline = Date.now() + DEADLINE;
  const [first] = deliveries;
  const hasCome = () => deliveries.filter(({ id }) => id === first?.id).length > 1;
  while (!hasCome() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  expect(hasCome()).toBe(true);
  expect(new Set(deliveries.map(({ id }) => id))).toEqual(new Set(told.map(({ detail }) => detail.id)));
  expect(deliveries).toHaveLength(told.length + 1);
  expect(deliveries.map(({ signature }) => signature)).toEqual(deliveries.map(({ expected }) => expected));
});
