import type { DynamoDBStreamEvent } from 'aws-lambda';
import type { InvocationResult } from '../../../local/lambda/runtime';
import { Database } from '../../../local/store/database';
import { deleteItem, putItem, updateItem } from '../../../local/store/item-operations';
import { createTable } from '../../../local/store/table-operations';
import { deleteExpired, setTimeToLive } from '../../../local/store/time-to-live';
import { transactWriteItems } from '../../../local/store/transactions';
import { type StreamSources, startStreamSources } from '../../../local/streams/stream-sources';
import type { StreamModel, StreamSourceModel } from '../../../local/template/model';
import { RecordingLambda } from '../logs/fake-lambda';
import { queueModel, TestClock, TestQueues } from '../queues/support';
import { DEFINITION } from '../store/client';

const TableName = 'Paywall';
const STREAM: StreamModel = {
  arn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/Paywall/stream/local',
  table: TableName,
  viewType: 'NEW_AND_OLD_IMAGES',
};
const NOW = Date.UTC(2026, 0, 1);
const OK: InvocationResult = { ok: true, payload: null };
const FAILED: InvocationResult = { ok: false, errorType: 'Error', errorMessage: 'a bug' };

type Records = DynamoDBStreamEvent['Records'];

const open: StreamSources[] = [];
let queues: TestQueues | undefined;

afterEach(async () => {
  await Promise.all(open.splice(0).map((sources) => sources.close()));
  await queues?.close();
  queues = undefined;
});

/** A table, and functions that its stream invokes, which answer what `handle` says. */
function start(handle: (records: Records) => InvocationResult, ...props: Partial<StreamSourceModel>[]) {
  const database = new Database();
  createTable(database, { ...DEFINITION, TableName });
  const lambda = new RecordingLambda();
  const [batches, reported, clock]: [Records[], string[], TestClock] = [[], [], new TestClock()];
  lambda.answer = async () => {
    const [{ event } = { event: undefined }] = lambda.invocations.slice(-1);
    const { Records } = event as DynamoDBStreamEvent;
    batches.push(Records);
    return handle(Records);
  };
  const sources = (props.length === 0 ? [{}] : props).map((given) => ({
    path: 'Stack/Fn/Source',
    stream: STREAM,
    functionArn: 'fn',
    batchSize: 100,
    maximumBatchingWindowSeconds: 0,
    filters: [],
    reportBatchItemFailures: false,
    bisectBatchOnFunctionError: false,
    ...given,
  }));
  open.push(
    startStreamSources({
      streamSources: sources,
      store: database,
      queues: queues?.queues ?? { queue: () => undefined },
      lambda,
      clock,
      now: () => NOW,
      report: (line) => reported.push(line),
    }),
  );
  return { database, lambda, batches, clock, reported };
}

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
const put = (database: Database, pk: string, units = 1) =>
  putItem(database, { TableName, Item: { ...key(pk), units: { N: String(units) } } });
const keysOf = (records: Records = []) => records.map(({ dynamodb }) => dynamodb?.Keys?.pk?.S);

