import type Stripe from 'stripe';
import { type ReconcileDependencies, ReconcileMemory, reconcile } from '../../../lambda/reconciler/reconcile';
import { NOW } from '../fixtures';

let listed: Stripe.Event[];
let asked: number[];
let cursor: number | undefined;
let processed: string[];
let dead: string[];
let dependencies: ReconcileDependencies;

const at = (id: string, created: number) => ({ id, created }) as Stripe.Event;

beforeEach(() => {
  [listed, asked, cursor, processed, dead] = [[], [], undefined, [], []];
  dependencies = {
    events: {
      since: async function* (created) {
        asked.push(created);
        yield* listed.filter((event) => event.created >= created);
      },
    },
    cursor: {
      read: async () => cursor,
      write: async (created) => {
        cursor = created;
      },
    },
    process: async ({ id }) => {
      const outcome = processed.includes(id) ? 'duplicate' : 'processed';
      processed.push(id);
      return outcome;
    },
    deadLetter: async ({ id }) => {
      dead.push(id);
    },
    clock: () => NOW,
    memory: new ReconcileMemory(),
  };
});

test('the first run looks back three days, and brings what no webhook has', async () => {
  listed = [at('evt_1', NOW - 9_000), at('evt_2', NOW - 60)];
  expect(await reconcile(dependencies)).toEqual({ listed: 2, missed: 2, failed: 0 });
  expect(processed).toEqual(['evt_1', 'evt_2']);
  expect(asked).toEqual([NOW - 3 * 86_400 - 600]);
  expect(cursor).toBe(NOW - 60);
});

test('the next begins ten minutes before its last event, and finds that done', async () => {
  cursor = NOW - 60;
  processed = ['evt_2'];
  listed = [at('evt_1', NOW - 9_000), at('evt_2', NOW - 60), at('evt_3', NOW - 30)];
  expect(await reconcile(dependencies)).toEqual({ listed: 2, missed: 1, failed: 0 });
  expect(asked).toEqual([NOW - 660]);
});

test('an event that became visible late is not missed', async () => {
  cursor = NOW - 60;
  listed = [at('evt_late', NOW - 300)];
  expect(await reconcile(dependencies)).toMatchObject({ missed: 1 });
  expect(cursor).toBe(NOW - 60);
});

test('one that fails goes to the operator, and holds up none that follows', async () => {
  const { process } = dependencies;
  listed = [at('evt_1', NOW - 90), at('evt_2', NOW - 60)];
  const failing: typeof process = (event) =>
    event.id === 'evt_1' ? Promise.reject(new Error('no plan gold')) : process(event);
  expect(await reconcile({ ...dependencies, process: failing })).toEqual({ listed: 2, missed: 1, failed: 1 });
  expect([dead, processed, cursor]).toEqual([['evt_1'], ['evt_2'], NOW - 60]);
});

test('a run that ends early is begun anew where it began', async () => {
  listed = [at('evt_1', NOW - 90), at('evt_2', NOW - 60)];
  const deadLetter = () => Promise.reject(new Error('no queue'));
  const process = () => Promise.reject(new Error('no store'));
  await expect(reconcile({ ...dependencies, process, deadLetter })).rejects.toThrow('no queue');
  expect(cursor).toBeUndefined();
  expect(await reconcile(dependencies)).toMatchObject({ missed: 2 });
});

describe('of what it lists again, a run', () => {
  let asked: string[];

  /** One run; gives the events that were carried out, or tried to be. */
  async function run(outcomeOf: (id: string) => 'processed' | 'duplicate' | 'ignored' | Error): Promise<string[]> {
    asked = [];
    await reconcile({
      ...dependencies,
      process: async ({ id }) => {
        asked.push(id);
        const outcome = outcomeOf(id);
        if (outcome instanceof Error) {
          throw outcome;
        }
        return outcome;
      },
    });
    return asked;
  }

  beforeEach(() => {
    listed = [at('evt_1', NOW - 90), at('evt_2', NOW - 60)];
  });

  test.each(['processed', 'duplicate', 'ignored'] as const)('spares itself what was %s', async (outcome) => {
    expect(await run(() => outcome)).toEqual(['evt_1', 'evt_2']);
    listed.push(at('evt_3', NOW - 30));
    expect(await run(() => outcome)).toEqual(['evt_3']);
    expect(await run(() => outcome)).toEqual([]);
    expect(cursor).toBe(NOW - 30);
  });

  test('tries again what has failed, and tells the operator once', async () => {
    const failing = (id: string) => (id === 'evt_1' ? new Error('Stripe is away') : 'processed');
    expect(await run(failing)).toEqual(['evt_1', 'evt_2']);
    expect(await run(failing)).toEqual(['evt_1']);
    expect(dead).toEqual(['evt_1']);
    expect(await run(() => 'processed')).toEqual(['evt_1']);
    expect(await run(() => 'processed')).toEqual([]);
  });

  test('looks again at what was of no consequence while another failed', async () => {
    await run((id) => (id === 'evt_1' ? new Error('Stripe is away') : 'ignored'));
    expect(await run(() => 'processed')).toEqual(['evt_1', 'evt_2']);
  });

  test('knows nothing any more when the cursor was put back, as with a table that is restored', async () => {
    await run(() => 'processed');
    cursor = NOW - 3_600;
    expect(await run(() => 'processed')).toEqual(['evt_1', 'evt_2']);
    await run(() => 'processed');
    cursor = undefined;
    expect(await run(() => 'processed')).toEqual(['evt_1', 'evt_2']);
  });

  test('forgets what is listed no more', async () => {
    await run(() => 'processed');
    listed = [at('evt_3', NOW)];
    await run(() => 'processed');
    expect([...dependencies.memory.settled]).toEqual(['evt_3']);
  });
});
