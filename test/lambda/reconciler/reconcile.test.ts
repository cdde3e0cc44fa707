import type Stripe from 'stripe';
import { DynamoDbCursor, type Progress } from '../../../lambda/adapters/dynamodb-cursor';
import { type ReconcileDependencies, ReconcileMemory, reconcile } from '../../../lambda/reconciler/reconcile';
import { EmbeddedTable } from '../adapters/embedded';
import { NOW } from '../fixtures';
import { event } from '../payments/events';
import { customerAtStripe } from '../payments/objects';

const HOUR = 3_600;

let listed: Stripe.Event[];
let asked: number[];
let retrieved: string[];
let processed: string[];
let failing: Set<string>;
let dead: string[];
let lags: number[];
let now: number;
let cursor: DynamoDbCursor;
let dependencies: ReconcileDependencies;

const at = (id: string, created: number) => event('customer.deleted', customerAtStripe('cus_1'), { id, created });

beforeEach(() => {
  const table = new EmbeddedTable();
  [listed, asked, retrieved, processed, failing, dead, lags, now] = [[], [], [], [], new Set(), [], [], NOW];
  cursor = new DynamoDbCursor(table.client, table.table);
  dependencies = {
    events: {
      since: async function* (created) {
        asked.push(created);
        yield* listed.filter((each) => each.created >= created);
      },
      retrieve: async (id) => {
        retrieved.push(id);
        return listed.find((each) => each.id === id) ?? Promise.reject(new Error(`no event ${id}`));
      },
    },
    cursor,
    process: async ({ id }) => {
      if (failing.has(id)) {
        throw new Error('no plan gold');
      }
      const outcome = processed.includes(id) ? 'duplicate' : 'processed';
      processed.push(id);
      return outcome;
    },
    deadLetter: async ({ id }) => {
      dead.push(id);
    },
    clock: () => now,
    memory: new ReconcileMemory(),
    tellLag: (seconds) => lags.push(seconds),
  };
});

const startAt = (created: number) => cursor.write({ created, failing: new Map() });
const created = async () => (await cursor.read())?.created;

test('the first run looks back three days, and brings what no webhook has', async () => {
  listed = [at('evt_1', NOW - 9_000), at('evt_2', NOW - 60)];
  expect(await reconcile(dependencies)).toEqual({ listed: 2, missed: 2, failed: 0 });
  expect(processed).toEqual(['evt_1', 'evt_2']);
  expect(asked).toEqual([NOW - 3 * 86_400 - 600]);
  expect(await created()).toBe(NOW - 60);
});

test('the next begins ten minutes before its last event, and finds that done', async () => {
  await startAt(NOW - 60);
  processed = ['evt_2'];
  listed = [at('evt_1', NOW - 9_000), at('evt_2', NOW - 60), at('evt_3', NOW - 30)];
  expect(await reconcile(dependencies)).toEqual({ listed: 2, missed: 1, failed: 0 });
  expect(asked).toEqual([NOW - 660]);
});

test('an event that became visible late is not missed', async () => {
  await startAt(NOW - 60);
  listed = [at('evt_late', NOW - 300)];
  expect(await reconcile(dependencies)).toMatchObject({ missed: 1 });
  expect(await created()).toBe(NOW - 60);
});

test('one that fails holds up none that follows, and is tried again until it is done', async () => {
  listed = [at('evt_1', NOW - 9_000), at('evt_2', NOW - 60)];
  failing.add('evt_1');
  expect(await reconcile(dependencies)).toEqual({ listed: 2, missed: 1, failed: 1 });
  expect([dead, processed, await created()]).toEqual([[], ['evt_2'], NOW - 60]);
  failing.clear();
  now += 900;
  expect(await reconcile(dependencies)).toEqual({ listed: 1, missed: 1, failed: 0 });
  expect(retrieved).toEqual(['evt_1']);
  now += 900;
  await reconcile(dependencies);
  expect([retrieved, dead, processed]).toEqual([['evt_1'], [], ['evt_2', 'evt_1']]);
});

test('a run tells for how long the oldest event had waited that was not carried out', async () => {
  await startAt(NOW - 60);
  // WHEN webhooks have brought all of them, however long ago the last one was
  listed = [at('evt_1', NOW - 60)];
  processed = ['evt_1'];
  now = NOW + 86_400;
  await reconcile(dependencies);
  // AND one has not come, and another fails
  listed.push(at('evt_2', now - 500), at('evt_3', now - 400));
  failing.add('evt_3');
  await reconcile(dependencies);
  // AND that goes on, until it is for the operator to see
  for (let run = 0; run < 6; run++) {
    now += 900;
    await reconcile(dependencies);
  }
  expect(lags).toEqual([0, 500, 1_300, 2_200, 3_100, 0, 0, 0]);
});

test('one that fails for an hour goes to the operator, once, whether it is listed still or not', async () => {
  listed = [at('evt_1', NOW - 9_000), at('evt_2', NOW - 60)];
  failing.add('evt_1').add('evt_2');
  for (let run = 0; run < 20; run++) {
    await reconcile(dependencies);
    expect(dead).toEqual(run < 4 ? [] : ['evt_1', 'evt_2']);
    now += 900;
  }
  expect([...((await cursor.read()) as Progress).failing]).toEqual([
    ['evt_2', { type: 'customer.deleted', created: NOW - 60, since: NOW, isGiven: true }],
  ]);
});

