import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { handle } from '../../../lambda/customer-webhook/handler';
import { webhookSignature } from '../../../lambda/domain/webhook-signature';

const SECRET = 'A'.repeat(44);
const NOW = 1_800_000_000;

let server: Server;
let url: string;
let received: { headers: IncomingHttpHeaders; body: string }[];
let hidden: [string, number][];
let errors: object[];
let statusOf: (body: string) => number;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(statusOf(body), { location: '/elsewhere' }).end('thanks');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  [received, hidden, errors] = [[], [], []];
  statusOf = () => 204;
});

const run = (records: SQSRecord[], overrides: Partial<Parameters<typeof handle>[1]> = {}) =>
  handle({ Records: records } as SQSEvent, {
    url,
    clock: () => NOW,
    secrets: async () => SECRET,
    hide: async (receipt, seconds) => void hidden.push([receipt, seconds]),
    logError: (message, about) => errors.push({ message, ...about }),
    ...overrides,
  });

function message(id: string, receiveCount = 1): SQSRecord {
  const detail = { id, customer: 'c1', at: '2026-11-23T12:00:00Z' };
  const body = JSON.stringify({ 'detail-type': 'PlanChanged', source: 'cdk-paywall', detail });
  const attributes = { ApproximateReceiveCount: String(receiveCount) };
  return { messageId: `m-${id}`, receiptHandle: `r-${id}`, body, attributes } as SQSRecord;
}

test('an event is sent as Standard Webhooks has it, and its receiver can verify it', async () => {
  expect(await run([message('e1')])).toEqual({ batchItemFailures: [] });

  const [{ headers, body } = { headers: {}, body: '' }] = received;
  expect(JSON.parse(body)).toEqual({
    type: 'PlanChanged',
    timestamp: '2026-11-23T12:00:00Z',
    data: { id: 'e1', customer: 'c1', at: '2026-11-23T12:00:00Z' },
  });
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': 'e1',
    'webhook-timestamp': String(NOW),
    'webhook-signature': webhookSignature({ id: 'e1', timestamp: NOW, body }, SECRET),
  });
});

test.each([301, 400, 410, 500])(
  'what is answered with %s stays in the queue, and is hidden for longer each time',
  async (status) => {
    statusOf = (body) => (body.includes('"bad"') ? status : 200);

    const answer = await run([message('good'), message('bad', 3)]);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-bad' }] });
    expect(hidden).toEqual([['r-bad', 135]]);
    expect(errors).toEqual([{ message: 'an event was not taken', event: 'bad', type: 'PlanChanged', attempts: '3' }]);
    expect(received).toHaveLength(2);
  },
);

test('a receiver who is away, and a secret that cannot be read, are failures like any other', async () => {
  const answers = [
    await run([message('e1')], { url: 'http://127.0.0.1:1/' }),
    await run([message('e1')], { secrets: () => Promise.reject(new Error('denied')) }),
  ];

  expect(answers).toEqual([1, 2].map(() => ({ batchItemFailures: [{ itemIdentifier: 'm-e1' }] })));
});

test('where the next attempt cannot be put off, the message still comes again', async () => {
  statusOf = () => 500;

  const answer = await run([message('e1')], { hide: () => Promise.reject(new Error('throttled')) });

  expect(answer.batchItemFailures).toHaveLength(1);
  expect(errors).toHaveLength(2);
});
