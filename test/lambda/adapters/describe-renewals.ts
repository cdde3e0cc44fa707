import fc from 'fast-check';
import { type Balance, creditsLeft } from '../../../lambda/domain/balance';
import { type ChargeRequest, charge, type SpendingStore } from '../../../lambda/domain/charge';
import type { PaymentStore } from '../../../lambda/domain/customers';
import type { QuotaPeriod } from '../../../lambda/domain/period';
import { PATIENCE } from '../../support/patience';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { planStep } from './stores';

const DAY = 86_400;
const UNITS = 1_000;
const at = (text: string) => Date.parse(text) / 1000;
const PRICE = { amount: 2900, currency: 'usd', interval: 'month' as const };

export interface RenewalsUnderTest {
  readonly payments: PaymentStore;
  readonly spending: SpendingStore;
  customerWith(balance: Partial<Balance>): Promise<string>;
  balanceOf(customer: string): Promise<Balance>;
}

/** What becomes of a balance between the authorizer, which rolls over by itself, and Stripe's word on the same periods. */
export function describeRenewals(open: () => RenewalsUnderTest): void {
  describe('renewals', () => {
    let { payments, spending, customerWith, balanceOf }: RenewalsUnderTest = {} as RenewalsUnderTest;

    beforeEach(() => {
      ({ payments, spending, customerWith, balanceOf } = open());
    });

    const january = { start: at('2026-12-31T12:00:00Z'), end: at('2027-01-31T12:00:00Z') };
    const february = { start: january.end, end: at('2027-02-28T12:00:00Z') };
    const march = { start: february.end, end: at('2027-03-31T12:00:00Z') };
    const april = { start: march.end, end: at('2027-04-30T12:00:00Z') };

    /** A customer of plan `pro`, who has spent all but 130 units of January's, 100 of which he has bought. */
    const inJanuary = (overrides: Partial<Balance> = {}) =>
      customerWith({ plan: 'pro', remaining: 130, credits: 100, ...onBalance(january), ...overrides });

    const renew = (customer: string, period: QuotaPeriod) =>
      payments.renew(customer, {
        kind: 'renewal',
        id: `subscription#sub_1#period#${period.start}#pro`,
        plan: 'pro',
        units: UNITS,
        period,
      });

    /** A call of the customer's, at the authorizer; its plan is billed by the month, or so the authorizer believes. */
    function call(customer: string, now: number, cost = 1, price: typeof PRICE | { stripePrice: string } = PRICE) {
      const request: ChargeRequest = {
        customer,
        credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) },
        cost,
      };
      const catalogue = { ...CATALOGUE, plans: [plan('pro', UNITS, 'billing', price)], defaultPlan: 'pro' };
      return charge(spending, catalogue, request, () => now);
    }

    test('on time: the next period begins with full units, and bought ones stay', async () => {
      const customer = await inJanuary();
      await renew(customer, february);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 1_100, credits: 100, ...onBalance(february) });
    });

    test('on time, with some bought units spent', async () => {
      const customer = await inJanuary({ remaining: 70 });
      await renew(customer, february);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 1_070, credits: 70, ...onBalance(february) });
    });

    test('early, before the end by our clock: it begins, and the end that was meant passes unnoticed', async () => {
      const customer = await inJanuary();
      await renew(customer, february);
      expect(await call(customer, february.start - 300, 10)).toMatchObject({ kind: 'granted' });
      expect(await call(customer, february.start, 10)).toMatchObject({ kind: 'granted' });
      expect(await balanceOf(customer)).toMatchObject({ remaining: 1_080, ...onBalance(february) });
    });

    test('late: the authorizer has begun the period, which is not given twice', async () => {
      const customer = await inJanuary();
      expect(await call(customer, february.start + 60, 400)).toMatchObject({ kind: 'granted' });
      await renew(customer, february);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 700, credits: 100, ...onBalance(february) });
    });

    test('late, of a month that ends on another day than ours: the end moves to Stripe’s', async () => {
      const customer = await inJanuary({ ...onBalance(february) });
      await call(customer, march.start, 400);
      expect(await balanceOf(customer)).toMatchObject({ periodEnd: at('2027-03-28T12:00:00Z') });
      await renew(customer, march);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 700, ...onBalance(march) });
    });

    test('late, after a period that Stripe never told of and ours was clamped in: not given twice either', async () => {
      const customer = await inJanuary({ ...onBalance(february) });
      await call(customer, march.start);
      const ours = { start: at('2027-03-28T12:00:00Z'), end: at('2027-04-28T12:00:00Z') };
      await call(customer, ours.start, 400);
      await renew(customer, march);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 700, ...onBalance(ours) });
      await renew(customer, april);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 700, periodEnd: april.end });
    });

    test('twice, and by events at once: it begins once', async () => {
      const customer = await inJanuary();
      await Promise.all(Array.from({ length: 10 }, () => renew(customer, february)));
      await call(customer, february.start, 400);
      await renew(customer, february);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 700, credits: 100 });
    });

    test('out of order: what is past changes nothing', async () => {
      const customer = await inJanuary();
      await renew(customer, march);
      await call(customer, march.start, 400);
      await renew(customer, february);
      await renew(customer, january);
      expect(await balanceOf(customer)).toMatchObject({ remaining: 700, credits: 100, ...onBalance(march) });
    });

    test('of another plan than the customer is on: nothing', async () => {
      const customer = await inJanuary({ plan: 'max' });
      await renew(customer, february);
      expect(await balanceOf(customer)).toMatchObject({ plan: 'max', remaining: 130, ...onBalance(january) });
    });

    test('after an upgrade in mid-period: the old plan’s news change nothing, the new plan’s renewal counts', async () => {
      const customer = await inJanuary();
      const upgraded = { start: january.start + 10 * DAY, end: january.end + 10 * DAY };
      const max = { kind: 'renewal', plan: 'max', units: 9_000, period: upgraded } as const;
      await payments.post(customer, planStep({ ...max, kind: 'plan', from: 'pro' }));
      await renew(customer, february);
      await payments.renew(customer, { ...max, id: 'subscription#sub_2#period#1' });
      expect(await balanceOf(customer)).toMatchObject({ plan: 'max', remaining: 9_100, ...onBalance(upgraded) });
      const next = { start: upgraded.end, end: upgraded.end + 28 * DAY };
      await payments.renew(customer, { ...max, id: 'subscription#sub_2#period#2', period: next });
      expect(await balanceOf(customer)).toMatchObject({ remaining: 9_100, ...onBalance(next) });
    });

    test('a trial that the first paid period follows', async () => {
      const trial = { start: january.start, end: january.start + 7 * DAY };
      const customer = await inJanuary({ remaining: 0, credits: 0, ...onBalance(trial) });
      await renew(customer, { start: trial.end, end: trial.end + 31 * DAY });
      expect(await balanceOf(customer)).toMatchObject({ remaining: UNITS });
    });

    test.each([1, 7])(
      'a price of %i days, where the authorizer takes it for a monthly one: each is given',
      async (days) => {
        const customer = await inJanuary({ remaining: 0, credits: 0 });
        for (const index of [0, 1, 2]) {
          const start = january.end + index * days * DAY;
          await call(customer, start, 400, { stripePrice: 'price_1' });
          await renew(customer, { start, end: start + days * DAY });
        }
        // Stripe's word gave the second one; the first and the third were the authorizer's, and confirmed.
        expect((await balanceOf(customer)).remaining).toBe(UNITS - 400);
      },
    );

    test.each([90, 365])(
      'a price of %i days, where the authorizer takes it for a monthly one: given once',
      async (days) => {
        const customer = await inJanuary({ remaining: 0, credits: 0 });
        const period = { start: january.end, end: january.end + days * DAY };
        await call(customer, period.start, 400, { stripePrice: 'price_1' });
        await renew(customer, period);
        await call(customer, period.start + 40 * DAY, 400, { stripePrice: 'price_1' });
        expect(await balanceOf(customer)).toMatchObject({ remaining: 200, ...onBalance(period) });
      },
    );

    test('many periods without a call or news: one is given, and it is the one of today', async () => {
      const customer = await inJanuary();
      expect(await call(customer, at('2027-09-15T00:00:00Z'))).toMatchObject({ kind: 'granted' });
      expect(await balanceOf(customer)).toMatchObject({
        remaining: 1_099,
        credits: 100,
        periodStart: at('2027-08-28T12:00:00Z'),
        periodEnd: at('2027-09-28T12:00:00Z'),
      });
    });

    test(
      'however calls and news of renewals mix, each period gives its units once, and bought ones are exact',
      async () => {
        const periods = [january, february, march, april];
        const step = fc.record({
          // A month, who acts in it, what a call costs, and by how much his clock is wrong.
          month: fc.integer({ min: 0, max: 3 }),
          webhook: fc.boolean(),
          late: fc.integer({ min: 0, max: 1 }),
          cost: fc.integer({ min: 0, max: 600 }),
          skew: fc.integer({ min: -300, max: 300 }),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
            const customer = await inJanuary({ remaining: UNITS + 100 });
            let [included, bought, current] = [UNITS, 100, 0];
            for (const { month, webhook, late, cost, skew } of steps.toSorted((a, b) => a.month - b.month)) {
              const told = webhook ? Math.max(0, month - late) : month;
              const period = periods[told] ?? january;
              [included, current] = told > current ? [UNITS, told] : [included, current];
              if (webhook) {
                await renew(customer, period);
                continue;
              }
              const { kind } = await call(customer, period.start + 5 * DAY + skew, cost);
              expect(kind).toBe(included + bought >= cost ? 'granted' : 'payment_required');
              const [fromPlan, spent] = kind === 'granted' ? [Math.min(included, cost), cost] : [0, 0];
              included -= fromPlan;
              bought -= spent - fromPlan;
            }
            const after = await balanceOf(customer);
            expect({ remaining: after.remaining, credits: creditsLeft(after) }).toEqual({
              remaining: included + bought,
              credits: bought,
            });
          }),
          { numRuns: 10 },
        );
      },
      PATIENCE,
    );

    test('to a plan without a limit and back, bought units are exact', async () => {
      const customer = await inJanuary({ remaining: 70 });
      const unlimited = { ...CATALOGUE, plans: [plan('open', undefined, 'unlimited')], defaultPlan: 'open' };
      const request = { customer, credential: { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) }, cost: 10 ** 9 };
      await payments.post(customer, planStep({ id: 'a', plan: 'open', units: 10 ** 15, period: january }));
      await charge(spending, unlimited, request, () => NOW);
      await payments.post(customer, { kind: 'top_up', id: 'cs_open', units: 5 });
      await charge(spending, unlimited, request, () => january.end);
      await payments.post(customer, planStep({ id: 'b', plan: 'pro', units: UNITS, period: february }));
      expect(await balanceOf(customer)).toMatchObject({ remaining: UNITS + 75, credits: 75 });
    });
  });
}

function onBalance({ start, end }: QuotaPeriod): Pick<Balance, 'periodStart' | 'periodEnd'> {
  return { periodStart: start, periodEnd: end };
}
