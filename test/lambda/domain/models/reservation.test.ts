import fc from 'fast-check';
import { ModelInput } from '../../../../lambda/domain/models/input';
import { unitsAtMost, unitsOf } from '../../../../lambda/domain/models/price';
import {
  type NotEnough,
  type Reservation,
  type ReservationStore,
  reportsOf,
  reserve,
  type Wanted,
} from '../../../../lambda/domain/models/reservation';
import { balance } from '../../fixtures';

const PRICE = { input: 1_000_000, output: 2_000_000, cachedInput: 100_000, cacheWriteInput: 1_000_000 };

/** A balance that is written by nobody else, or by others before each attempt. */
class Balances implements ReservationStore {
  public attempts = 0;

  constructor(
    public remaining: number,
    private readonly others: readonly number[] = [],
  ) {}

  public async reserve(_: string, units: number) {
    this.remaining -= this.others[this.attempts] ?? 0;
    this.attempts++;
    const isDone = this.remaining >= units;
    this.remaining -= isDone ? units : 0;
    return { isDone, balance: balance({ remaining: this.remaining, credits: 0, periodStart: 1_000 }) };
  }
}

const CHARGED = { chargeId: 'call-1', customer: 'ada', charged: 5, bought: 0, period: 900 };

const wanted = (overrides: Partial<Wanted> = {}): Wanted => ({
  price: PRICE,
  input: { atMost: 40, estimate: async () => 12 },
  maxOutput: 100,
  minOutput: 16,
  answers: 1,
  ...overrides,
});

async function reserved(store: ReservationStore, overrides: Partial<Wanted> = {}): Promise<Reservation> {
  const outcome = await reserve(store, CHARGED, wanted(overrides));
  if (outcome.kind !== 'reserved') {
    throw new Error(`not enough, of ${outcome.balance.remaining}`);
  }
  return outcome;
}

test('beside what the authorizer has charged, a call reserves what it can cost at most', async () => {
  const store = new Balances(1_000);
  const { maxOutput, extra } = await reserved(store);
  expect(maxOutput).toBe(100);
  expect(extra).toEqual({ chargeId: 'call-1.extra', customer: 'ada', charged: 235, bought: 0, period: 1_000 });
  expect(store).toMatchObject({ remaining: 765, attempts: 1 });
});

test('a call that its estimate pays for needs no write', async () => {
  const store = new Balances(1_000);
  const reservation = await reserved(store, { maxOutput: 1, input: { atMost: 3, estimate: async () => 3 } });
  expect(reservation).toEqual({ kind: 'reserved', maxOutput: 1, charged: CHARGED });
  expect(store.attempts).toBe(0);
});

test('where the bound is too much, the input is counted and all of the answer is kept', async () => {
  // 12 + 200 units and not 40 + 200.
  expect(await reserved(new Balances(210))).toMatchObject({ maxOutput: 100, extra: { charged: 207 } });
});

test('an answer is held to what the balance pays for, and not a token less', async () => {
  const store = new Balances(100);
  // 105 units are 12 for the input and 46 tokens of output; the last unit pays for half of one.
  expect(await reserved(store)).toMatchObject({ maxOutput: 46, extra: { charged: 99 } });
  expect(store.remaining).toBe(1);
});

test('several answers are paid for by one balance', async () => {
  expect(await reserved(new Balances(100), { answers: 2, minOutput: 16 })).toMatchObject({ maxOutput: 23 });
});

test('with less than the fewest tokens that are of use, nothing is taken, and it is told what is missing', async () => {
  const store = new Balances(38);
  const outcome = (await reserve(store, CHARGED, wanted())) as NotEnough;
  expect(outcome).toMatchObject({ kind: 'not_enough', cost: 44, balance: { remaining: 43 } });
  expect(store.remaining).toBe(38);
  expect(await reserved(new Balances(39))).toMatchObject({ maxOutput: 16 });
});

