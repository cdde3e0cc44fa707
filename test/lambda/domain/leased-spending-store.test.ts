import fc from 'fast-check';
import { type ChargeRequest, charge, type SpendingStore } from '../../../lambda/domain/charge';
import { LeasedSpendingStore } from '../../../lambda/domain/leased-spending-store';
import { balance, CATALOGUE, NOW } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';

const LIFE = 5_000;
const request: ChargeRequest = { customer: 'c1', keyId: 'key001', keyHash: new Uint8Array(32).fill(1), cost: 1 };

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

test('a clock that is set back does not lengthen the life of a block', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  inner.balances.set('c1', balance({ standing: 'suspended' }));
  time -= 60_000;
  expect((await call(store)).kind).toBe('suspended');
});

test.each([
  ['an unknown key', { keyId: 'key002' }, { kind: 'unauthorized' }],
  ['a wrong secret', { keyHash: new Uint8Array(32) }, { kind: 'unauthorized' }],
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

test('a caller who hammers while exhausted asks the store twice a second, and a payment is seen within half a second', async () => {
  const inner = storeWith({ remaining: 0 });
  const store = environment(inner);
  expect(await callAtPace(store, 1_000, 500)).toBe(0);
  expect(inner.writes).toBeLessThanOrEqual(6);
  inner.credit('c1', 10);
  time += 500;
  expect((await call(store)).kind).toBe('granted');
});

test('one refusal is never remembered: who pays is served by the very next call', async () => {
  const inner = storeWith({ remaining: 0 });
  const store = environment(inner);
  expect((await call(store)).kind).toBe('payment_required');
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
    await call(store, { keyId: `k${index}` });
  }
  expect([store.held('c1'), inner.writes]).toEqual([held, writes + 20_000]);
  // The next call of the customer's own is served without a write, as if nothing had been.
  expect((await call(store)).kind).toBe('granted');
  expect([store.held('c1'), inner.writes]).toEqual([held - 1, writes + 20_000]);
});

test('a new key of a known customer is served as soon as the store knows it, and from blocks after that', async () => {
  const inner = storeWith();
  const store = environment(inner);
  await callAtPace(store, 100, 100);
  const hash = new Uint8Array(32).fill(2);
  const known = inner.balances.get('c1') ?? balance();
  inner.balances.set('c1', { ...known, keys: { ...known.keys, key002: hash } });
  const own = { keyId: 'key002', keyHash: hash };
  expect((await call(store, own)).kind).toBe('granted');
  const writes = inner.writes;
  expect((await call(store, own)).kind).toBe('granted');
  expect(inner.writes).toBe(writes);
});

/** An inner store whose writes fail as DynamoDB's can. */
function faulty(inner: SpendingStore, next: () => number): SpendingStore {
  return {
    rollOver: (...args) => inner.rollOver(...args),
    spend: async (wanted, now) => {
      const fate = next();
      if (fate === 1) {
        throw new Error('throttled');
      }
      if (fate === 2) {
        await inner.spend(wanted, now);
        throw new Error('the answer was lost');
      }
      if (fate === 3) {
        await inner.spend(wanted, now);
      }
      return inner.spend(wanted, now);
    },
  };
}

describe('whatever happens', () => {
  const step = fc.oneof(
    { weight: 20, arbitrary: fc.record({ call: fc.nat(3), cost: fc.integer({ min: 0, max: 9 }), wait: fc.nat(300) }) },
    { weight: 1, arbitrary: fc.record({ burst: fc.nat(3), calls: fc.integer({ min: 2, max: 60 }) }) },
    { weight: 1, arbitrary: fc.record({ credit: fc.integer({ min: 1, max: 400 }) }) },
    { weight: 1, arbitrary: fc.record({ crash: fc.nat(3) }) },
  );

  test('without faults, every unit is granted, left or held: none appears, none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        time = 0;
        const inner = storeWith({ remaining: 900 });
        const environments = [0, 1, 2, 3].map(() => environment(inner));
        let [granted, credited, lost] = [0, 900, 0];
        const serve = async (index: number, cost: number) => {
          const decision = await call(environments[index] ?? inner, { cost });
          granted += decision.kind === 'granted' ? cost : 0;
        };
        for (const next of steps) {
          if ('credit' in next) {
            inner.credit('c1', next.credit);
            credited += next.credit;
          } else if ('crash' in next) {
            lost += environments[next.crash]?.held('c1') ?? 0;
            environments[next.crash] = environment(inner);
          } else if ('burst' in next) {
            await Promise.all(Array.from({ length: next.calls }, () => serve(next.burst, 1)));
          } else {
            time += next.wait;
            await serve(next.call, next.cost);
          }
        }
        const held = environments.reduce((sum, store) => sum + store.held('c1'), 0);
        expect(granted + held + lost + (inner.balances.get('c1')?.remaining ?? 0)).toBe(credited);
      }),
    );
  });

  test('with throttling, lost answers, retries that are done twice, crashes, periods and clocks that are minutes wrong, no unit is granted that was not credited', async () => {
    const skewed = fc.record({
      steps: fc.array(fc.oneof(step, fc.record({ pass: fc.integer({ min: 1, max: 40_000 }) })), { maxLength: 120 }),
      fates: fc.infiniteStream(
        fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }) }),
      ),
      skews: fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: -300, max: 300 }))),
    });
    await fc.assert(
      fc.asyncProperty(skewed, async ({ steps, fates, skews }) => {
        time = 0;
        const inner = storeWith({ remaining: 900 });
        const fate = () => fates.next().value ?? 0;
        const make = () => environment(faulty(inner, fate));
        const environments = [0, 1, 2, 3].map(make);
        let [now, granted, credited, end] = [NOW, 0, 900, inner.balances.get('c1')?.periodEnd];
        const serve = async (index: number, cost: number) => {
          const decision = await call(environments[index] ?? inner, { cost }, now + (skews[index] ?? 0)).catch(
            () => undefined,
          );
          granted += decision?.kind === 'granted' ? cost : 0;
          const ended = inner.balances.get('c1')?.periodEnd;
          credited += ended === end ? 0 : 50;
          end = ended;
        };
        for (const next of steps) {
          if ('pass' in next) {
            now += next.pass;
            time += next.pass * 1_000;
          } else if ('credit' in next) {
            inner.credit('c1', next.credit);
            credited += next.credit;
          } else if ('crash' in next) {
            environments[next.crash] = make();
          } else if ('burst' in next) {
            await Promise.all(Array.from({ length: next.calls }, () => serve(next.burst, 1)));
          } else {
            time += next.wait;
            await serve(next.call, next.cost);
          }
        }
        expect(granted + (inner.balances.get('c1')?.remaining ?? 0)).toBeLessThanOrEqual(credited);
      }),
      { numRuns: 300 },
    );
  });
});
