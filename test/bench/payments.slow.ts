import { CREDITING } from '../../bench/engines/crediting';
import type { Engine } from '../../bench/engines/engine';
import { hotCustomer } from '../../bench/scenarios/hot-customer';
import { type Load, type Outcome, simulate } from '../../bench/simulation/simulate';

const UNBOUNDED = { writeUnits: Number.POSITIVE_INFINITY };

const LOAD: Load = {
  customers: [hotCustomer(100_000, 1_000)],
  environments: 64,
  placement: 'spread',
  milliseconds: 500,
  dynamoDb: UNBOUNDED,
  payments: { every: 50, kind: 'top_up', units: 100 },
};

function engine(name: string): Engine {
  const found = CREDITING.find((candidate) => candidate.name === name);
  if (found === undefined) {
    throw new Error(`no engine ${name}`);
  }
  return found;
}

const [PLAIN, TRANSACTION, NONE] = ['plain writes', 'a transaction', 'no payment'].map((way) => `exact calls, ${way}`);
const run = (name = '', changes: Partial<Load> = {}, seed = 1) => simulate(engine(name), { ...LOAD, ...changes }, seed);

/** Units that are missing, or there twice. */
function wrong({ credited, granted, remaining, heldByEnvironments }: Outcome): number {
  return credited - granted - remaining - heldByEnvironments;
}

test('the same seed brings the same payments, however often they are tried', async () => {
  const load = { dynamoDb: { writeUnits: 200 }, payments: { every: 20, kind: 'top_up', units: 1 } } as const;
  const [first, again] = [await run(PLAIN, load), await run(PLAIN, load)];
  expect(Math.max(...first.payments.attempts)).toBeGreaterThan(1);
  expect(again).toEqual(first);
});

test('the calls are the same with payments and without', async () => {
  const outcomes = await Promise.all([PLAIN, TRANSACTION, NONE].map((name) => run(name)));
  expect(new Set(outcomes.map(({ total }) => total.decisions)).size).toBe(1);
  expect(outcomes.map(({ payments }) => payments.count)).toEqual([9, 9, 0]);
});

test.each(CREDITING.map(({ name }) => name))(
  '%s: every unit is paid once, spent once, and nowhere else',
  async (name) => {
    const outcomes = await Promise.all([
      run(name),
      run(name, { dynamoDb: { writeUnits: 100 } }),
      run(name, { payments: { every: 20, kind: 'top_up', units: 7 } }),
    ]);
    expect(outcomes.map(wrong)).toEqual([0, 0, 0]);
  },
);

test('a payment in plain writes makes no call fail or wait, one in a transaction refuses writes', async () => {
  const [plain, transaction, none] = await Promise.all([PLAIN, TRANSACTION, NONE].map((name) => run(name)));
  expect(plain?.usage).toMatchObject({ conflicts: 0, lostToConflicts: 0 });
  expect(plain?.total.counts).toEqual(none?.total.counts);
  expect(transaction?.usage.conflicts).toBeGreaterThan(5);
});

test('a payment in plain writes gets through to an item that takes a fifth of what calls write', async () => {
  const { payments, usage } = await run(PLAIN, { dynamoDb: { writeUnits: 200 } });
  expect(usage.throttled).toBeGreaterThan(200);
  expect([payments.waits.length, payments.failed.length]).toEqual([9, 0]);
  expect(Math.max(...payments.attempts)).toBeGreaterThan(1);
});

test('money goes back at once, though the units that are left are being spent', async () => {
  const payments = { every: 300, kind: 'clawback', units: 2_000 } as const;
  const outcome = await run(PLAIN, { customers: [hotCustomer(1_000, 1_000)], payments });
  expect(outcome.payments.attempts).toEqual([1]);
  expect(outcome.granted).toBeLessThan(450);
  expect(wrong(outcome)).toBe(0);
});