test('who owes units gets nothing for them', async () => {
  expect(await reserve(new Balances(-50), CHARGED, wanted())).toMatchObject({ kind: 'not_enough' });
});

test('calls that take of the balance meanwhile shorten the answer, and cost nobody a unit', async () => {
  const store = new Balances(200, [0, 50, 50]);
  const { maxOutput, extra } = await reserved(store);
  expect(maxOutput).toBe(46);
  expect(store.remaining).toBe(100 - (extra?.charged ?? 0));
});

test('where the balance never holds still, it is an error and not a refusal', async () => {
  const store = new Balances(
    10_000,
    Array.from({ length: 8 }, () => 1_000),
  );
  const greedy = wanted({ maxOutput: 10 ** 6 });
  await expect(reserve(store, CHARGED, greedy)).rejects.toThrow('kept changing');
  expect(store.remaining).toBe(2_000);
});

test('a call that has cost less gives back of what was taken last, and both charges end at what it has cost', () => {
  const extra = { ...CHARGED, chargeId: 'call-1.extra', charged: 100 };
  const told = (units: number, held = { charged: CHARGED, extra } as Pick<Reservation, 'charged' | 'extra'>) =>
    reportsOf(held, units).map((report) => [report.call.chargeId, report.units]);
  expect(told(0)).toEqual([
    ['call-1', 0],
    ['call-1.extra', 0],
  ]);
  expect(told(3)).toEqual([
    ['call-1', 3],
    ['call-1.extra', 0],
  ]);
  expect(told(30)).toEqual([['call-1.extra', 25]]);
  // Also where nothing changes: the safeguard would give it back.
  expect(told(105)).toEqual([['call-1.extra', 100]]);
  expect(told(120)).toEqual([['call-1.extra', 115]]);
  expect(told(5, { charged: CHARGED })).toEqual([]);
  expect(told(7, { charged: CHARGED })).toEqual([['call-1', 7]]);
});

test('no answer within its bounds takes a balance below nothing, whatever of the input is cached', async () => {
  const price = fc.record({
    input: fc.nat(10 ** 7),
    output: fc.nat(10 ** 7),
    cachedInput: fc.nat(10 ** 6),
    cacheWriteInput: fc.nat(10 ** 7),
  });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      price,
      fc.record({ text: fc.string({ maxLength: 200 }), margin: share, maxOutput: fc.integer({ min: 1, max: 5_000 }) }),
      fc.record({ remaining: fc.integer({ min: -1_000, max: 200_000 }), answers: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ input: share, cached: share, output: share }),
      async (table, { text, margin, maxOutput }, { remaining, answers }, shares) => {
        const input = new ModelInput({ text }, async (all) => Math.floor(all.length * margin));
        const store = new Balances(remaining);
        const wish = { price: table, input, maxOutput, minOutput: 16, answers };
        const outcome = await reserve(store, CHARGED, wish);
        if (outcome.kind === 'not_enough') {
          expect(store.remaining).toBe(remaining);
          expect(outcome.cost).toBeGreaterThan(Math.max(0, remaining) + CHARGED.charged);
          return;
        }
        const held = CHARGED.charged + (outcome.extra?.charged ?? 0);
        const bound = unitsAtMost(await input.estimate(), outcome.maxOutput * answers, table);
        expect(held).toBeGreaterThanOrEqual(bound);
        const tokens = Math.floor(shares.input * (await input.estimate()));
        const cachedInput = Math.floor(tokens * shares.cached);
        const output = Math.floor(shares.output * outcome.maxOutput * answers);
        const units = unitsOf({ input: tokens - cachedInput, cachedInput, cacheWriteInput: 0, output }, table);
        const after = store.remaining + held - units;
        expect(after).toBeGreaterThanOrEqual(Math.min(remaining, 0));
        // And what is told adds up to it.
        const reports = reportsOf(outcome, units);
        const settled = reports.reduce((sum, report) => sum + report.call.charged - report.units, 0);
        expect(held - settled).toBe(units);
      },
    ),
  );
});
