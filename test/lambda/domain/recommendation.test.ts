import fc from 'fast-check';
import { allowance, findPlan, inNextPeriod } from '../../../lambda/domain/balance';
import { NEVER } from '../../../lambda/domain/clock';
import { offerQuery } from '../../../lambda/domain/offer';
import {
  missingUnits,
  type Recommendation,
  type Refusal,
  type RefusalReason,
  recommend,
} from '../../../lambda/domain/recommendation';
import type { Catalogue, PlanEntry, PriceEntry, TopUpEntry } from '../../../lib/private/catalogue';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';

const DAY = 86_400;
/** November of 2026: 30 days. */
const MONTH = { start: Date.UTC(2026, 10, 1) / 1000, end: Date.UTC(2026, 11, 1) / 1000 };

/** A customer whose units of November are used up at the end of that day, by a call that costs as many. */
function usedUp(onDay: number, overrides: Partial<Refusal> & { plan?: string } = {}): Refusal {
  const { plan: id = 'free', ...others } = overrides;
  return {
    reason: 'quota_exhausted',
    cost: 1,
    now: MONTH.start + onDay * DAY,
    balance: balance({ plan: id, remaining: 0, periodStart: MONTH.start, periodEnd: MONTH.end }),
    ...others,
  };
}

function inWords({ action, offer }: Recommendation): string {
  return offer === undefined ? action : `${action} ${offerQuery(offer)}`;
}

const monthly = (amount: number, currency = 'usd'): PriceEntry => ({ amount, currency, interval: 'month' });
const pack = (id: string, units: number, amount = 500): TopUpEntry => ({
  id,
  name: id,
  units,
  price: { amount, currency: 'usd' },
});
const selling = (plans: readonly PlanEntry[], topUps: readonly TopUpEntry[] = []): Catalogue => ({
  ...CATALOGUE,
  plans: [plan('free', 50), ...plans],
  topUps,
});

describe('who is about to get new units', () => {
  test('is to wait for them; the link is for whoever does not want to', () => {
    const recommendation = recommend(CATALOGUE, usedUp(29));
    expect(inWords(recommendation)).toBe('wait topUp=1k');
    expect(recommendation.until).toBe(MONTH.end);
    expect(inWords(recommend(CATALOGUE, usedUp(28.9)))).toBe('top_up topUp=1k');
  });

  test('is to wait a minute, however short the period is', () => {
    const short = { ...CATALOGUE, plans: [plan('free', 50, 'billing', monthly(100))], topUps: [pack('1k', 1_000)] };
    const refusal = (left: number) => ({
      ...usedUp(0),
      balance: balance({ remaining: 0, periodStart: NOW, periodEnd: NOW + 600 }),
      now: NOW + 600 - left,
    });
    expect(recommend(short, refusal(60)).action).toBe('wait');
    expect(recommend(short, refusal(61)).action).toBe('top_up');
  });

  test('is not, where the new units do not suffice either', () => {
    expect(inWords(recommend(CATALOGUE, usedUp(29.9, { cost: 51 })))).toBe('upgrade plan=pro');
    const indebted = balance({ remaining: -20, periodStart: MONTH.start, periodEnd: MONTH.end });
    expect(inWords(recommend(CATALOGUE, { ...usedUp(29.9, { cost: 31 }), balance: indebted }))).toBe(
      'upgrade plan=pro',
    );
    expect(recommend(CATALOGUE, { ...usedUp(29.9, { cost: 30 }), balance: indebted }).action).toBe('wait');
  });
});

