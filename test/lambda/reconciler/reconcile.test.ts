import type Stripe from 'stripe';
import { type ReconcileDependencies, reconcile } from '../../../lambda/reconciler/reconcile';
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
