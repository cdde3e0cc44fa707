import { EMPTY, type Invocation, TestEventSources } from './event-source-support';
import { until } from './support';

let sources: TestEventSources;

beforeEach(async () => {
  sources = await TestEventSources.create();
});

afterEach(() => sources.close());

describe('ReportBatchItemFailures', () => {
  const ids = (invocation: Invocation) => invocation.event.Records.map(({ messageId }) => messageId);

  test('keeps the messages that the function names', async () => {
    await sources.sqs.send('1');
    await sources.sqs.send('2');
    sources.start({ reportBatchItemFailures: true });
    const first = await sources.lambda.invocation(1);

    first.answer({ batchItemFailures: [{ itemIdentifier: ids(first)[1] }] });
    await until(() => sources.counts()?.notVisible === 1);
    sources.sqs.clock.pass(30);

    expect((await sources.lambda.invocation(2)).bodies).toEqual(['2']);
    expect(sources.reported).toEqual(['Stack/Worker/Source: 1 of 2 messages failed']);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['no list', {}],
    ['null for a list', { batchItemFailures: null }],
    ['an empty list', { batchItemFailures: [] }],
  ])('%s is a success', async (_, payload) => {
    await sources.sqs.send('1');
    sources.start({ reportBatchItemFailures: true });
    (await sources.lambda.invocation(1)).answer(payload);

    await until(() => sources.counts()?.notVisible === 0);
    expect(sources.counts()).toEqual(EMPTY);
  });

  test.each([
    ['another key', () => ({ batchItemFailures: [{ messageId: '1' }] })],
    ['an empty id', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['null', () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
    [
      'an id beside an unknown one',
      (id: string) => ({ batchItemFailures: [id, 'x'].map((itemIdentifier) => ({ itemIdentifier })) }),
    ],
    ['text', () => 'done'],
  ] as [string, (id: string) => unknown][])('%s makes the whole batch fail', async (_, payload) => {
    await sources.sqs.send('1');
    await sources.sqs.send('2');
    sources.start({ reportBatchItemFailures: true });
    const first = await sources.lambda.invocation(1);

    first.answer(payload(ids(first)[0] ?? ''));
    await until(() => sources.reported.length === 1);

    expect(sources.counts()?.notVisible).toBe(2);
  });

  test('is not looked at where it is off', async () => {
    await sources.sqs.send('1');
    sources.start();
    const first = await sources.lambda.invocation(1);

    first.answer({ batchItemFailures: [{ itemIdentifier: ids(first)[0] }] });

    await until(() => sources.counts()?.notVisible === 0);
    expect(sources.counts()).toEqual(EMPTY);
  });
});
