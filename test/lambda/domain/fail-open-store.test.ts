import fc from 'fast-check';
import { type ChargeRequest, charge } from '../../../lambda/domain/charge';
import { FailOpenStore } from '../../../lambda/domain/fail-open-store';
import { balance, CATALOGUE, NOW } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';

const request: ChargeRequest = {
  customer: 'c1',
  credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) },
  cost: 1,
};

let inner: MemorySpendingStore;
let store: FailOpenStore;
let isDown: boolean;
let opened: number;

beforeEach(() => {
  inner = new MemorySpendingStore();
  inner.balances.set('c1', balance());
  [isDown, opened] = [false, 0];
  const spend = inner.spend.bind(inner);
  inner.spend = (...args) => (isDown ? Promise.reject(new Error('the store is down')) : spend(...args));
  store = new FailOpenStore(inner, { callsPerMinute: 3, onOpen: () => opened++ });
});

function call(overrides: Partial<ChargeRequest> = {}, now = NOW) {
  return charge(store, CATALOGUE, { ...request, ...overrides }, () => now);
}

test('while the store answers, it alone decides', async () => {
  expect(await call()).toMatchObject({ kind: 'granted', balance: { remaining: 49 } });
  expect(await call({ cost: 50 })).toMatchObject({ reason: 'quota_exhausted' });
  expect(opened).toBe(0);
});

test('a customer whom the store has confirmed is served so many calls a minute without it, and each is told', async () => {
  await call();
  isDown = true;
  for (let index = 0; index < 3; index++) {
    expect((await call()).kind).toBe('granted');
  }
  await expect(call()).rejects.toThrow('the store is down');
  expect((await call({}, NOW + 60)).kind).toBe('granted');
  expect(opened).toBe(4);
});

test('a known customer whose token claims another plan is served under the one that he has, until the store can tell', async () => {
  await call();
  isDown = true;
  const claim = { plan: 'pro', issuedAt: NOW, defaultPlan: 'free' };
  expect(await call({ claim })).toMatchObject({ kind: 'granted', balance: { plan: 'free' } });
});

test('a customer whom the store refuses is not served once it is away', async () => {
  await call();
  inner.balances.set('c1', balance({ standing: 'suspended' }));
  expect((await call()).kind).toBe('suspended');
  isDown = true;
  await expect(call()).rejects.toThrow('the store is down');
});

test.each<[string, Partial<ChargeRequest>]>([
  ['a stranger', { customer: 'c2' }],
  ['another key', { credential: { keyId: 'key002', keyHash: new Uint8Array(32).fill(1) } }],
  ['a wrong secret', { credential: { keyId: 'key001', keyHash: new Uint8Array(32) } }],
  ['a route of other plans', { plans: ['pro'] }],
  ['a call that costs more than was left', { cost: 50 }],
])('%s is refused with the store’s error', async (_, overrides) => {
  await call();
  isDown = true;
  await expect(call(overrides)).rejects.toThrow('the store is down');
});

test('a customer who was confirmed long ago is a stranger', async () => {
  await call();
  isDown = true;
  await expect(call({}, NOW + 900)).rejects.toThrow('the store is down');
});

test('the calls of a minute are counted by the clock’s minute', async () => {
  await call();
  isDown = true;
  for (const second of [0, 30, 59]) {
    expect((await call({}, NOW + second)).kind).toBe('granted');
  }
  await expect(call({}, NOW + 59)).rejects.toThrow('the store is down');
});

test('no more is served without the store than was left', async () => {
  inner.balances.set('c1', balance({ remaining: 5 }));
  await call();
  isDown = true;
  expect((await call({ cost: 2 })).kind).toBe('granted');
  await expect(call({ cost: 3 })).rejects.toThrow('the store is down');
  expect((await call({ cost: 2 })).kind).toBe('granted');
});

test('a period that ends while the store is away brings new units, so it stops nobody', async () => {
  inner.balances.set('c1', balance({ remaining: 1, periodEnd: NOW + 60 }));
  await call();
  isDown = true;
  await expect(call({}, NOW + 59)).rejects.toThrow('the store is down');
  expect((await call({}, NOW + 60)).kind).toBe('granted');
});

test('a refusal confirms nobody', async () => {
  const refused = { plans: ['pro'] };
  expect(await call(refused)).toMatchObject({ reason: 'route_not_in_plan' });
  isDown = true;
  await expect(call()).rejects.toThrow('the store is down');
  isDown = false;
  await call();
  expect(await call(refused, NOW + 800)).toMatchObject({ reason: 'route_not_in_plan' });
  isDown = true;
  await expect(call({}, NOW + 900)).rejects.toThrow('the store is down');
});

