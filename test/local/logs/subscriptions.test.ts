import { AsynchronousInvocations } from '../../../local/lambda/asynchronous-invocations';
import type { LogEvent } from '../../../local/logs/log-event';
import { createLogSubscriptions } from '../../../local/logs/subscriptions';
import type { LogSubscriptionModel } from '../../../local/template/model';
import { ManualTime, RecordingLambda, settled } from './fake-lambda';

const FAILURE = { ok: false, errorType: 'Error', errorMessage: 'boom' } as const;

function subscribe(...models: Partial<LogSubscriptionModel>[]) {
  const [lambda, time, log] = [new RecordingLambda(), new ManualTime(), [] as string[]];
  const invocations = new AsynchronousInvocations(lambda, { schedule: time.schedule });
  const subscriptions = createLogSubscriptions(
    models.map((model) => ({
      logGroupName: 'access',
      filterPattern: '',
      functionArn: 'fn',
      filterName: 'filter',
      ...model,
    })),
    invocations,
    { log: (line) => log.push(line), clock: () => 1_552_518_348_220, schedule: time.schedule },
  );
  const write = (message: string, event: Partial<LogEvent> = {}) =>
    subscriptions.write({ logGroup: 'access', logStream: 'stream', timestamp: 1, message, ...event });
  const messages = () => lambda.deliveries.map(({ logEvents }) => logEvents.map(({ message }) => message));
  const close = () => {
    subscriptions.close();
    return invocations.close();
  };
  return { lambda, time, log, close, write, messages };
}

