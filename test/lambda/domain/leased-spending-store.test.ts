import { type ChargeRequest, charge, type SpendingStore, StoreBusyError } from '../../../lambda/domain/charge';
import { LeasedSpendingStore } from '../../../lambda/domain/leased-spending-store';
import { balance, CATALOGUE, NOW } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';

const LIFE = 5_000;
const request: ChargeRequest = {
  customer: 'c1',
  credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) },
  cost: 1,
};

let time: number;

beforeEach(() => {
  time = 0;
});

function storeWith(overrides: Parameters<typeof balance>[0] = {}): MemorySpendingStore {
  const store = new MemorySpendingStore();
  store.balances.set('c1', balance({ remaining: 100_000, ...overrides }));
  return store;
}

function environment(inner: SpendingStore, maxBlock = 1_000): LeasedSpendingStore {
  return new LeasedSpendingStore(inner, { maxBlock, life: LIFE, milliseconds: () => time });
}

function call(store: SpendingStore, overrides: Partial<ChargeRequest> = {}, now = NOW) {
  return charge(store, CATALOGUE, { ...request, ...overrides }, () => now);
}

/** Calls at an even pace; gives how many were granted. */
async function callAtPace(store: SpendingStore, calls: number, perSecond: number): Promise<number> {
  let granted = 0;
  for (let index = 0; index < calls; index++) {
    time += 1_000 / perSecond;
    granted += (await call(store)).kind === 'granted' ? 1 : 0;
  }
  return granted;
}

test('a busy caller costs a write a second', async () => {
  const inner = storeWith();
  const store = environment(inner);
  expect(await callAtPace(store, 5_000, 500)).toBe(5_000);
  // Ten seconds, and a few writes until the blocks have grown.
  expect(inner.writes).toBeLessThan(10 + 12);
});

test('a slow caller is charged call by call, and nothing is held', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 50, 1);
  expect([inner.writes, store.held('c1')]).toEqual([50, 0]);
});

test('what is left, held units included, is what the caller is told', async () => {
  const store = environment(storeWith());
  await callAtPace(store, 200, 100);
  const decision = await call(store);
  expect(decision).toMatchObject({ kind: 'granted', balance: { remaining: 100_000 - 201 } });
});

test('the last units are spent call by call, to the very last', async () => {
  const inner = storeWith({ remaining: 1_000 });
  const store = environment(inner);
  expect(await callAtPace(store, 2_000, 500)).toBe(1_000);
  expect([inner.balances.get('c1')?.remaining, store.held('c1')]).toEqual([0, 0]);
});