test('a customer that is gone is a stranger', async () => {
  await call();
  inner.balances.delete('c1');
  expect(await call()).toEqual({ kind: 'unauthorized' });
  isDown = true;
  await expect(call()).rejects.toThrow('the store is down');
});

describe('memory is bounded', () => {
  const LIMIT = 10_000;

  async function meet(others: number) {
    for (let index = 0; index < others; index++) {
      inner.balances.set(`other${index}`, balance());
      await call({ customer: `other${index}` });
    }
  }

  test('a customer is known until ten thousand others have called since', async () => {
    await call();
    await meet(LIMIT - 1);
    isDown = true;
    expect((await call()).kind).toBe('granted');
    isDown = false;
    await call();
    await meet(LIMIT);
    isDown = true;
    await expect(call()).rejects.toThrow('the store is down');
  });

  test('a customer who is forgotten while the store is asked owes nothing', async () => {
    inner.balances.set('c1', balance({ remaining: 10 }));
    await call();
    isDown = true;
    await call({ cost: 8 });
    isDown = false;
    inner.balances.set('c1', balance({ remaining: 3 }));
    const spend = inner.spend;
    inner.spend = async (...args) => {
      inner.spend = spend;
      await meet(LIMIT);
      return spend(...args);
    };
    expect(await call()).toMatchObject({ kind: 'granted', balance: { remaining: 2 } });
  });
});

test('a call that cannot be paid for is asked for once, whatever is owed', async () => {
  inner.balances.set('c1', balance({ remaining: 10 }));
  await call();
  isDown = true;
  await call({ cost: 8 });
  isDown = false;
  inner.balances.set('c1', balance({ remaining: 0 }));
  const { writes } = inner;
  expect(await call()).toMatchObject({ reason: 'quota_exhausted' });
  expect(inner.writes).toBe(writes + 1);
});

test('what was served meanwhile is charged by the first write that works', async () => {
  await call();
  isDown = true;
  await call({ cost: 5 });
  await call({ cost: 5 });
  isDown = false;
  expect(await call()).toMatchObject({ balance: { remaining: 50 - 1 - 10 - 1 } });
  expect(await call()).toMatchObject({ balance: { remaining: 37 } });
});

test('what is owed waits where there is too little for it, and does not stop a call that can be paid for', async () => {
  inner.balances.set('c1', balance({ remaining: 10 }));
  await call();
  isDown = true;
  await call({ cost: 8 });
  isDown = false;
  inner.balances.set('c1', balance({ remaining: 3 }));
  expect(await call()).toMatchObject({ balance: { remaining: 2 } });
  inner.credit('c1', 20);
  expect(await call()).toMatchObject({ balance: { remaining: 13 } });
});

test('what is owed is owed once, though the store goes away again while it is being charged', async () => {
  inner.balances.set('c1', balance({ remaining: 10 }));
  await call();
  isDown = true;
  await call({ cost: 8 });
  inner.balances.set('c1', balance({ remaining: 3 }));
  isDown = false;
  const spend = inner.spend;
  inner.spend = async (...args) => {
    // The first write finds too little for all of it; the next one does not get through.
    isDown = true;
    inner.spend = spend;
    return MemorySpendingStore.prototype.spend.apply(inner, args);
  };
  expect((await call()).kind).toBe('granted');
  isDown = false;
  inner.credit('c1', 20);
  expect(await call()).toMatchObject({ balance: { remaining: 3 + 20 - 8 - 2 } });
});

test('however calls and outages interleave, what is served is charged, but for what is still owed', async () => {
  const step = fc.oneof(fc.record({ cost: fc.nat(5), at: fc.nat(300) }), fc.record({ down: fc.boolean() }));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      inner.balances.set('c1', balance({ remaining: 100_000 }));
      store = new FailOpenStore(inner, { callsPerMinute: 3, onOpen: () => undefined });
      isDown = false;
      let served = 0;
      const calls = steps.map(async (next) => {
        if ('down' in next) {
          isDown = next.down;
        } else {
          const decision = await call({ cost: next.cost }, NOW + next.at).catch(() => undefined);
          served += decision?.kind === 'granted' ? next.cost : 0;
        }
      });
      await Promise.all(calls);
      isDown = false;
      // Calls that were served at the same moment as another may leave a debt for the one after.
      await call({ cost: 0 });
      await call({ cost: 0 });
      expect(inner.balances.get('c1')?.remaining).toBe(100_000 - served);
    }),
  );
});
