import { blockedRevenue } from '../../../lambda/domain/blocked-revenue';
import type { Recommendation } from '../../../lambda/domain/recommendation';
import type { PlanEntry } from '../../../lib/private/catalogue';
import { CATALOGUE, plan } from '../fixtures';

const [free] = CATALOGUE.plans as [PlanEntry];
const [topUp] = CATALOGUE.topUps as [(typeof CATALOGUE.topUps)[number]];
const upgradeTo = (entry: PlanEntry): Recommendation => ({ action: 'upgrade', offer: { kind: 'plan', plan: entry } });
const price = (interval?: 'month' | 'year') => ({ amount: 1_200, currency: 'eur', interval });

test.each<[string, Recommendation, number]>([
  ['a top-up', { action: 'top_up', offer: { kind: 'topUp', topUp } }, 2.5],
  ['a top-up, for who does not wait', { action: 'wait', until: 1, offer: { kind: 'topUp', topUp } }, 2.5],
])('five refused units would have cost at %s what its pack does by the unit', (_, recommendation, amount) => {
  expect(blockedRevenue(recommendation, free, 5)).toEqual({ amount, currency: 'usd' });
});

test.each<[string, PlanEntry, number]>([
  ['a month of a quota a month', plan('p', 1_000, 'month', price('month')), 1.2],
  ['a year of a quota a month', plan('p', 1_000, 'month', price('year')), 0.1],
  ['a month of a quota a day', plan('p', 100, 'day', price('month')), 0.4],
  ['a billing period', plan('p', 1_000, 'billing', price('year')), 1.2],
  ['units that come once', plan('p', 1_000, 'once', price('month')), 1.2],
  ['a month, paid once', plan('p', 1_000, 'month', price()), 1.2],
])('at a plan, a refused unit would have cost its part of what %s costs', (_, entry, amount) => {
  expect(blockedRevenue(upgradeTo(entry), free, 1)?.amount).toBeCloseTo(amount, 10);
});

test('who has not paid for his plan is refused what that costs', () => {
  const pro = CATALOGUE.plans[1] as PlanEntry;
  expect(blockedRevenue({ action: 'fix_card' }, pro, 10)).toEqual({ amount: 29, currency: 'usd' });
});

test.each<[string, Recommendation, number]>([
  ['nothing is sold', { action: 'ask_operator' }, 1],
  ['waiting alone helps', { action: 'wait', until: 1 }, 1],
  ['the call costs nothing', { action: 'top_up', offer: { kind: 'topUp', topUp } }, 0],
  ['the plan has no limit', upgradeTo(plan('p', undefined, 'unlimited', price('month'))), 1],
  ['the price stands at Stripe alone', upgradeTo(plan('p', 10, 'month', { stripePrice: 'price_1' })), 1],
])('where %s, no revenue is blocked', (_, recommendation, cost) => {
  expect(blockedRevenue(recommendation, free, cost)).toBeUndefined();
});