describe('who has used up the units with more than a quarter of the period left', () => {
  test('is to change to the smallest plan that covers what he uses', () => {
    // 51 of 50 in 10 days are 153 a month, and 51 in a day and a half 1,020.
    expect(inWords(recommend(CATALOGUE, usedUp(10)))).toBe('upgrade plan=pro');
    expect(inWords(recommend(CATALOGUE, usedUp(1.5)))).toBe('upgrade plan=max');
    expect(inWords(recommend(CATALOGUE, usedUp(22)))).toBe('upgrade plan=pro');
    expect(inWords(recommend(CATALOGUE, usedUp(23.5)))).toBe('top_up topUp=1k');
  });

  test('is told nothing of a first moment but that it was one day’s', () => {
    const catalogue = selling([plan('pro', 1_530, 'month', monthly(1)), plan('max', 10 ** 9, 'month', monthly(2))]);
    expect(inWords(recommend(catalogue, usedUp(1 / 86_400)))).toBe('upgrade plan=pro');
  });

  test('counts from when he came', () => {
    const balanceOfLateComer = balance({ remaining: 0, periodStart: MONTH.start + 20 * DAY, periodEnd: MONTH.end });
    expect(inWords(recommend(CATALOGUE, usedUp(24)))).toBe('top_up topUp=1k');
    expect(inWords(recommend(CATALOGUE, { ...usedUp(24), balance: balanceOfLateComer }))).toBe('upgrade plan=pro');
  });

  test('is to take the largest where none covers it, and a top-up where there is no larger one', () => {
    expect(inWords(recommend({ ...CATALOGUE, topUps: [] }, usedUp(0.1)))).toBe('upgrade plan=max');
    expect(inWords(recommend(CATALOGUE, usedUp(3, { plan: 'max' })))).toBe('top_up topUp=1k');
  });

  test('pays for it already, and is to change all the same', () => {
    const paying = balance({ plan: 'pro', remaining: 0, periodStart: MONTH.start, periodEnd: MONTH.end });
    expect(inWords(recommend(CATALOGUE, { ...usedUp(10), balance: paying }))).toBe('upgrade plan=max');
    // Between paid plans of one window, what was spent counts on: 8,000 more do not cover this call.
    expect(inWords(recommend(CATALOGUE, { ...usedUp(10, { cost: 8_001 }), balance: paying }))).toBe('ask_operator');
  });

  test('takes a larger plan that costs less, if prices compare', () => {
    const plans = (other: PriceEntry) => [
      plan('pro', 1_000, 'month', monthly(900)),
      plan('sale', 5_000, 'month', other),
    ];
    expect(inWords(recommend(selling(plans(monthly(800))), usedUp(10)))).toBe('upgrade plan=sale');
    for (const other of [
      monthly(800, 'eur'),
      { ...monthly(800), interval: 'year' as const },
      { stripePrice: 'price_1' },
    ]) {
      expect(inWords(recommend(selling(plans(other)), usedUp(10)))).toBe('upgrade plan=pro');
    }
  });
});

describe('who needs more now and then', () => {
  test('is to buy the smallest top-up that covers the call', () => {
    const catalogue = selling([], [pack('10k', 10_000, 900), pack('100', 100), pack('1k', 1_000)]);
    expect(inWords(recommend(catalogue, usedUp(25)))).toBe('top_up topUp=100');
    expect(inWords(recommend(catalogue, usedUp(25, { cost: 101 })))).toBe('top_up topUp=1k');
  });

  test('is to buy one that covers the rest of the period, if one does', () => {
    // 51 units in 10 days make 102 in the 20 that are left.
    const catalogue = selling([], [pack('100', 100), pack('1k', 1_000), pack('10k', 10_000)]);
    expect(inWords(recommend(catalogue, usedUp(10)))).toBe('top_up topUp=1k');
    expect(inWords(recommend(selling([], [pack('10', 10), pack('100', 100)]), usedUp(10)))).toBe('top_up topUp=100');
  });

  test('pays with it what he owes', () => {
    const catalogue = selling([], [pack('100', 100), pack('1k', 1_000)]);
    const owing = balance({ remaining: 0, owed: 100, periodStart: MONTH.start, periodEnd: MONTH.end });
    expect(inWords(recommend(catalogue, { ...usedUp(25), balance: owing }))).toBe('top_up topUp=1k');
  });
});