describe('a balance that takes no more writes for now', () => {
  /** A store that refuses so many writes before it takes one. */
  function crowded(inner: MemorySpendingStore, refusals: number): SpendingStore {
    let left = refusals;
    return {
      spend: async (charged, now) => {
        if (left-- > 0) {
          throw new StoreBusyError('Throughput exceeds the current capacity');
        }
        return inner.spend(charged, now);
      },
      rollOver: (...period) => inner.rollOver(...period),
    };
  }

  test('gives whoever gets through enough for sixteen calls', async () => {
    const inner = storeWith();
    const store = environment(crowded(inner, 1));
    expect(await callAtPace(store, 17, 100)).toBe(17);
    expect([inner.writes, inner.balances.get('c1')?.remaining]).toEqual([1, 100_000 - 17]);
  });

  test('is asked four times, and then the call fails', async () => {
    const [patient, busy] = [crowded(storeWith(), 3), crowded(storeWith(), 4)];
    expect(await call(environment(patient))).toMatchObject({ kind: 'granted' });
    await expect(call(environment(busy))).rejects.toThrow(StoreBusyError);
  });

  test('serves a call that it has enough for, if not for a block', async () => {
    const inner = storeWith({ remaining: 5 });
    const store = environment(crowded(inner, 1));
    expect(await call(store, { cost: 3 })).toMatchObject({ kind: 'granted', balance: { remaining: 2 } });
    expect(store.held('c1')).toBe(0);
  });

  test.each([
    ['near the end of a quota', { remaining: 200 }, 1_000, {}],
    ['where a block may not be as large as a call', {}, 4, { cost: 5 }],
  ])('is asked once %s', async (_, overrides, maxBlock, wanted) => {
    const inner = storeWith(overrides);
    const store = environment({ ...crowded(inner, 0), spend: (...spent) => next.spend(...spent) }, maxBlock);
    let next: SpendingStore = inner;
    await call(store, wanted);
    next = crowded(inner, 1);
    await expect(call(store, wanted)).rejects.toThrow(StoreBusyError);
    expect(await call(store, wanted)).toMatchObject({ kind: 'granted' });
  });

  test('gives nothing of a period that is over to the next one, though two first calls at once hold units of both', async () => {
    const inner = storeWith();
    let answerFirst = () => {};
    let attempts = 0;
    const store = environment({
      spend: async (charged, now) => {
        attempts++;
        if (attempts % 2 === 1) {
          throw new StoreBusyError('Throughput exceeds the current capacity');
        }
        const outcome = await inner.spend(charged, now);
        if (attempts === 2) {
          // The store has done it; the answer comes when the period is over.
          await new Promise<void>((resolve) => {
            answerFirst = resolve;
          });
        }
        return outcome;
      },
      rollOver: (...period) => inner.rollOver(...period),
    });
    const next = NOW + 86_400;
    const first = call(store);
    await new Promise(setImmediate);
    await inner.rollOver('c1', next, 1_000, next + 86_400);
    const second = await call(store, {}, next);
    answerFirst();
    expect([(await first).kind, second.kind]).toEqual(['granted', 'granted']);
    expect(store.held('c1')).toBe(16);
  });

  test('loses nothing of two first calls at once', async () => {
    const inner = storeWith();
    const store = environment(crowded(inner, 2));
    await Promise.all([call(store), call(store)]);
    expect(store.held('c1') + (inner.balances.get('c1')?.remaining ?? 0)).toBe(100_000 - 2);
  });
});

test('a call that costs nothing costs no write either, once the customer is known', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await call(store);
  expect(await call(store, { cost: 0 })).toMatchObject({ kind: 'granted', balance: { remaining: 99_999 } });
  expect(inner.writes).toBe(1);
});

test('no block is larger than it may be', async () => {
  const store = environment(storeWith(), 20);
  let most = 0;
  for (let index = 0; index < 500; index++) {
    await callAtPace(store, 1, 1_000);
    most = Math.max(most, store.held('c1'));
  }
  expect(most).toBeLessThanOrEqual(20);
  expect(most).toBeGreaterThan(10);
});

test('a suspension works when the block has lived its time', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  inner.balances.set('c1', balance({ standing: 'suspended' }));
  expect((await call(store)).kind).toBe('granted');
  time += LIFE;
  expect((await call(store)).kind).toBe('suspended');
});

test('a block lives up to its time, and no millisecond longer', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 50, 100);
  let { writes } = inner;
  while (inner.writes === writes) {
    await callAtPace(store, 1, 100);
  }
  ({ writes } = inner);
  time += LIFE - 1;
  await call(store);
  expect([inner.writes, store.held('c1') > 0]).toEqual([writes, true]);
  time += 1;
  await call(store);
  expect(inner.writes).toBe(writes + 1);
});

test('a clock that is set back does not lengthen the life of a block', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  inner.balances.set('c1', balance({ standing: 'suspended' }));
  time -= 60_000;
  expect((await call(store)).kind).toBe('suspended');
});

test.each([
  [
    'an unknown key',
    { credential: { keyId: 'key002', keyHash: new Uint8Array(32).fill(1) } },
    { kind: 'unauthorized' },
  ],
  ['a wrong secret', { credential: { keyId: 'key001', keyHash: new Uint8Array(32) } }, { kind: 'unauthorized' }],
  ['a route of other plans', { plans: ['pro'] }, { reason: 'route_not_in_plan' }],
])('%s gets nothing of a block', async (_, overrides, decision) => {
  const store = environment(storeWith());
  await callAtPace(store, 100, 100);
  const held = store.held('c1');
  expect(await call(store, overrides)).toMatchObject(decision);
  expect(store.held('c1')).toBe(held);
});