describe('batches', () => {
  test('hold what comes within a moment, in the form that CloudWatch Logs gives it', async () => {
    // GIVEN
    const { lambda, time, write } = subscribe({ filterName: 'my-filter', functionArn: 'my-function' });

    // WHEN
    write('one', { timestamp: 10 });
    await time.pass(199);
    write('two', { timestamp: 5 });
    expect(lambda.invocations).toEqual([]);
    await time.pass(1);

    // THEN
    expect(lambda.invocations).toMatchObject([{ functionArn: 'my-function', event: { awslogs: {} } }]);
    expect(lambda.deliveries).toEqual([
      {
        messageType: 'DATA_MESSAGE',
        owner: '000000000000',
        logGroup: 'access',
        logStream: 'stream',
        subscriptionFilters: ['my-filter'],
        logEvents: [
          { id: expect.stringMatching(/^34622316\d{48}$/), timestamp: 10, message: 'one' },
          { id: expect.stringMatching(/^34622316\d{48}$/), timestamp: 5, message: 'two' },
        ],
      },
    ]);
  });

  test('have ids that increase, from one to the next as well', async () => {
    const { lambda, time, write } = subscribe({});

    write('one');
    write('two');
    await time.pass(200);
    write('three');
    await time.pass(200);

    const ids = lambda.deliveries.flatMap(({ logEvents }) => logEvents.map(({ id }) => id));
    expect(new Set(ids).size).toBe(3);
    expect([...ids].sort()).toEqual(ids);
  });

  test('hold events of one stream', async () => {
    const { lambda, time, write } = subscribe({});

    write('one', { logStream: 'a' });
    write('two', { logStream: 'b' });
    write('three', { logStream: 'a' });
    await time.pass(200);

    expect(lambda.deliveries.map(({ logStream, logEvents }) => [logStream, logEvents.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  test('are full at 10,000 events, or 1 MiB', async () => {
    const { lambda, time, write } = subscribe({});

    for (let count = 0; count < 10_001; count += 1) {
      write('x');
    }
    await time.pass(200);
    write('y'.repeat(600_000));
    write('z'.repeat(600_000));
    await time.pass(200);

    expect(lambda.deliveries.map(({ logEvents }) => logEvents.length)).toEqual([10_000, 1, 1, 1]);
  });
});

describe('a subscription gets', () => {
  test('what its pattern matches, of its own log group', async () => {
    const { time, write, messages } = subscribe({ filterPattern: '{ $.status = "5*" }' });

    write('{"status":"500"}');
    write('{"status":"200"}');
    write('{"status":"502"}', { logGroup: 'other' });
    await time.pass(200);

    expect(messages()).toEqual([['{"status":"500"}']]);
  });

  test('nothing where nothing matches', async () => {
    const { lambda, time, write } = subscribe({ filterPattern: 'ERROR' });

    write('fine');

    expect(time.waiting).toBe(0);
    await time.pass(200);
    expect(lambda.invocations).toEqual([]);
  });

  test('the same as others of its log group, under the same id', async () => {
    const { lambda, time, write } = subscribe({ functionArn: 'a' }, { functionArn: 'b' });

    write('one');
    await time.pass(200);

    const [first, second] = lambda.deliveries;
    expect(lambda.invocations.map(({ functionArn }) => functionArn)).toEqual(['a', 'b']);
    expect(first?.logEvents).toEqual(second?.logEvents);
  });
});

describe('an invocation that fails', () => {
  test('is tried twice more, as it was, and then given up', async () => {
    // GIVEN
    const { lambda, time, write, log } = subscribe({});
    lambda.answer = async () => FAILURE;

    // WHEN
    write('one');
    await time.pass(200);
    await time.pass(999);
    expect(lambda.invocations).toHaveLength(1);
    await time.pass(1);
    expect(lambda.invocations).toHaveLength(2);
    await time.pass(2_000);

    // THEN
    const [first, ...others] = lambda.invocations;
    expect(others).toEqual([first, first]);
    expect(log).toEqual(['gave up on 1 log events of access for fn: Error: boom']);
    expect(time.waiting).toBe(0);
  });

  test('is given up no more once it succeeds', async () => {
    const { lambda, time, write, log } = subscribe({});
    lambda.answer = () => (lambda.invocations.length < 2 ? Promise.reject(new Error('a bug')) : success());

    write('one');
    await time.pass(200);
    await time.pass(1_000);

    expect([lambda.invocations.length, log, time.waiting]).toEqual([2, [], 0]);
  });

  test('keeps no later batch waiting', async () => {
    const { lambda, time, write, messages } = subscribe({});
    lambda.answer = async () => FAILURE;

    write('one');
    await time.pass(200);
    write('two');
    await time.pass(200);

    expect(messages()).toEqual([['one'], ['two']]);
  });
});

describe('the end', () => {
  test('delivers what is pending, and waits for it', async () => {
    const { lambda, time, close, write, messages } = subscribe({});
    let finish = (): void => undefined;
    lambda.answer = () => new Promise((resolve) => (finish = () => resolve({ ok: true, payload: null })));

    write('one');
    let closed = false;
    const closing = close().then(() => (closed = true));
    await settled();
    expect([messages(), closed]).toEqual([[['one']], false]);
    finish();
    await closing;

    write('late');
    await time.pass(10_000);
    expect([messages(), time.waiting]).toEqual([[['one']], 0]);
  });

  test('waits for none that hangs, and for no retry', async () => {
    const { lambda, time, close, write, log } = subscribe({}, { logGroupName: 'other', functionArn: 'hangs' });
    lambda.answer = async () => FAILURE;
    write('one');
    await time.pass(200);
    lambda.answer = () => new Promise(() => undefined);
    write('two', { logGroup: 'other' });

    const closing = close();
    await settled();
    expect(log).toEqual(['gave up on 1 log events of access for fn: Error: boom']);
    await time.pass(2_000);
    await closing;

    expect(lambda.invocations.map(({ functionArn }) => functionArn)).toEqual(['fn', 'hangs']);
  });

  test('of an idle one comes at once', async () => {
    const { time, close } = subscribe({});

    await close();

    expect(time.waiting).toBe(0);
  });
});

async function success() {
  return { ok: true, payload: null } as const;
}