test('units that were given once, and are used up, are a reason to change the plan', () => {
  const catalogue = { ...CATALOGUE, plans: [plan('free', 50, 'once'), ...CATALOGUE.plans.slice(1)] };
  const trial = { ...usedUp(5), balance: balance({ remaining: 0, periodEnd: NEVER }) };
  expect(inWords(recommend(catalogue, trial))).toBe('upgrade plan=pro');
  expect(inWords(recommend({ ...catalogue, plans: catalogue.plans.slice(0, 1) }, trial))).toBe('top_up topUp=1k');
});

test('where nothing is sold that helps, there is the reset, and else the operator', () => {
  expect(recommend(selling([]), usedUp(3))).toEqual({ action: 'wait', until: MONTH.end, offer: undefined });
  expect(recommend(selling([plan('gift', 5_000)], [pack('10', 10)]), usedUp(3, { cost: 51 }))).toEqual({
    action: 'ask_operator',
  });
});

test('a card that was declined is to be mended, whatever is sold', () => {
  expect(recommend(CATALOGUE, usedUp(3, { reason: 'payment_failed' }))).toEqual({ action: 'fix_card' });
});

test.each([
  ['one of those that have it', 'free', ['pro', 'max'], 'upgrade plan=pro'],
  ['the only one', 'pro', ['max'], 'upgrade plan=max'],
  ['also a smaller one', 'max', ['pro'], 'upgrade plan=pro'],
  ['one that is sold', 'pro', ['free', 'gift'], 'ask_operator'],
])('a route of other plans needs %s', (_, current, plans, expected) => {
  const catalogue = { ...CATALOGUE, plans: [...CATALOGUE.plans, plan('gift', 99_999)] };
  const served = balance({ plan: current, periodStart: MONTH.start, periodEnd: MONTH.end });
  const refusal = { ...usedUp(15), reason: 'route_not_in_plan' as const, plans, balance: served };
  expect(inWords(recommend(catalogue, refusal))).toBe(expected);
});

test('API Gateway’s own quota is lifted by another plan, and by no bought units', () => {
  const reason = 'usage_plan_quota_exceeded' as const;
  expect(inWords(recommend(CATALOGUE, usedUp(15, { reason })))).toBe('upgrade plan=pro');
  expect(inWords(recommend(CATALOGUE, usedUp(15, { reason, plan: 'max' })))).toBe('ask_operator');
});

test('quotas of different periods are compared by the day, and a plan without a limit is the largest', () => {
  const daily = {
    ...CATALOGUE,
    topUps: [],
    plans: [plan('free', 100, 'day'), plan('pro', 2_000, 'month', monthly(1))],
  };
  const today = { periodStart: NOW - DAY / 2, periodEnd: NOW + DAY / 2 };
  const refusal = { ...usedUp(0), now: NOW, balance: balance({ remaining: 0, ...today }) };
  expect(recommend(daily, refusal).action).toBe('wait');
  const open = plan('open', undefined, 'unlimited', monthly(5));
  expect(inWords(recommend({ ...daily, plans: [...daily.plans, open] }, refusal))).toBe('upgrade plan=open');
  const yearly = plan('year', 3_000, 'billing', { amount: 1, currency: 'usd', interval: 'year' });
  expect(recommend({ ...daily, plans: [...daily.plans, yearly] }, refusal).action).toBe('wait');
});

