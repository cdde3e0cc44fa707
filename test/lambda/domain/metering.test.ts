import { type ChargeRequest, charge } from '../../../lambda/domain/charge';
import { metered } from '../../../lambda/domain/metering';
import type { MeteringEntry } from '../../../lib/private/catalogue';
import { balance, CATALOGUE, NOW } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';

const request: ChargeRequest = {
  customer: 'c1',
  credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) },
  cost: 1,
};

/**
 * Twenty calls in a fifth of a second, of which the store answers all but the last: writes, units taken, calls served open, and that
 * last one.
 */
async function run(entry: MeteringEntry) {
  const inner = new MemorySpendingStore();
  inner.balances.set('c1', balance({ remaining: 10_000 }));
  let [time, opened] = [0, 0];
  const store = metered(
    inner,
    entry,
    () => time,
    () => opened++,
  );
  const call = () => charge(store, CATALOGUE, request, () => NOW);
  for (let index = 1; index < 20; index++) {
    time += 10;
    await call();
  }
  const { writes } = inner;
  const taken = 10_000 - (inner.balances.get('c1')?.remaining ?? 0);
  inner.spend = () => Promise.reject(new Error('the store is down'));
  time += 60_000;
  const last = await call().then(
    ({ kind }) => kind,
    (error: Error) => error.message,
  );
  return { writes, taken, opened, last };
}

test.each<[string, MeteringEntry, object]>([
  ['call by call', {}, { writes: 19, opened: 0, last: 'the store is down' }],
  ['in blocks', { maxBlock: 1_000, life: 5_000 }, { writes: 5, opened: 0, last: 'the store is down' }],
  ['call by call, open', { openCallsPerMinute: 1 }, { writes: 19, opened: 1, last: 'granted' }],
  ['in blocks, open', { maxBlock: 9, life: 5_000, openCallsPerMinute: 1 }, { writes: 5, opened: 1, last: 'granted' }],
])('calls are counted %s, as the operator wants it', async (_, entry, outcome) => {
  expect(await run(entry)).toMatchObject(outcome);
});

test.each<[string, MeteringEntry]>([
  ['a life', { maxBlock: 1_000 }],
  ['a size', { life: 5_000 }],
])('without %s of blocks there are none: nothing is taken in advance', async (_, entry) => {
  expect(await run(entry)).toMatchObject({ writes: 19, taken: 19 });
});