/** All that needs no time has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a function gets each change of an item, as a stream of DynamoDB has it', async () => {
  const { database, batches } = start(() => OK);

  put(database, 'a');
  updateItem(database, {
    TableName,
    Key: key('a'),
    UpdateExpression: 'SET units = :units',
    ExpressionAttributeValues: { ':units': { N: '2' } },
  });
  deleteItem(database, { TableName, Key: key('a') });
  await settled();

  const [one, two] = ['1', '2'].map((units) => ({ ...key('a'), units: { N: units } }));
  const records = batches.flat();
  expect(records.map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage, dynamodb?.NewImage])).toEqual([
    ['INSERT', undefined, one],
    ['MODIFY', one, two],
    ['REMOVE', two, undefined],
  ]);
  expect(records[1]).toEqual({
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    eventSourceARN: STREAM.arn,
    dynamodb: {
      ApproximateCreationDateTime: NOW / 1000,
      Keys: key('a'),
      OldImage: one,
      NewImage: two,
      SequenceNumber: expect.stringMatching(/^\d{21}$/),
      SizeBytes: expect.any(Number),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
  const numbers = records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
  expect(numbers).toEqual([...new Set(numbers)].sort());
});

test.each<[StreamModel['viewType'], string[]]>([
  ['KEYS_ONLY', []],
  ['NEW_IMAGE', ['NewImage']],
  ['OLD_IMAGE', ['OldImage']],
  ['NEW_AND_OLD_IMAGES', ['NewImage', 'OldImage']],
])('a stream of %s has these images: %j', async (viewType, images) => {
  const { database, batches } = start(() => OK, { stream: { ...STREAM, viewType } });

  put(database, 'a', 1);
  put(database, 'a', 2);
  await settled();

  const { dynamodb = {} } = batches.flat()[1] ?? {};
  expect(Object.keys(dynamodb).filter((name) => name.endsWith('Image'))).toEqual(images);
});

test('a write that leaves the item as it was is no change', async () => {
  const { database, batches } = start(() => OK);

  put(database, 'a', 1);
  put(database, 'a', 1);
  deleteItem(database, { TableName, Key: key('nobody') });
  await settled();

  expect(batches.flat()).toHaveLength(1);
});

test('what time has deleted says who has done it, and the changes of a transaction are there all', async () => {
  const { database, batches } = start(() => OK);
  setTimeToLive(database, TableName, 'expiresAt');

  transactWriteItems(database, {
    TransactItems: ['a', 'b'].map((pk) => ({
      Put: { TableName, Item: { ...key(pk), expiresAt: { N: '1800000000' } } },
    })),
  });
  deleteItem(database, { TableName, Key: key('b') });
  deleteExpired(database, 1_800_000_001);
  await settled();

  const seen = batches.flat().map(({ eventName, userIdentity }) => [eventName, userIdentity]);
  expect(seen).toEqual([
    ['INSERT', undefined],
    ['INSERT', undefined],
    ['REMOVE', undefined],
    ['REMOVE', { type: 'Service', principalId: 'dynamodb.amazonaws.com' }],
  ]);
});

test('a batch is what the window brings, and no more than its size', async () => {
  const { database, batches, clock } = start(() => OK, { batchSize: 3, maximumBatchingWindowSeconds: 5 });

  for (const pk of ['a', 'b', 'c', 'd']) put(database, pk);
  await settled();
  expect(batches.map(keysOf)).toEqual([['a', 'b', 'c']]);

  clock.pass(4);
  await settled();
  expect(batches).toHaveLength(1);

  clock.pass(1);
  await settled();
  expect(batches.map(keysOf)).toEqual([['a', 'b', 'c'], ['d']]);
});

test('each function gets what its filters let through', async () => {
  const wanted = { eventName: ['MODIFY'], dynamodb: { NewImage: { units: { N: ['3'] } } } };
  const { database, lambda } = start(
    () => OK,
    { functionArn: 'all', batchSize: 1 },
    { functionArn: 'some', filters: [wanted, { dynamodb: { Keys: { pk: { S: [{ prefix: 'b' }] } } } }] },
  );

  put(database, 'a', 1);
  put(database, 'a', 2);
  put(database, 'a', 3);
  put(database, 'b', 1);
  await settled();

  const seen = lambda.invocations.flatMap(({ functionArn, event }) =>
    (event as DynamoDBStreamEvent).Records.map(({ eventName, dynamodb }) => [
      functionArn,
      eventName,
      dynamodb?.Keys?.pk?.S,
    ]),
  );
  expect(seen.filter(([fn]) => fn === 'all')).toHaveLength(4);
  expect(seen.filter(([fn]) => fn === 'some')).toEqual([
    ['some', 'MODIFY', 'a'],
    ['some', 'INSERT', 'b'],
  ]);
});

test('a batch that fails is tried again, holds up what comes after it, and is told of when it is given up', async () => {
  // GIVEN
  queues = await TestQueues.start(queueModel('dead'));
  const { database, batches, clock, reported } = start((records) => (keysOf(records).includes('bad') ? FAILED : OK), {
    maximumRetryAttempts: 2,
    onFailureQueueArn: queueModel('dead').arn,
  });

  // WHEN
  put(database, 'bad');
  await settled();
  put(database, 'later');
  await settled();

  // THEN
  expect(batches.map(keysOf)).toEqual([['bad']]);
  clock.pass(1);
  await settled();
  clock.pass(2);
  await settled();
  expect(batches.map(keysOf)).toEqual([['bad'], ['bad'], ['bad'], ['later']]);
  expect(reported.at(-1)).toBe('Stack/Fn/Source: gave up on 1 records after 3 attempts');
  queues.clock.pass(1);
  const [letter] = await queues.receive({ QueueUrl: queues.url('dead') });
  const [record] = batches[0] ?? [];
  expect(JSON.parse(letter?.Body ?? '')).toMatchObject({
    requestContext: { functionArn: 'fn', condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
    DDBStreamBatchInfo: {
      startSequenceNumber: record?.dynamodb?.SequenceNumber,
      endSequenceNumber: record?.dynamodb?.SequenceNumber,
      batchSize: 1,
      streamArn: STREAM.arn,
    },
  });
});

test('a batch is halved until the record that fails is alone, which counts for no attempt', async () => {
  const { database, batches, reported } = start((records) => (keysOf(records).includes('c') ? FAILED : OK), {
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: 0,
    batchSize: 4,
    maximumBatchingWindowSeconds: 60,
  });

  for (const pk of ['a', 'b', 'c', 'd']) put(database, pk);
  await settled();

  expect(batches.map(keysOf)).toEqual([['a', 'b', 'c', 'd'], ['a', 'b'], ['c', 'd'], ['c'], ['d']]);
  expect(reported.at(-1)).toBe('Stack/Fn/Source: gave up on 1 records after 1 attempts');
});

test('a function that tells where it failed gets what is from there on', async () => {
  let failures = 1;
  const { database, batches, clock } = start(
    (records) => {
      const third = records.find(({ dynamodb }) => dynamodb?.Keys?.pk?.S === 'c')?.dynamodb?.SequenceNumber;
      failures -= 1;
      return failures < 0 ? OK : { ok: true, payload: { batchItemFailures: [{ itemIdentifier: third }] } };
    },
    { reportBatchItemFailures: true, batchSize: 4, maximumBatchingWindowSeconds: 60 },
  );

  for (const pk of ['a', 'b', 'c', 'd']) put(database, pk);
  await settled();
  clock.pass(1);
  await settled();

  expect(batches.map(keysOf)).toEqual([
    ['a', 'b', 'c', 'd'],
    ['c', 'd'],
  ]);
});

test('what is older than the mapping wants is given up, though it could be tried again', async () => {
  const { database, batches, clock, reported } = start(() => FAILED, { maximumRecordAgeSeconds: 60 });

  put(database, 'a');
  await settled();
  for (let attempt = 0; attempt < 8; attempt++) {
    clock.pass(30);
    await settled();
  }

  expect(batches.length).toBeLessThan(6);
  expect(reported.at(-1)).toMatch(/^Stack\/Fn\/Source: gave up on 1 records/);
});

test('a table of a stream that nobody reads tells nobody anything', () => {
  const watched: string[] = [];
  open.push(
    startStreamSources({
      streamSources: [],
      store: { watch: (table) => watched.push(table) },
      queues: { queue: () => undefined },
      lambda: new RecordingLambda(),
      now: () => NOW,
      report: () => undefined,
    }),
  );

  expect(watched).toEqual([]);
});
