import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { binary, fromOpeningBalance, Key, text } from '../../../lambda/adapters/dynamodb-items';
import { toWireItem } from '../../../lambda/adapters/dynamodb-lean/attribute-values';
import { handle } from '../../../lambda/customer-events/handler';
import type { Balance } from '../../../lambda/domain/balance';
import type { CustomerEvent } from '../../../lambda/domain/customer-events';
import { balance, CATALOGUE, NOW } from '../fixtures';

const TERMS = { paywall: 'shop', catalogue: CATALOGUE, thresholds: [80, 100] };

let sent: CustomerEvent[];
let errors: object[];

beforeEach(() => {
  [sent, errors] = [[], []];
});

/** A bus that takes no event of these customers. */
const bus = (...refused: string[]) => ({
  send: async (events: readonly CustomerEvent[]) => {
    if (events.some(({ detail }) => refused.includes(detail.customer))) {
      throw new Error('away');
    }
    sent.push(...events);
  },
});

const run = (records: readonly DynamoDBRecord[], to = bus(), terms = TERMS) =>
  handle({ Records: records } as DynamoDBStreamEvent, {
    bus: to,
    terms,
    logError: (message, about) => errors.push({ message, ...about }),
  });

function image(overrides: Partial<Balance>, lastEntry?: string) {
  const { keys, ...opening } = balance(overrides);
  const hashes = Object.fromEntries(Object.entries(keys).map(([id, hash]) => [id, binary(hash)]));
  return toWireItem({
    ...fromOpeningBalance(opening),
    keys: { M: hashes },
    ...(lastEntry !== undefined && { lastEntry: text(lastEntry) }),
  });
}

/** A write of a balance, as the stream has it. */
function record(customer: string, before: Partial<Balance>, after: Partial<Balance>, lastEntry?: string) {
  return {
    eventName: 'MODIFY',
    dynamodb: {
      ApproximateCreationDateTime: NOW,
      Keys: Key.balance(customer),
      OldImage: image(before),
      NewImage: image(after, lastEntry),
      SequenceNumber: `${customer}-1`,
    },
  } as DynamoDBRecord;
}

const exhausting = (customer: string) => record(customer, { remaining: 40 }, { remaining: 0 });
const changing = (customer: string) => record(customer, {}, { plan: 'pro', remaining: 1_000 });

test('what a batch has changed is told, in its order', async () => {
  expect(await run([exhausting('c1'), changing('c2')])).toEqual({ batchItemFailures: [] });

  expect(sent.map(({ type, detail }) => [detail.customer, type])).toEqual([
    ['c1', 'QuotaThresholdReached'],
    ['c1', 'QuotaThresholdReached'],
    ['c2', 'PlanChanged'],
  ]);
});

test('images are read with their keys and the last entry, and no hash of a key is told', async () => {
  await run([
    record('c1', { keys: { key001: new Uint8Array(32).fill(1) } }, { keys: {} }),
    record('c1', { remaining: 0 }, { remaining: 5 }, 'settlement#1'),
  ]);

  expect(sent).toMatchObject([{ type: 'KeyRevoked', detail: { customer: 'c1', keyId: 'key001' } }]);
  expect(JSON.stringify(sent)).not.toContain(Buffer.alloc(32, 1).toString('base64'));
});

test.each<[string, object]>([
  ['of an account', { Keys: Key.account('c1') }],
  ['of another partition', { Keys: { pk: { S: 'EVENT#1' }, sk: { S: 'BALANCE' } } }],
  ['that makes a customer', { OldImage: undefined }],
  ['that ends one', { NewImage: undefined }],
])('a write %s tells nothing', async (_, given) => {
  const { dynamodb, ...rest } = exhausting('c1');

  await run([{ ...rest, dynamodb: { ...dynamodb, ...given } } as DynamoDBRecord]);

  expect(sent).toEqual([]);
});

test('where the bus is away, the batch comes again from the first that may not have been told', async () => {
  const few = Array.from({ length: 10 }, (_, index) => changing(`c${index}`));

  const answer = await run([...few, changing('d1'), exhausting('d2'), changing('d3')], bus('d2'));

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'd1-1' }] });
  expect(sent).toHaveLength(10);
  expect(errors).toEqual([{ message: 'events of customers could not be told', customers: 'd1 d2 d3' }]);
});

test('a change that cannot be read holds up what comes after it, and nothing before', async () => {
  const terms = { ...TERMS, catalogue: { ...CATALOGUE, plans: CATALOGUE.plans.slice(1) } };

  const answer = await run(
    [record('c1', { plan: 'max' }, { plan: 'pro' }), exhausting('c2'), changing('c3')],
    bus(),
    terms,
  );

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'c2-1' }] });
  expect(sent.map(({ detail }) => detail.customer)).toContain('c1');
  expect(sent.map(({ detail }) => detail.customer)).not.toContain('c3');
});