test('what is held when a block has lived its time rides on the next write', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const held = store.held('c1');
  const left = inner.balances.get('c1')?.remaining ?? 0;
  time += LIFE;
  await call(store);
  expect(held).toBeGreaterThan(1);
  expect(inner.balances.get('c1')?.remaining).toBe(left);
  expect(store.held('c1')).toBe(held - 1);
});

test('the plan’s units end with the period, also those that are held', async () => {
  const inner = storeWith({ plan: 'pro' });
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  expect(store.held('c1')).toBeGreaterThan(0);
  const decision = await call(store, {}, NOW + 86_400);
  expect(decision).toMatchObject({ kind: 'granted', balance: { remaining: 999 } });
  expect((inner.balances.get('c1')?.remaining ?? 0) + store.held('c1')).toBe(999);
});

test('a period that ended before takes nothing of what is held now, nor does one of a customer who is not known', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const [held, writes] = [store.held('c1'), inner.writes];
  await store.rollOver('c1', NOW - 86_400, 50, NOW);
  await store.rollOver('nobody', NOW, 50, NOW + 86_400);
  expect((await call(store)).kind).toBe('granted');
  expect([store.held('c1'), inner.writes]).toEqual([held - 1, writes + 2]);
});

test('where there is too little for a block, there may be enough for the call', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 300, 1_000);
  while (store.held('c1') > 0) {
    await callAtPace(store, 1, 1_000);
  }
  inner.balances.set('c1', balance({ remaining: 3 }));
  const { writes } = inner;
  expect(await call(store)).toMatchObject({ kind: 'granted', balance: { remaining: 2 } });
  expect([inner.writes, store.held('c1')]).toEqual([writes + 2, 0]);
});

test('what is held serves a call once it is confirmed, though others have taken all the rest', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 300, 1_000);
  while (store.held('c1') > 2) {
    await callAtPace(store, 1, 1_000);
  }
  inner.balances.set('c1', balance({ remaining: 0 }));
  time += LIFE;
  const cost = store.held('c1');
  expect(cost).toBeGreaterThan(0);
  expect(await call(store, { cost })).toMatchObject({ kind: 'granted', balance: { remaining: 0 } });
  expect(await call(store)).toMatchObject({ reason: 'quota_exhausted' });
});

test('bought units that are held outlive the period', async () => {
  const inner = storeWith({ plan: 'pro', remaining: 50_000, credits: 50_000 });
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const held = store.held('c1');
  await call(store, {}, NOW + 86_400);
  const left = inner.balances.get('c1')?.remaining ?? 0;
  expect(held).toBeGreaterThan(0);
  expect(left + store.held('c1')).toBe(50_000 + 1_000 - 101);
});

test('the plan’s units that are held end with the period, also where the store has none of them left', async () => {
  const inner = storeWith({ plan: 'pro' });
  const store = environment(inner);
  await callAtPace(store, 300, 1_000);
  const left = inner.balances.get('c1')?.remaining ?? 0;
  const other = environment(inner);
  await call(other, { cost: left });
  time += LIFE;
  await call(store, { cost: 0 });
  expect(store.held('c1')).toBeGreaterThan(0);
  await call(store, {}, NOW + 86_400);
  expect((inner.balances.get('c1')?.remaining ?? 0) + store.held('c1')).toBe(999);
});

test('bought units that are held outlive any number of periods that end between two calls', async () => {
  const inner = storeWith({ plan: 'pro', remaining: 50_000, credits: 50_000 });
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const held = store.held('c1');
  // Another environment begins the next period, and the one after.
  const other = environment(inner);
  await call(other, { cost: 0 }, NOW + 86_400);
  await call(other, { cost: 0 }, NOW + 40 * 86_400);
  await call(store, { cost: 0 }, NOW + 80 * 86_400);
  const left = inner.balances.get('c1')?.remaining ?? 0;
  expect(held).toBeGreaterThan(0);
  expect(left + store.held('c1')).toBe(50_000 + 1_000 - 100);
});

