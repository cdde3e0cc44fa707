import { AsynchronousInvocations } from '../../../local/lambda/asynchronous-invocations';
import { startSchedules } from '../../../local/schedules/schedules';
import type { ScheduleModel } from '../../../local/template/model';
import { ManualTime, RecordingLambda } from '../logs/fake-lambda';

const RULE = 'arn:aws:events:eu-west-1:111122223333:rule/rule';
const MINUTE = 60_000;

function start(...models: Partial<ScheduleModel>[]) {
  const [lambda, time, reported] = [new RecordingLambda(), new ManualTime(), [] as string[]];
  const invocations = new AsynchronousInvocations(lambda, { schedule: time.schedule });
  const schedules = startSchedules({
    schedules: models.map((model) => ({
      path: 'Stack/Rule',
      arn: RULE,
      source: 'aws.events',
      expression: 'rate(5 minutes)',
      functionArn: 'fn',
      ...model,
    })),
    invocations,
    report: (line) => reported.push(line),
    clock: time.clock,
    schedule: time.schedule,
  });
  const passMinutes = async (count: number) => {
    for (let minute = 0; minute < count; minute += 1) {
      await time.pass(MINUTE);
    }
  };
  const times = () => lambda.invocations.map(({ event }) => (event as { time: string }).time.slice(11));
  return { lambda, time, reported, schedules, passMinutes, times };
}

test('a rule invokes its function with the scheduled event, again and again', async () => {
  // GIVEN
  const { lambda, passMinutes, times } = start({});

  // WHEN
  await passMinutes(4);
  expect(lambda.invocations).toEqual([]);
  await passMinutes(8);

  // THEN
  expect(times()).toEqual(['00:05:00Z', '00:10:00Z']);
  expect(lambda.invocations[0]).toMatchObject({
    functionArn: 'fn',
    event: {
      version: '0',
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '111122223333',
      time: '1970-01-01T00:05:00Z',
      region: 'eu-west-1',
      resources: [RULE],
      detail: {},
    },
  });
});

test('a schedule of EventBridge Scheduler gives itself as the source', async () => {
  const { lambda, passMinutes } = start({ source: 'aws.scheduler', arn: 'arn:aws:scheduler:r:a:schedule/default/s' });

  await passMinutes(5);

  expect(lambda.invocations).toMatchObject([{ event: { source: 'aws.scheduler', region: 'r', detail: '{}' } }]);
});

test('constant input is what the function gets', async () => {
  const { lambda, passMinutes } = start({ input: '{"job":"tidy"}' });

  await passMinutes(5);

  expect(lambda.invocations).toMatchObject([{ event: { job: 'tidy' } }]);
});

test('cron and rate run side by side', async () => {
  const { passMinutes, times } = start({ expression: 'cron(0/3 * * * ? *)' }, {});

  await passMinutes(6);

  expect(times()).toEqual(['00:03:00Z', '00:05:00Z', '00:06:00Z']);
});

test('what a machine slept through is run once, and the next comes in its time', async () => {
  // GIVEN
  const { time, passMinutes, times } = start({});

  // WHEN the timer comes an hour late
  await time.pass(62 * MINUTE);
  await passMinutes(5);

  // THEN
  expect(times()).toEqual(['00:05:00Z', '01:07:00Z']);
});

test('a function that fails is tried three times', async () => {
  const { lambda, time, reported, passMinutes } = start({});
  lambda.answer = async () => ({ ok: false, errorType: 'Error', errorMessage: 'boom' });

  await passMinutes(5);
  await time.pass(1_000);
  await time.pass(2_000);

  expect(lambda.invocations).toHaveLength(3);
  expect(reported).toEqual(['Stack/Rule: gave up on an event for fn: Error: boom']);
});

test('closed, it invokes nothing, and nothing waits', async () => {
  const { lambda, time, schedules, passMinutes } = start({}, { expression: 'cron(* * * * ? *)' });

  schedules.close();
  await passMinutes(10);

  expect([lambda.invocations, time.waiting]).toEqual([[], 0]);
});

test('an expression whose times have passed waits for nothing', () => {
  const { time } = start({ expression: 'cron(0 0 30 2 ? *)' });

  expect(time.waiting).toBe(0);
});
