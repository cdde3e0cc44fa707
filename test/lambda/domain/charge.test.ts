import fc from 'fast-check';
import { creditsLeft, includedLeft } from '../../../lambda/domain/balance';
import { type ChargeRequest, charge, explain, StoreBusyError, sameBytes } from '../../../lambda/domain/charge';
import { NEVER } from '../../../lambda/domain/clock';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';

const request: ChargeRequest = {
  customer: 'c1',
  credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) },
  cost: 1,
};

function storeWith(overrides: Parameters<typeof balance>[0] = {}): MemorySpendingStore {
  const store = new MemorySpendingStore();
  store.balances.set('c1', balance(overrides));
  return store;
}

function decide(store: MemorySpendingStore, overrides: Partial<ChargeRequest> = {}, now = NOW) {
  return charge(store, CATALOGUE, { ...request, ...overrides }, () => now);
}

test('a call that can be paid for is granted by one write', async () => {
  const store = storeWith();
  expect(await decide(store, { cost: 5 })).toMatchObject({ kind: 'granted', balance: { remaining: 45 } });
  expect(store.writes).toBe(1);
});

test.each([
  ['an unknown customer', { customer: 'c2' }],
  ['an unknown key', { credential: { keyId: 'key002', keyHash: new Uint8Array(32).fill(1) } }],
  ['a wrong secret', { credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(2) } }],
])('%s is unauthorized', async (_, overrides) => {
  expect(await decide(storeWith(), overrides)).toEqual({ kind: 'unauthorized' });
});

test('a suspended customer is told so even with nothing left to spend', async () => {
  expect(await decide(storeWith({ standing: 'suspended', remaining: 0 }))).toEqual({ kind: 'suspended' });
});

test('grace is served until it ends', async () => {
  const store = storeWith({ standing: 'grace', graceEndsAt: NOW + 1 });
  expect(await decide(store)).toMatchObject({ kind: 'granted' });
  expect(await decide(store, {}, NOW + 1)).toMatchObject({ kind: 'payment_required', reason: 'payment_failed' });
});

test('a route of other plans is refused, and nothing is spent', async () => {
  const store = storeWith();
  expect(await decide(store, { plans: ['pro'] })).toMatchObject({
    reason: 'route_not_in_plan',
    balance: { remaining: 50 },
  });
  expect(await decide(store, { plans: ['free', 'pro'] })).toMatchObject({ kind: 'granted' });
});

test('a call that costs more than is left is refused whole', async () => {
  const store = storeWith({ remaining: 4 });
  expect(await decide(store, { cost: 5 })).toMatchObject({ reason: 'quota_exhausted', balance: { remaining: 4 } });
  expect(await decide(store, { cost: 4 })).toMatchObject({ kind: 'granted', balance: { remaining: 0 } });
});

test('a cost of nothing is granted at nothing left', async () => {
  expect(await decide(storeWith({ remaining: 0 }), { cost: 0 })).toMatchObject({ kind: 'granted' });
});

test('the first call of a new period is granted from the new allowance', async () => {
  const store = storeWith({ remaining: 0, periodEnd: NOW });
  expect(await decide(store)).toMatchObject({
    kind: 'granted',
    balance: { remaining: 49, periodEnd: Date.UTC(2026, 11, 1) / 1000 },
  });
});

test('bought units survive the period, unspent allowance does not', async () => {
  const store = storeWith({ remaining: 130, credits: 100, periodEnd: NOW });
  const decision = await decide(store);
  expect(decision).toMatchObject({ balance: { remaining: 149, credits: 100 } });
});

test('bought units are spent last, and a call may be split over both', async () => {
  const store = storeWith({ remaining: 103, credits: 100 });
  const decision = await decide(store, { cost: 5 });
  const after = decision.kind === 'granted' ? decision.balance : balance();
  expect([includedLeft(after), creditsLeft(after)]).toEqual([0, 98]);
});

test('a trial is never refilled', async () => {
  const store = storeWith({ remaining: 0, periodEnd: NEVER });
  expect(await decide(store, {}, NEVER - 1)).toMatchObject({ reason: 'quota_exhausted' });
});

test('a plan that is sold no more rolls over as the default plan', async () => {
  const store = storeWith({ plan: 'gold', remaining: 0, periodEnd: NOW });
  expect(await decide(store)).toMatchObject({ kind: 'granted', balance: { remaining: 49 } });
});

test('a store that never settles is an error, not an answer', async () => {
  const store = storeWith();
  let asked = 0;
  store.spend = async () => {
    asked++;
    return { spent: false, balance: balance() };
  };
  await expect(decide(store)).rejects.toThrow('the balance of customer c1 kept changing under 4 attempts to spend');
  expect(asked).toBe(4);
});

test('billing periods that have gone by unseen give their units once, and the present one begins where the last ended', async () => {
  const month = (index: number) => Date.UTC(2026, index, 10) / 1000;
  const catalogue = { ...CATALOGUE, plans: [plan('free', 50, 'billing')] };
  const store = storeWith({ remaining: 7, periodStart: month(6), periodEnd: month(7) });
  const decision = await charge(store, catalogue, request, () => NOW);
  expect(decision).toMatchObject({ balance: { remaining: 49, periodStart: month(10), periodEnd: month(11) } });
});

test('an error of a busy store goes by that name', () => {
  expect(new StoreBusyError('throttled').name).toBe('StoreBusyError');
});

test('explain finds nothing to say of a balance that would do', () => {
  expect(explain(balance(), request, NOW)).toBeUndefined();
});

test('bytes are the same only if all of them are', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
      expect(sameBytes(left, right)).toBe(Buffer.from(left).equals(right));
      expect(sameBytes(left, Uint8Array.from(left))).toBe(true);
    }),
  );
});

test('never more is granted than was ever credited, however calls, payments and periods interleave', async () => {
  const step = fc.oneof(
    fc.record({ call: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ credit: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ pass: fc.integer({ min: 0, max: 20 * 86_400 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const store = storeWith();
      let [now, granted, credited, periods] = [NOW, 0, 50, 0];
      let end = store.balances.get('c1')?.periodEnd;
      const calls = steps.map(async (next) => {
        if ('pass' in next) {
          now += next.pass;
        } else if ('credit' in next) {
          store.credit('c1', next.credit);
          credited += next.credit;
        } else {
          const decision = await charge(store, CATALOGUE, { ...request, cost: next.call }, () => now);
          granted += decision.kind === 'granted' ? next.call : 0;
          const ended = store.balances.get('c1')?.periodEnd;
          periods += ended === end ? 0 : 1;
          end = ended;
        }
      });
      await Promise.all(calls);
      const left = store.balances.get('c1')?.remaining ?? 0;
      expect(left).toBeGreaterThanOrEqual(0);
      expect(granted + left).toBeLessThanOrEqual(credited + periods * 50);
    }),
  );
});
