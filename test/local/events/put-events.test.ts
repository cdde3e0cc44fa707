import { EventBuses } from '../../../local/events/event-buses';
import { startEventBridge } from '../../../local/events/put-events';
import { AsynchronousInvocations } from '../../../local/lambda/asynchronous-invocations';
import type { LoopbackServer } from '../../../local/loopback-server';
import type { EventRuleModel } from '../../../local/template/model';
import { ManualTime, RecordingLambda } from '../logs/fake-lambda';
import { queueModel, TestQueues } from '../queues/support';

const ACCOUNT = 'arn:aws:events:eu-west-1:111122223333';
const ORDERS = { name: 'orders', arn: `${ACCOUNT}:event-bus/orders` };
const ENTRY = { EventBusName: 'orders', Source: 'shop', DetailType: 'Ordered', Detail: '{"units":5}' };

let queues: TestQueues;
let server: LoopbackServer;
let lambda: RecordingLambda;
let buses: EventBuses;
let reported: string[];

async function start(...rules: Partial<EventRuleModel>[]) {
  [lambda, reported] = [new RecordingLambda(), []];
  const time = new ManualTime();
  const invocations = new AsynchronousInvocations(lambda, { schedule: time.schedule });
  const report = (line: string) => void reported.push(line);
  buses = new EventBuses({
    rules: rules.map((rule) => ({
      path: 'Stack/Rule',
      arn: `${ACCOUNT}:rule/orders/mine`,
      eventBusName: 'orders',
      pattern: { source: ['shop'] },
      targetArn: queueModel('orders').arn,
      ...rule,
    })),
    queues: queues.queues,
    invocations: () => invocations,
    now: () => 0,
    report,
  });
  server = await startEventBridge({ buses: [ORDERS], delivery: buses, now: () => 0, report });
}

async function putEvents(...entries: object[]) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 local', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: JSON.stringify({ Entries: entries }),
  });
  return { status: response.status, body: await response.json() };
}

beforeEach(async () => {
  queues = await TestQueues.start(
    queueModel('orders'),
    queueModel('dead'),
    queueModel('small', { maximumMessageSizeBytes: 1 }),
  );
});

afterEach(async () => {
  await server.close();
  await queues.close();
});

test('an event comes to the queues and functions whose rules it matches', async () => {
  await start({}, { targetArn: 'fn' }, { targetArn: 'other', pattern: { source: ['stock'] } });

  const { status, body } = await putEvents({
    ...ENTRY,
    EventBusName: ORDERS.arn,
    Resources: ['r'],
    Time: 1_800_000_000,
  });

  const event = {
    version: '0',
    id: body.Entries[0].EventId,
    'detail-type': 'Ordered',
    source: 'shop',
    account: '111122223333',
    time: '2027-01-15T08:00:00Z',
    region: 'eu-west-1',
    resources: ['r'],
    detail: { units: 5 },
  };
  expect([status, body]).toEqual([200, { FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] }]);
  expect((await queues.bodies()).map((text) => JSON.parse(text ?? ''))).toEqual([event]);
  expect(lambda.invocations).toMatchObject([{ functionArn: 'fn', event }]);
  expect(buses.recent).toEqual([{ eventBusName: 'orders', event, rules: ['Stack/Rule'] }]);
});

test.each<[string, object, string]>([
  ['without a source', { Source: undefined }, 'InvalidArgument'],
  ['without a type', { DetailType: '' }, 'InvalidArgument'],
  ['whose detail is not JSON', { Detail: '{' }, 'MalformedDetail'],
  ['whose detail is no object', { Detail: '[1]' }, 'MalformedDetail'],
  ['that claims to be AWS’s', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
  ['that is too large', { Detail: JSON.stringify({ text: 'x'.repeat(262_144) }) }, 'InvalidArgument'],
])('an event %s is refused by itself', async (_, given, code) => {
  await start({});

  const { body } = await putEvents({ ...ENTRY, ...given }, ENTRY);

  expect(body).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode: code }, { EventId: expect.any(String) }] });
  expect(buses.recent).toHaveLength(1);
});

test('eleven events at once are refused, and so are none', async () => {
  await start();

  expect((await putEvents(...Array.from({ length: 11 }, () => ENTRY))).status).toBe(400);
  expect((await putEvents()).status).toBe(400);
});

test('an event for a bus that is not there is taken, as EventBridge does it, and that is told', async () => {
  await start();

  const { body } = await putEvents({ ...ENTRY, EventBusName: 'orderz' });

  expect(body.FailedEntryCount).toBe(0);
  expect([reported, buses.recent]).toEqual([
    ['an event Ordered was sent to the event bus orderz, which is not in this app'],
    [],
  ]);
});

test('an event that a queue does not take ends in the dead-letter queue, as it came', async () => {
  await start({
    targetArn: queueModel('small').arn,
    deadLetterQueueArn: queueModel('dead').arn,
    input: { kind: 'path', path: '$.detail' },
  });

  await putEvents(ENTRY);

  const [letter] = await queues.receive({ QueueUrl: queues.url('dead'), MessageAttributeNames: ['All'] });
  expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ 'detail-type': 'Ordered', detail: { units: 5 } });
  expect(letter?.MessageAttributes).toMatchObject({
    RULE_ARN: { StringValue: `${ACCOUNT}:rule/orders/mine` },
    TARGET_ARN: { StringValue: queueModel('small').arn },
  });
  expect(reported).toEqual([expect.stringMatching(/^Stack\/Rule: gave up on Ordered for arn:aws:sqs:.*:small: /)]);
});

test('the last hundred events are remembered', async () => {
  await start();

  for (let batch = 0; batch < 12; batch++) {
    await putEvents(
      ...Array.from({ length: 10 }, (_, index) => ({ ...ENTRY, DetailType: String(batch * 10 + index) })),
    );
  }

  const types = buses.recent.map(({ event }) => event['detail-type']);
  expect([types.length, types[0], types.at(-1)]).toEqual([100, '20', '119']);
});
