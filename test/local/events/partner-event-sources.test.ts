import { EventBuses } from '../../../local/events/event-buses';
import { partnerEventSources } from '../../../local/events/partner-event-sources';
import { AsynchronousInvocations } from '../../../local/lambda/asynchronous-invocations';
import type { EventRuleModel } from '../../../local/template/model';
import { ManualTime, RecordingLambda } from '../logs/fake-lambda';

const BUS = 'aws.partner/stripe.com/ed_1';
const PAID = { type: 'invoice.paid', created: 1_800_000_000, detail: { id: 'evt_1', object: 'event' } };

function start(...rules: Partial<EventRuleModel>[]) {
  const [lambda, time, reported] = [new RecordingLambda(), new ManualTime(), [] as string[]];
  const invocations = new AsynchronousInvocations(lambda, { schedule: time.schedule });
  const models = rules.map((rule) => ({
    path: 'Stack/Rule',
    arn: `arn:aws:events:eu-west-1:111122223333:rule/${BUS}/rule`,
    eventBusName: BUS,
    pattern: { 'detail-type': ['invoice.paid'] },
    targetArn: 'fn',
    ...rule,
  }));
  const delivery = new EventBuses({
    rules: models,
    queues: { queue: () => undefined },
    invocations: () => invocations,
    now: time.clock,
    report: (line) => reported.push(line),
  });
  return { lambda, time, reported, destinations: partnerEventSources({ rules: models, delivery }) };
}

test('an event comes to the function as EventBridge wraps it', async () => {
  const { lambda, destinations } = start({});

  await destinations[0]?.deliver(PAID);

  expect(lambda.invocations.map(({ functionArn, event }) => [functionArn, event])).toEqual([
    [
      'fn',
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'invoice.paid',
        source: BUS,
        account: '111122223333',
        time: '2027-01-15T08:00:00Z',
        region: 'eu-west-1',
        resources: [],
        detail: { id: 'evt_1', object: 'event' },
      },
    ],
  ]);
});

test('each rule that wants the event invokes its function, with constant input where it has some', async () => {
  const { lambda, destinations } = start(
    { targetArn: 'one' },
    { targetArn: 'other', pattern: { 'detail-type': ['invoice.created'] } },
    { targetArn: 'two', input: { kind: 'constant', json: '{"job":"tidy"}' } },
  );

  await destinations[0]?.deliver(PAID);

  expect(lambda.invocations.map(({ functionArn }) => functionArn)).toEqual(['one', 'two']);
  expect(lambda.invocations[1]?.event).toEqual({ job: 'tidy' });
});

test('each event bus is a destination, and its rules see its events alone', async () => {
  const { lambda, destinations } = start(
    { targetArn: 'one' },
    { targetArn: 'two' },
    { targetArn: 'other', eventBusName: 'aws.partner/stripe.com/ed_2' },
    { targetArn: 'own', eventBusName: 'orders' },
  );

  expect(destinations.map(({ id }) => id)).toEqual(['ed_1', 'ed_2']);
  await destinations[1]?.deliver(PAID);
  expect(lambda.invocations.map(({ functionArn }) => functionArn)).toEqual(['other']);
});

test('who delivers waits for the function, also while it is tried again, and what is given up is told', async () => {
  const { lambda, time, reported, destinations } = start({});
  lambda.answer = async () => ({ ok: false, errorType: 'Error', errorMessage: 'no' });

  let isOver = false;
  const delivered = destinations[0]?.deliver(PAID).then(() => {
    isOver = true;
  });
  await time.pass(1_000);
  expect([lambda.invocations.length, isOver]).toEqual([2, false]);
  await time.pass(2_000);
  await delivered;

  expect(lambda.invocations).toHaveLength(3);
  expect(reported).toEqual([expect.stringMatching(/^Stack\/Rule: gave up on invoice.paid for fn: Error: no$/)]);
});

test('an event is not taken while Lambda is not up', async () => {
  const rule = { path: 'Stack/Rule', arn: '', eventBusName: BUS, pattern: {}, targetArn: 'fn' };
  const around = { queues: { queue: () => undefined }, invocations: () => undefined, now: Date.now };
  const delivery = new EventBuses({ rules: [rule], ...around, report: () => undefined });
  const [destination] = partnerEventSources({ rules: [rule], delivery });

  await expect(destination?.deliver(PAID)).rejects.toThrow('there is no EventBridge yet');
});
