import type { Offer } from '../../../lambda/domain/offer';
import { lineItemOf, metadataOf, recurs } from '../../../lambda/domain/purchase';
import type { PlanEntry, TopUpEntry } from '../../../lib/private/catalogue';
import { CATALOGUE, plan } from '../fixtures';

const price = { amount: 2900, currency: 'eur', interval: 'month' as const };
const ofPlan = (entry: PlanEntry): Offer => ({ kind: 'plan', plan: entry });
const pack: TopUpEntry = { id: '1k', name: '1,000 units', units: 1_000, price: { amount: 500, currency: 'eur' } };
const buyer = { paywall: 'Shop-1', customer: 'c1', options: { promotionCodes: false, automaticTax: false } };
const topUp: Offer = { kind: 'topUp', topUp: pack };

test('a purchase names its customer and the plan, or the pack with the units as they are sold', () => {
  expect(metadataOf({ ...buyer, offer: ofPlan(plan('pro', 1)) })).toEqual({
    paywall: 'Shop-1',
    customer: 'c1',
    plan: 'pro',
  });
  expect(metadataOf({ ...buyer, offer: topUp })).toEqual({
    paywall: 'Shop-1',
    customer: 'c1',
    topUp: '1k',
    units: '1000',
  });
});

test('what is bought stands on the invoice by its name and price', () => {
  const catalogue = { ...CATALOGUE, plans: [plan('free', 1), plan('pro', 1, 'month', price)], topUps: [pack] };
  expect(lineItemOf(catalogue, 'Shop-1', ofPlan(plan('pro', 1, 'month', price)))).toEqual({
    name: 'PRO',
    price,
    currency: 'eur',
    lookupKey: 'Shop-1/plan/pro',
  });
  expect(lineItemOf(catalogue, 'Shop-1', topUp)).toEqual({
    name: '1,000 units',
    price: pack.price,
    currency: 'eur',
    lookupKey: 'Shop-1/topUp/1k',
  });
});

test('a free plan’s nought is in the currency that something is sold in, and in dollars where nothing is', () => {
  const free = plan('free', 1);
  const selling = (plans: PlanEntry[], topUps: TopUpEntry[]) => ({ ...CATALOGUE, plans, topUps });
  const nought = { name: 'FREE', price: undefined, lookupKey: 'Shop-1/plan/free' };
  expect(lineItemOf(selling([free, plan('pro', 1, 'month', price)], []), 'Shop-1', ofPlan(free))).toEqual({
    ...nought,
    currency: 'eur',
  });
  expect(lineItemOf(selling([free], [pack]), 'Shop-1', ofPlan(free))).toEqual({ ...nought, currency: 'eur' });
  expect(lineItemOf(selling([free], []), 'Shop-1', ofPlan(free))).toEqual({ ...nought, currency: 'usd' });
});

test('a plan with a price is charged again and again; a free one and a pack are not', () => {
  expect(recurs(ofPlan(plan('pro', 1, 'month', price)))).toBe(true);
  expect(recurs(ofPlan(plan('free', 1)))).toBe(false);
  expect(recurs(topUp)).toBe(false);
});