test('one that Stripe gives no more goes to the operator by its name', async () => {
  await cursor.write({
    created: NOW,
    failing: new Map([['evt_gone', { type: 'invoice.paid', created: NOW - 9_000, since: NOW - HOUR, isGiven: false }]]),
  });
  expect(await reconcile(dependencies)).toEqual({ listed: 0, missed: 0, failed: 1 });
  expect(dead).toEqual(['evt_gone']);
  expect((await cursor.read())?.failing.size).toBe(0);
});

test('what fails in great numbers is for the operator to see at once', async () => {
  listed = Array.from({ length: 103 }, (_, index) => at(`evt_${index}`, NOW - 200 + index));
  failing = new Set(listed.map(({ id }) => id));
  expect(await reconcile(dependencies)).toMatchObject({ failed: 103 });
  expect(dead).toEqual(['evt_100', 'evt_101', 'evt_102']);
});

test('a run that ends early is begun anew where it began', async () => {
  listed = [at('evt_1', NOW - 90), at('evt_2', NOW - 60)];
  const write = () => Promise.reject(new Error('no table'));
  const broken = { ...dependencies, cursor: { read: () => cursor.read(), write } };
  await expect(reconcile(broken)).rejects.toThrow('no table');
  expect(await cursor.read()).toBeUndefined();
  processed = [];
  expect(await reconcile(dependencies)).toMatchObject({ missed: 2 });
});

test('a run that is ended by its time has not been for nothing: the next begins where it was', async () => {
  listed = Array.from({ length: 120 }, (_, index) => at(`evt_${index}`, NOW - 80_000 + index * 600));
  const { process } = dependencies;
  let left = 70;
  const until: typeof process = (each) => (left-- > 0 ? process(each) : new Promise(() => undefined));
  const ended = reconcile({ ...dependencies, process: until });
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
  expect(await created()).toBe(listed[49]?.created);
  expect(await reconcile(dependencies)).toMatchObject({ missed: 50 });
  expect(new Set(processed).size).toBe(120);
});

test('a failing operator’s queue keeps the event, which is tried again', async () => {
  await cursor.write({
    created: NOW,
    failing: new Map([['evt_1', { type: 'invoice.paid', created: NOW - 60, since: NOW - HOUR, isGiven: false }]]),
  });
  listed = [at('evt_1', NOW - 60)];
  failing.add('evt_1');
  const deadLetter = () => Promise.reject(new Error('no queue'));
  await expect(reconcile({ ...dependencies, deadLetter })).rejects.toThrow('no queue');
  await reconcile(dependencies);
  expect(dead).toEqual(['evt_1']);
});

describe('of what it lists again, a run', () => {
  /** One run; gives the events that were carried out, or tried to be. */
  async function run(outcomeOf: (id: string) => 'processed' | 'duplicate' | 'ignored' | Error): Promise<string[]> {
    const tried: string[] = [];
    const process = async ({ id }: Stripe.Event) => {
      tried.push(id);
      const outcome = outcomeOf(id);
      if (outcome instanceof Error) {
        throw outcome;
      }
      return outcome;
    };
    await reconcile({ ...dependencies, process });
    return tried;
  }

  beforeEach(() => {
    listed = [at('evt_1', NOW - 90), at('evt_2', NOW - 60)];
  });

  test.each(['processed', 'duplicate', 'ignored'] as const)('spares itself what was %s', async (outcome) => {
    expect(await run(() => outcome)).toEqual(['evt_1', 'evt_2']);
    listed.push(at('evt_3', NOW - 30));
    expect(await run(() => outcome)).toEqual(['evt_3']);
    expect(await run(() => outcome)).toEqual([]);
    expect(await created()).toBe(NOW - 30);
  });

  test('tries again what has failed, until it is done', async () => {
    const failingOnce = (id: string) => (id === 'evt_1' ? new Error('Stripe is away') : 'processed');
    expect(await run(failingOnce)).toEqual(['evt_1', 'evt_2']);
    expect(await run(failingOnce)).toEqual(['evt_1']);
    expect(await run(() => 'processed')).toEqual(['evt_1']);
    expect(await run(() => 'processed')).toEqual([]);
  });

  test('looks again at what was of no consequence while another failed', async () => {
    await run((id) => (id === 'evt_1' ? new Error('Stripe is away') : 'ignored'));
    expect(await run(() => 'processed')).toEqual(['evt_1', 'evt_2']);
  });

  test('knows nothing any more when the cursor was put back, as with a table that is restored', async () => {
    await run(() => 'processed');
    await startAt(NOW - 3_600);
    expect(await run(() => 'processed')).toEqual(['evt_1', 'evt_2']);
  });

  test('forgets what is listed no more', async () => {
    await run(() => 'processed');
    listed = [at('evt_3', NOW)];
    await run(() => 'processed');
    expect([...dependencies.memory.settled]).toEqual(['evt_3']);
  });
});
