import fc from 'fast-check';
import { type Balance, boughtUnits, creditsLeft } from '../../../lambda/domain/balance';
import type { ChargeRequest, SpendingStore } from '../../../lambda/domain/charge';
import { type ChargedCall, type Settlement, type SettlementStore, settle } from '../../../lambda/domain/settlement';
import { examples } from '../../support/examples';
import { PATIENCE } from '../../support/patience';
import { NOW } from '../fixtures';

const NEXT = NOW + 30 * 86_400;

export interface SettlementsUnderTest {
  readonly spending: SpendingStore;
  readonly settlements: SettlementStore;
  /** The same store in a process that ends after so many writes, each of which is done without an answer. */
  endingAfter(writes: number): SettlementStore;
  customerWith(balance: Partial<Balance>): Promise<string>;
  balanceOf(customer: string): Promise<Balance>;
  credit(customer: string, units: number): Promise<void>;
}

let last = 0;
const newId = () => `id${++last}`;

/**
 * What becomes of a balance by calls that cost something else than they were charged.
 *
 * @param runs how many lives of a customer are tried
 */
export function describeSettlements(name: string, runs: number, open: () => SettlementsUnderTest): void {
  describe(`settlements in ${name}`, () => {
    let under: SettlementsUnderTest = {} as SettlementsUnderTest;
    let requests = 0;

    beforeEach(() => {
      under = open();
    });

    /** A call that has been charged. */
    async function call(customer: string, cost = 5): Promise<ChargedCall> {
      const request: ChargeRequest = {
        customer,
        credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) },
        cost,
      };
      const { spent, balance } = await under.spending.spend(request, NOW);
      if (!spent) {
        throw new Error('the call was refused');
      }
      const bought = boughtUnits(balance, cost);
      return { chargeId: `r${++requests}-${customer}`, customer, charged: cost, bought, period: balance.periodStart };
    }

    const refund = (charged: ChargedCall): Settlement => ({ ...charged, kind: 'refund' });
    const report = (charged: ChargedCall, units: number): Settlement => ({ ...charged, kind: 'report', units });
    const run = (...settlements: Settlement[]) => settle(under.settlements, settlements, newId);

    async function unitsOf(customer: string) {
      const balance = await under.balanceOf(customer);
      return { remaining: balance.remaining, bought: creditsLeft(balance) };
    }

    test('what was not served is given back, once, however often it is told', async () => {
      const customer = await under.customerWith({ remaining: 50 });
      const charged = await call(customer);
      expect(await run(refund(charged))).toEqual({ refundedCalls: 1, refundedUnits: 5, reportedCalls: 0 });
      expect(await run(refund(charged), refund(charged))).toMatchObject({ refundedCalls: 0, refundedUnits: 0 });
      await Promise.all(Array.from({ length: 5 }, () => run(refund(charged))));
      expect(await unitsOf(customer)).toEqual({ remaining: 50, bought: 0 });
    });

    test('of many calls at once each is given back, in as many entries as they need', async () => {
      const customer = await under.customerWith({ remaining: 300 });
      const charged: ChargedCall[] = [];
      for (let index = 0; index < 250; index++) {
        charged.push(await call(customer, 1));
      }
      expect(await run(...charged.map(refund))).toMatchObject({ refundedCalls: 250, refundedUnits: 250 });
      expect(await unitsOf(customer)).toEqual({ remaining: 300, bought: 0 });
    });

    test.each([
      ['less', 3, 47],
      ['as much', 5, 45],
      ['more', 20, 30],
      ['more than there is, which is owed', 80, -30],
    ])('a call that took %s than was reserved costs what it took', async (_, units, remaining) => {
      const customer = await under.customerWith({ remaining: 50 });
      const charged = await call(customer);
      expect(await run(report(charged, units))).toMatchObject({ reportedCalls: 1, refundedCalls: 0 });
      await run(report(charged, units));
      await run(report(charged, units + 1));
      expect(await unitsOf(customer)).toMatchObject({ remaining });
    });

    test.each([
      ['before it was reported', ['refund', 'report']],
      ['after it was reported', ['report', 'refund']],
    ])('a call that was not served costs nothing, also %s', async (_, order) => {
      const customer = await under.customerWith({ remaining: 50, credits: 48 });
      const charged = await call(customer);
      for (const kind of order) {
        await run(kind === 'refund' ? refund(charged) : report(charged, 9));
      }
      expect(await unitsOf(customer)).toEqual({ remaining: 50, bought: 48 });
    });

    test('a call that is reported and given back in one batch costs nothing', async () => {
      const customer = await under.customerWith({ remaining: 50 });
      const charged = await call(customer);
      await run(report(charged, 9), refund(charged), report(charged, 1));
      expect(await unitsOf(customer)).toEqual({ remaining: 50, bought: 0 });
    });

    test('bought units come back as bought ones', async () => {
      const customer = await under.customerWith({ remaining: 12, credits: 10 });
      const charged = await call(customer);
      expect(await unitsOf(customer)).toEqual({ remaining: 7, bought: 7 });
      await run(refund(charged));
      expect(await unitsOf(customer)).toEqual({ remaining: 12, bought: 10 });
    });

    test.each<[string, number | 'refund', { remaining: number; bought: number }]>([
      ['only what was bought comes back', 'refund', { remaining: 60, bought: 10 }],
      ['what a report gives back is bought units first', 4, { remaining: 58, bought: 8 }],
      ['what a report charges is charged now', 9, { remaining: 53, bought: 6 }],
    ])('once the period is over, %s', async (_, settled, after) => {
      // 2 of the plan's own units and 10 bought ones, of which a call of 6 takes 4; then 50 new ones.
      const customer = await under.customerWith({ remaining: 12, credits: 10, periodEnd: NEXT });
      const charged = await call(customer, 6);
      await under.spending.rollOver(customer, NEXT, 50, NEXT + 1);
      expect(await unitsOf(customer)).toEqual({ remaining: 56, bought: 6 });
      await run(settled === 'refund' ? refund(charged) : report(charged, settled));
      expect(await unitsOf(customer)).toEqual(after);
    });

    test('what is owed stays owed over the end of a period, and is paid by whatever comes next', async () => {
      const customer = await under.customerWith({ remaining: 50, credits: 20, periodEnd: NEXT });
      await run(report(await call(customer), 80));
      expect(await unitsOf(customer)).toEqual({ remaining: -30, bought: 0 });
      await under.spending.rollOver(customer, NEXT, 50, NEXT + 1);
      expect(await unitsOf(customer)).toEqual({ remaining: 20, bought: 0 });
      await under.credit(customer, 7);
      expect(await unitsOf(customer)).toEqual({ remaining: 27, bought: 7 });
    });

    test('who owes units may call what costs nothing, and nothing else', async () => {
      const customer = await under.customerWith({ remaining: 5 });
      await run(report(await call(customer), 9));
      await expect(call(customer, 1)).rejects.toThrow('refused');
      expect(await call(customer, 0)).toMatchObject({ charged: 0 });
    });

    test('of a customer that is gone, nothing is left to settle', async () => {
      const charged = { chargeId: 'r-gone', customer: 'nobody', charged: 5, bought: 0, period: NOW };
      await expect(run(refund(charged))).resolves.toBeDefined();
    });

    test(
      'whatever runs side by side, ends early, or comes again: every call costs what became of it, and no unit more or less',
      async () => {
        const told = fc.record({
          call: fc.nat({ max: 5 }),
          kind: fc.constantFrom('refund' as const, 'report' as const),
        });
        const batch = fc.record({
          told: fc.array(told, { minLength: 1, maxLength: 6 }),
          endsAfter: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
          bought: fc.nat({ max: 9 }),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 6, maxLength: 6 }),
            fc.array(fc.array(batch, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
            async (reported, rounds) => {
              const customer = await under.customerWith({ remaining: 100, credits: 40 });
              const calls: ChargedCall[] = [];
              for (let index = 0; index < reported.length; index++) {
                calls.push(await call(customer, 15));
              }
              const settlementsOf = (batch: { told: readonly { call: number; kind: 'refund' | 'report' }[] }) =>
                batch.told.map(({ call, kind }) => {
                  const charged = calls[call] as ChargedCall;
                  return kind === 'refund' ? refund(charged) : report(charged, reported[call] ?? 0);
                });
              for (const batches of rounds) {
                await Promise.all(
                  batches.map(async (batch) => {
                    const store =
                      batch.endsAfter === undefined ? under.settlements : under.endingAfter(batch.endsAfter);
                    await settle(store, settlementsOf(batch), newId).catch(() => undefined);
                    await under.credit(customer, batch.bought);
                  }),
                );
              }
              // Whoever delivers them does so until a run has come to its end.
              for (const batch of rounds.flat()) {
                await settle(under.settlements, settlementsOf(batch), newId);
              }
              const all = rounds.flat().flatMap((batch) => batch.told);
              const costs = calls.map((charged, index) => {
                const kinds = all.filter(({ call }) => call === index).map(({ kind }) => kind);
                if (kinds.includes('refund')) {
                  return 0;
                }
                return kinds.includes('report') ? (reported[index] ?? 0) : charged.charged;
              });
              const credited = rounds.flat().reduce((sum, { bought }) => sum + bought, 0);
              const spent = costs.reduce((sum, cost) => sum + cost, 0);
              const remaining = 100 + credited - spent;
              expect(await unitsOf(customer)).toEqual({
                remaining,
                bought: Math.max(0, Math.min(remaining, 40 + credited)),
              });
            },
          ),
          examples(runs),
        );
      },
      PATIENCE,
    );
  });
}