describe('whatever is sold, and however it was used', () => {
  const prices = fc.option(
    fc.record({
      amount: fc.integer({ min: 1, max: 9_999 }),
      currency: fc.constantFrom('usd', 'eur'),
      interval: fc.constantFrom('month' as const, 'year' as const),
    }),
    { nil: undefined },
  );
  const quotas = fc.oneof(
    fc.record({
      units: fc.integer({ min: 1, max: 10_000 }),
      period: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'billing' as const, 'once' as const),
    }),
    fc.constant({ period: 'unlimited' as const }),
  );
  const catalogues = fc
    .record({
      plans: fc.array(fc.record({ quota: quotas, price: prices }), { minLength: 1, maxLength: 5 }),
      topUps: fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 4 }),
    })
    .map(({ plans, topUps }): Catalogue => {
      const entries = plans.map((entry, index) => ({ ...plan(`plan${index}`, 1), ...entry }));
      return {
        ...CATALOGUE,
        plans: entries,
        topUps: topUps.map((units, index) => pack(`pack${index}`, units)),
        defaultPlan: 'plan0',
      };
    });
  const reasons = fc.constantFrom<RefusalReason>(
    'quota_exhausted',
    'payment_failed',
    'route_not_in_plan',
    'usage_plan_quota_exceeded',
  );
  const situations = fc.record({
    catalogue: catalogues,
    reason: reasons,
    remaining: fc.integer({ min: -50, max: 99 }),
    credits: fc.integer({ min: 0, max: 99 }),
    owed: fc.integer({ min: 0, max: 99 }),
    cost: fc.integer({ min: 100, max: 12_000 }),
    elapsed: fc.integer({ min: 0, max: 40 * DAY }),
    left: fc.integer({ min: 1, max: 40 * DAY }),
    plans: fc.subarray(['plan1', 'plan2', 'plan3']),
  });

  function refusalOf({
    reason,
    cost,
    plans,
    elapsed,
    left,
    ...rest
  }: Omit<typeof situations extends fc.Arbitrary<infer S> ? S : never, 'catalogue'>): Refusal {
    const { remaining, credits, owed } = rest;
    const period = { periodStart: NOW - elapsed, periodEnd: NOW + left };
    return { reason, cost, plans, now: NOW, balance: balance({ plan: 'plan0', remaining, credits, owed, ...period }) };
  }

  test('only what is sold is recommended, lets the call through, and says what it has to', () => {
    fc.assert(
      fc.property(situations, ({ catalogue, ...situation }) => {
        const refusal = refusalOf(situation);
        const { action, until, offer } = recommend(catalogue, refusal);
        const current = findPlan(catalogue, refusal.balance.plan);
        if (offer?.kind === 'plan') {
          expect(catalogue.plans).toContain(offer.plan);
          expect(offer.plan.price).toBeDefined();
          expect(offer.plan.id).not.toBe(current.id);
          expect(refusal.reason !== 'route_not_in_plan' || refusal.plans?.includes(offer.plan.id)).toBe(true);
        }
        if (offer?.kind === 'topUp') {
          expect(catalogue.topUps).toContain(offer.topUp);
          expect(refusal.reason).toBe('quota_exhausted');
          expect(offer.topUp.units).toBeGreaterThanOrEqual(missingUnits(refusal));
        }
        expect(until !== undefined).toBe(action === 'wait');
        expect(action === 'upgrade').toBe(action !== 'wait' && offer?.kind === 'plan');
        expect(action === 'top_up').toBe(action !== 'wait' && offer?.kind === 'topUp');
        expect(action === 'fix_card').toBe(refusal.reason === 'payment_failed');
        if (action === 'wait') {
          const { limit = 0, resetsAt } = allowance(current, refusal.balance);
          expect(until).toBe(resetsAt);
          expect(inNextPeriod(refusal.balance, limit).remaining).toBeGreaterThanOrEqual(refusal.cost);
        }
      }),
    );
  });

  test('the operator is asked only where no top-up covers the call', () => {
    fc.assert(
      fc.property(situations, ({ catalogue, ...situation }) => {
        const refusal: Refusal = { ...refusalOf(situation), reason: 'quota_exhausted' };
        const covers = catalogue.topUps.some(({ units }) => units >= missingUnits(refusal));
        fc.pre(covers);
        expect(recommend(catalogue, refusal).action).not.toBe('ask_operator');
      }),
    );
  });
});
