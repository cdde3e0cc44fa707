import type { Offer } from '../../../lambda/domain/offer';
import { lineItemOf, metadataOf, planPaidFor, recurs } from '../../../lambda/domain/purchase';
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

describe('the plan that a subscription pays for', () => {
  const catalogue = {
    ...CATALOGUE,
    plans: [
      plan('free', 1),
      plan('pro', 1, 'month', price),
      plan('max', 2, 'month', price),
      plan('own', 3, 'month', { stripePrice: 'price_own' }),
    ],
  };
  const paidFor = (bought: string, id: string, product: string | { id: string }) =>
    planPaidFor(catalogue, 'Shop-1', bought, { id, product });

  test('is the one that was bought, at whichever of its prices', () => {
    expect(paidFor('pro', 'price_of_last_year', 'Shop-1-plan-pro')).toBe('pro');
    expect(paidFor('own', 'price_own', 'prod_own')).toBe('own');
    expect(planPaidFor(catalogue, 'Shop-1', 'pro', undefined)).toBe('pro');
  });

  test('is the one whose price it was changed to', () => {
    expect(paidFor('pro', 'price_1', 'Shop-1-plan-max')).toBe('max');
    expect(paidFor('pro', 'price_1', { id: 'Shop-1-plan-max' })).toBe('max');
    expect(paidFor('pro', 'price_own', 'prod_own')).toBe('own');
    expect(paidFor('own', 'price_1', 'Shop-1-plan-pro')).toBe('pro');
  });

  test('is the one that was bought, where the price tells of none', () => {
    expect(paidFor('pro', 'price_1', 'prod_made_for_one_purchase')).toBe('pro');
    expect(paidFor('own', 'price_own_of_last_year', 'prod_own')).toBe('own');
    expect(paidFor('pro', 'price_1', 'Shop-2-plan-max')).toBe('pro');
    expect(paidFor('own', 'price_1', 'Shop-1-plan-own')).toBe('own');
  });

  test('is the one that was bought, where two are sold at one price', () => {
    const twice = { ...catalogue, plans: [...catalogue.plans, plan('twin', 4, 'month', { stripePrice: 'price_own' })] };
    expect(planPaidFor(twice, 'Shop-1', 'twin', { id: 'price_own', product: 'prod_own' })).toBe('twin');
  });
});