/** So many calls, so many milliseconds apart, that the store refuses. */
async function refuse(store: LeasedSpendingStore, calls: number, apart = 0): Promise<void> {
  const from = time;
  for (let index = 0; index < calls; index++) {
    time = from + index * apart;
    expect(await call(store)).toMatchObject({ reason: 'quota_exhausted' });
  }
}

test('a caller who hammers while exhausted asks the store twice a second, and a payment is seen within half a second', async () => {
  const inner = storeWith({ remaining: 0 });
  const store = environment(inner);
  expect(await callAtPace(store, 1_000, 500)).toBe(0);
  expect(inner.writes).toBeLessThanOrEqual(10);
  inner.credit('c1', 10);
  time += 500;
  expect((await call(store)).kind).toBe('granted');
});

test('half a second after the store has refused, it is asked again', async () => {
  const inner = storeWith({ remaining: 0 });
  const store = environment(inner);
  await refuse(store, 5);
  inner.credit('c1', 10);
  time = 499;
  expect((await call(store)).kind).toBe('payment_required');
  time = 500;
  expect((await call(store)).kind).toBe('granted');
});

test('refusals that are half a second apart are not hammering', async () => {
  const inner = storeWith({ remaining: 0 });
  const store = environment(inner);
  await refuse(store, 10, 500);
  inner.credit('c1', 10);
  expect((await call(store)).kind).toBe('granted');
});

test('only an exhausted quota is remembered: whatever else is refused, the store is asked each time', async () => {
  const inner = storeWith();
  const store = environment(inner);
  const calls = 20;
  for (let index = 0; index < calls; index++) {
    time += 2;
    expect(await call(store, { plans: ['pro'] })).toMatchObject({ reason: 'route_not_in_plan' });
  }
  expect(inner.writes).toBe(calls);
});

test('a refusal for another reason is no hammering: who pays then is served by the very next call', async () => {
  const inner = storeWith({ remaining: 0 });
  const store = environment(inner);
  expect(await call(store, { plans: ['pro'] })).toMatchObject({ reason: 'route_not_in_plan' });
  expect(await call(store)).toMatchObject({ reason: 'quota_exhausted' });
  inner.credit('c1', 10);
  expect((await call(store)).kind).toBe('granted');
});

test('four refusals are never remembered: who tries his routes one after the other, and pays, is served by the very next call', async () => {
  const inner = storeWith({ remaining: 0 });
  const store = environment(inner);
  await refuse(store, 4);
  inner.credit('c1', 10);
  expect((await call(store)).kind).toBe('granted');
});

test('customers that have not called for long are forgotten, so memory is bounded', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  for (let index = 0; index < 10_000; index++) {
    inner.balances.set(`other${index}`, balance());
    await call(store, { customer: `other${index}` });
  }
  expect(store.held('c1')).toBe(0);
});

test('made-up keys crowd no customer out, and cost one no block', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const [held, writes] = [store.held('c1'), inner.writes];
  for (let index = 0; index < 10_000; index++) {
    await call(store, { customer: `nobody${index}` });
    await call(store, { credential: { keyId: `k${index}`, keyHash: new Uint8Array(32).fill(1) } });
  }
  expect([store.held('c1'), inner.writes]).toEqual([held, writes + 20_000]);
  // The next call of the customer's own is served without a write, as if nothing had been.
  expect((await call(store)).kind).toBe('granted');
  expect([store.held('c1'), inner.writes]).toEqual([held - 1, writes + 20_000]);
});

test('whoever calls with the names of others, and wrong keys, crowds no customer out', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const held = store.held('c1');
  for (let index = 0; index < 10_000; index++) {
    inner.balances.set(`other${index}`, balance());
    await call(store, { customer: `other${index}`, credential: { keyId: 'key001', keyHash: new Uint8Array(32) } });
  }
  expect(store.held('c1')).toBe(held);
});

test('a new key of a known customer is served as soon as the store knows it, and from blocks after that', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const hash = new Uint8Array(32).fill(2);
  const known = inner.balances.get('c1') ?? balance();
  inner.balances.set('c1', { ...known, keys: { ...known.keys, key002: hash } });
  const own = { credential: { keyId: 'key002', keyHash: hash } };
  expect((await call(store, own)).kind).toBe('granted');
  const writes = inner.writes;
  expect((await call(store, own)).kind).toBe('granted');
  expect(inner.writes).toBe(writes);
});

