import type { SettlementEntry } from '../../../lambda/domain/ledger';
import { type NotedCall, type Settlement, type SettlementStore, settle } from '../../../lambda/domain/settlement';
import { describeSettlements } from '../adapters/describe-settlements';
import { balance, NOW } from '../fixtures';
import { endingAfter, MemorySettlementStore } from './memory-settlement-store';
import { MemorySpendingStore } from './memory-spending-store';

describeSettlements('memory', 200, () => {
  const spending = new MemorySpendingStore();
  const settlements = new MemorySettlementStore(spending);
  let last = 0;
  return {
    spending,
    settlements,
    endingAfter: (writes) => endingAfter(settlements, writes),
    customerWith: async (overrides) => {
      const customer = `customer${++last}`;
      spending.balances.set(customer, balance(overrides));
      return customer;
    },
    balanceOf: async (customer) => spending.balances.get(customer) ?? balance({ remaining: Number.NaN }),
    credit: async (customer, units) => spending.credit(customer, units),
  };
});

describe('what is written down of settlements', () => {
  let noted: { customer: string; entry: SettlementEntry; calls: readonly NotedCall[] }[];
  let store: SettlementStore;

  beforeEach(() => {
    noted = [];
    const inner = new MemorySettlementStore(new MemorySpendingStore());
    store = {
      note: (customer, entry, calls) => {
        noted.push({ customer, entry, calls });
        return inner.note(customer, entry, calls);
      },
      apply: (customer, entry) => inner.apply(customer, entry),
    };
  });

  let last = 0;
  const newId = () => `id${++last}`;
  const run = (...settlements: Settlement[]) => settle(store, settlements, newId);
  const report = (chargeId: string, units: number): Settlement => ({ ...refund(chargeId), kind: 'report', units });
  const refund = (chargeId: string, changes: Partial<Settlement> = {}): Settlement => {
    return { chargeId, customer: 'c1', charged: 5, bought: 0, period: NOW, ...changes, kind: 'refund' };
  };

  test('one entry holds as many calls as a transaction takes beside it', async () => {
    await run(...Array.from({ length: 250 }, (_, index) => refund(`r${index}`)));
    expect(noted.map(({ calls }) => calls.length)).toEqual([99, 99, 52]);
    expect(new Set(noted.map(({ entry }) => entry.id)).size).toBe(3);
  });

  test('customers, and periods of one, have entries of their own', async () => {
    await run(refund('r1'), refund('r2', { customer: 'c2' }), refund('r3', { period: NOW + 1 }), refund('r4'));
    const settled = noted.map(({ customer, entry, calls }) => [customer, entry.period?.start, calls.length]);
    expect(settled).toEqual([
      ['c1', NOW, 2],
      ['c2', NOW, 1],
      ['c1', NOW + 1, 1],
    ]);
  });

  test('an entry says what it is, and nothing is written where there is nothing to settle', async () => {
    await run(refund('r1'));
    await run(refund('r1'));
    expect(noted[0]?.entry).toMatchObject({ kind: 'settlement', units: 5 });
    expect(noted.filter(({ calls }) => calls.length === 0)).toHaveLength(0);
    // The second run meets what the first has done, and is at its end.
    expect(noted).toHaveLength(2);
  });

  test('an entry tells the history of use what its calls were counted too little, or too much', async () => {
    const counted = { route: 'aaaa', units: 5 };
    await run(refund('r1', { counted }), refund('r2', { counted: { route: 'bbbb', units: 5 } }), refund('r3'));
    await run({ ...report('r4', 12), counted }, { ...report('r5', 2), counted }, { ...report('r6', 5), counted });
    await run({ ...refund('r4'), counted });
    // What was reserved beside it was not counted.
    await run({ ...report('r7', 3), charged: 40, counted: { ...counted, units: 0 } });
    await run({ ...report('r8', 6), counted }, { ...report('r9', 4), counted });
    expect(noted.map(({ entry }) => entry.used)).toEqual([
      { aaaa: -5, bbbb: -5 },
      { aaaa: 4 },
      // It meets what was settled, which is counted as such.
      { aaaa: -5 },
      { aaaa: -12 },
      { aaaa: 3 },
      undefined,
    ]);
  });

  test('of more routes than are counted by themselves, the history is told together', async () => {
    const calls = Array.from({ length: 12 }, (_, index) =>
      refund(`r${index}`, { counted: { route: `aa${10 + index}`, units: 5 } }),
    );
    await run(...calls);
    const used = noted[0]?.entry.used ?? {};
    expect(Object.keys(used)).toHaveLength(9);
    expect(used.other).toBe(-20);
  });

  test('a call that kept being settled by others is an error after ten attempts', async () => {
    let attempts = 0;
    store.note = async () => {
      attempts++;
      return new Map([['r1', { kind: 'report' as const, units: attempts, entry: `other${attempts}` }]]);
    };
    const error = 'the calls of customer c1 kept being settled elsewhere during 10 attempts';
    await expect(run(refund('r1'))).rejects.toThrow(error);
    expect(attempts).toBe(10);
  });

  test('bought units that a report gave back are not given back once more', async () => {
    const call = { chargeId: 'r1', customer: 'c1', charged: 6, bought: 4, period: NOW };
    await run({ ...call, kind: 'report', units: 4 });
    await run({ ...call, kind: 'refund' });
    const [reported, , refunded] = noted.map(({ entry }) => entry.period?.afterwards);
    expect([reported, refunded]).toEqual([
      { units: 2, credits: 2 },
      { units: 2, credits: 2 },
    ]);
  });

  test('where a report said more than was charged, all of the bought units come back with it', async () => {
    const call = { chargeId: 'r1', customer: 'c1', charged: 6, bought: 4, period: NOW };
    await run({ ...call, kind: 'report', units: 9 });
    await run({ ...call, kind: 'refund' });
    expect(noted.at(-1)?.entry).toMatchObject({ units: 9, period: { afterwards: { units: 4, credits: 4 } } });
  });
});
