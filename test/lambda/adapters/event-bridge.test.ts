import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBridgeBus } from '../../../lambda/adapters/event-bridge-bus';
import { EventBridgeClient, type PutEventsEntry } from '../../../lambda/adapters/event-bridge-client';
import type { CustomerEvent } from '../../../lambda/domain/customer-events';
import { startEventBridge } from '../../../local/events/put-events';

const BUS = 'arn:aws:events:eu-west-1:111122223333:event-bus/customers';

const event = (keyId: string): CustomerEvent => ({
  type: 'KeyRevoked',
  detail: { id: `id-${keyId}`, paywall: 'shop', customer: 'c1', plan: 'free', at: '2026-11-23T12:00:00Z', keyId },
});

const clientOf = (url: string) =>
  new EventBridgeClient({
    region: 'eu-west-1',
    endpoint: new URL(url),
    credentials: () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' }),
    delays: [1, 1],
  });

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

/** An endpoint that answers what it is told to, the last for good, and what it was asked. */
async function scripted(...answers: readonly [number, object][]) {
  const asked: { headers: NodeJS.Dict<string | string[]>; body: { Entries: PutEventsEntry[] } }[] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const [status, answer] = answers[asked.length] ?? answers.at(-1) ?? [500, {}];
      asked.push({ headers: request.headers, body: JSON.parse(text) });
      response.writeHead(status).end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server?.once('listening', listening));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const taken = (count: number) => ({
  Entries: Array.from({ length: count }, (_, index) => ({ EventId: String(index) })),
});
const THROTTLED = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slowly' };

test('the local EventBridge takes an event as it is meant', async () => {
  const delivered: object[] = [];
  const local = await startEventBridge({
    buses: [{ name: 'customers', arn: BUS }],
    delivery: { deliver: async (name, one) => void delivered.push({ name, ...one }) },
    now: () => 0,
    report: () => undefined,
  });
  try {
    await new EventBridgeBus(clientOf(local.url), BUS).send([event('a')]);
  } finally {
    await local.close();
  }

  expect(delivered).toMatchObject([
    {
      name: 'customers',
      source: 'cdk-paywall',
      'detail-type': 'KeyRevoked',
      time: '2026-11-23T12:00:00Z',
      detail: { keyId: 'a' },
    },
  ]);
});

test('a request is signed for EventBridge, with the role’s session', async () => {
  const { asked, url } = await scripted([200, taken(1)]);

  await new EventBridgeBus(clientOf(url), BUS).send([event('a')]);

  const headers = asked[0]?.headers;
  expect(headers?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/events\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
  );
  expect(headers).toMatchObject({
    'x-amz-target': 'AWSEvents.PutEvents',
    'x-amz-security-token': 'token',
    host: url.slice(7),
  });
});

test('ten events go at a time', async () => {
  const { asked, url } = await scripted([200, taken(10)], [200, taken(2)]);

  await new EventBridgeBus(clientOf(url), BUS).send(Array.from({ length: 12 }, (_, index) => event(String(index))));

  expect(asked.map(({ body }) => body.Entries.length)).toEqual([10, 2]);
});

test('those that were refused are sent again, and those alone', async () => {
  const { asked, url } = await scripted([200, { Entries: [{ EventId: '1' }, THROTTLED] }], [200, taken(1)]);

  await new EventBridgeBus(clientOf(url), BUS).send([event('a'), event('b')]);

  expect(asked.map(({ body }) => body.Entries.map(({ Detail }) => JSON.parse(Detail).keyId))).toEqual([
    ['a', 'b'],
    ['b'],
  ]);
});

test('who is refused again and again is told why', async () => {
  const { url } = await scripted([200, { Entries: [THROTTLED] }]);

  await expect(new EventBridgeBus(clientOf(url), BUS).send([event('a')])).rejects.toThrow(
    'EventBridge has not taken 1 of 1 events: ThrottlingException: slowly',
  );
});

test.each<[string, [number, object]]>([
  ['fails', [500, { __type: 'InternalException' }]],
  ['is asked too often', [400, { __type: 'com.amazon#ThrottlingException' }]],
])('an endpoint that %s is asked again', async (_, answer) => {
  const { asked, url } = await scripted(answer, answer, [200, taken(1)]);

  await clientOf(url).putEvents([]);

  expect(asked).toHaveLength(3);
});

test('a refusal is final, and the words after its first line, where the session token may be, stay out of it', async () => {
  const { asked, url } = await scripted([400, { __type: 'x#AccessDeniedException', message: 'not allowed\ntoken' }]);

  await expect(clientOf(url).putEvents([])).rejects.toThrow(/^AccessDeniedException: not allowed \(HTTP 400\)$/);
  expect(asked).toHaveLength(1);
});

test('an endpoint that is away is told so', async () => {
  await expect(clientOf('http://127.0.0.1:1').putEvents([])).rejects.toThrow(
    /^EventBridge has not answered: fetch failed/,
  );
});