describe('units that are counted by route', () => {
  /** A store that notes what each write counts. */
  function counting(inner = storeWith()) {
    const routes = new Map<string, number>();
    const add = (route: string, units: number) => routes.set(route, (routes.get(route) ?? 0) + units);
    const store: SpendingStore = {
      spend: async (wanted, now) => {
        const outcome = await inner.spend(wanted, now);
        if (outcome.spent) {
          add(wanted.route ?? '', wanted.counted?.units ?? wanted.cost);
          wanted.counted?.carried.forEach((units, route) => {
            add(route, units);
          });
        }
        return outcome;
      },
      rollOver: (...period) => inner.rollOver(...period),
    };
    return { store, routes };
  }

  /** A thousand calls, of which some are not counted yet. */
  async function called(leases: LeasedSpendingStore) {
    let granted = 0;
    for (let index = 0; index < 1_000; index++) {
      time += 2;
      granted += (await call(leases, { route: 'GET /items' })).kind === 'granted' ? 1 : 0;
    }
    const pending = leases.uncounted('c1');
    expect(pending).toBeGreaterThan(0);
    return { granted, pending };
  }

  test('are all on the way or counted, each under its own', async () => {
    const { store, routes } = counting();
    const leases = environment(store);
    for (let index = 0; index < 3_000; index++) {
      time += 2;
      await call(leases, index % 3 === 0 ? { route: 'POST /search', cost: 5 } : { route: 'GET /items' });
    }
    const counted = [...routes.values()].reduce((sum, units) => sum + units, 0);
    expect(counted + leases.uncounted('c1')).toBe(7_000);
    expect(leases.uncounted('c1')).toBeLessThanOrEqual(1_000);
    // The next write brings the rest.
    time += 60_000;
    await call(leases, { route: 'GET /items' });
    expect(routes.get('POST /search')).toBe(5_000);
    // What was held pays for this one, and whoever has paid before is counted afterwards.
    expect((routes.get('GET /items') ?? 0) + leases.uncounted('c1')).toBe(2_001);
    expect(leases.uncounted('c1')).toBeLessThanOrEqual(1);
  });

  test.each<[string, Error, number]>([
    ['is refused for want of capacity, are counted by the next', new StoreBusyError('throttled'), 0],
    ['may have been done, are not counted again', new Error('the answer was lost'), 1],
  ])('by a write that %s', async (_, error, missed) => {
    const inner = storeWith();
    const { store, routes } = counting(inner);
    let failing = false;
    const leases = environment({
      spend: (wanted, now) => (failing ? Promise.reject(error) : store.spend(wanted, now)),
      rollOver: (...period) => store.rollOver(...period),
    });
    const { granted, pending } = await called(leases);
    failing = true;
    time += 60_000;
    await expect(call(leases, { route: 'GET /items' })).rejects.toBe(error);
    failing = false;
    await call(leases, { route: 'GET /items' });
    expect((routes.get('GET /items') ?? 0) + leases.uncounted('c1')).toBe(granted + 1 - missed * pending);
  });

  test.each([
    ['are counted by the next', false, 0],
    ['are not counted again where a first attempt may have been done', true, 1],
  ])('by a write that is refused %s', async (_, isUncertain, missed) => {
    const { store, routes } = counting();
    let refuses = false;
    const leases = environment({
      spend: async (wanted, now) => {
        if (refuses) {
          refuses = false;
          return { spent: false, balance: balance({ remaining: 10 }), isUncertain };
        }
        return store.spend(wanted, now);
      },
      rollOver: (...period) => store.rollOver(...period),
    });
    const { granted, pending } = await called(leases);
    refuses = true;
    time += 60_000;
    // There is not enough for a block, and enough for the call.
    expect((await call(leases, { route: 'GET /items' })).kind).toBe('granted');
    expect((routes.get('GET /items') ?? 0) + leases.uncounted('c1')).toBe(granted + 1 - missed * pending);
  });
});
