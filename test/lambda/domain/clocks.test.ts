import fc from 'fast-check';
import { creditsLeft } from '../../../lambda/domain/balance';
import { charge } from '../../../lambda/domain/charge';
import type { QuotaEntry } from '../../../lib/private/catalogue';
import { examples } from '../../support/examples';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';

const END = Date.UTC(2026, 11, 1) / 1000;
const MINUTES = 300;
const UNITS = 50;

/** One call: some seconds after the one before, in an environment whose clock is wrong by as much. */
const call = fc.record({
  after: fc.integer({ min: 0, max: 120 }),
  skew: fc.integer({ min: -MINUTES, max: MINUTES }),
  cost: fc.integer({ min: 0, max: 20 }),
});

const quota = fc.constantFrom<QuotaEntry>(
  { units: UNITS, period: 'day' },
  { units: UNITS, period: 'month' },
  { units: UNITS, period: 'month', timeZone: 'Europe/London' },
  { units: UNITS, period: 'billing' },
);

test('around the end of a period, clocks that are minutes wrong give one period, once, and lose no bought unit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 40 }), quota, fc.boolean(), async (calls, entry, atOnce) => {
      const catalogue = { ...CATALOGUE, plans: [{ ...plan('free', UNITS), quota: entry }] };
      const store = new MemorySpendingStore();
      store.balances.set('c1', balance({ remaining: 130, credits: 100, periodStart: NOW, periodEnd: END }));
      let [now, granted] = [END - 10 * MINUTES, 0];
      const ends = [END];
      const served = calls.map(({ after, skew, cost }) => {
        now += after;
        const seen = now + skew;
        const request = { customer: 'c1', credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) }, cost };
        return async () => {
          const decision = await charge(store, catalogue, request, () => seen);
          granted += decision.kind === 'granted' ? cost : 0;
          ends.push(store.balances.get('c1')?.periodEnd ?? 0);
        };
      });
      if (atOnce) {
        await Promise.all(served.map((serve) => serve()));
      } else {
        for (const serve of served) {
          await serve();
        }
      }
      const after = store.balances.get('c1') ?? balance();
      // The end moves once, to the next period's, and never back.
      expect(ends).toEqual(ends.toSorted((one, other) => one - other));
      expect(new Set(ends).size).toBeLessThanOrEqual(2);
      expect(store.periods).toBe(new Set(ends).size - 1);
      // 30 units of the old period, the new one's if it has begun, and 100 that were bought: none is made, and only unspent ones of
      // the old period go.
      const given = 130 + UNITS * store.periods;
      expect(granted + after.remaining).toBeLessThanOrEqual(given);
      expect(granted + after.remaining).toBeGreaterThanOrEqual(given - 30 * store.periods);
      expect(creditsLeft(after)).toBeGreaterThanOrEqual(Math.min(100, given - 30 * store.periods - granted));
    }),
    examples(300),
  );
});
