import { findOffer, offerQuery, recommend } from '../../../lambda/domain/offer';
import { CATALOGUE, plan } from '../fixtures';

test.each([
  ['a free customer is offered the next larger plan', 'free', undefined, 'plan=pro'],
  ['a paying one is offered a top-up', 'pro', undefined, 'topUp=1k'],
  ['a route of other plans needs one of those', 'free', ['max'], 'plan=max'],
  ['for a paying customer too', 'pro', ['max'], 'plan=max'],
])('%s', (_, current, plans, query) => {
  const offer = recommend(CATALOGUE, current, plans);
  expect(offer && offerQuery(offer)).toBe(query);
});

test('nothing is offered that is not sold', () => {
  expect(recommend(CATALOGUE, 'pro', ['free', 'max'])).toMatchObject({ plan: { id: 'max' } });
  const catalogue = { ...CATALOGUE, plans: [plan('free', 50), plan('gift', 5_000)], topUps: [] };
  expect(recommend(catalogue, 'free')).toBeUndefined();
});

test('a top-up is offered as one', () => {
  expect(recommend(CATALOGUE, 'pro')).toMatchObject({ kind: 'topUp', topUp: { id: '1k' } });
});

test('a billing period is as long as its price says', () => {
  const billed = (interval: 'month' | 'year') => plan('pro', 300, 'billing', { amount: 1, currency: 'usd', interval });
  const with300 = (interval: 'month' | 'year') => ({
    ...CATALOGUE,
    topUps: [],
    plans: [plan('free', 5, 'day'), billed(interval)],
  });
  expect(recommend(with300('month'), 'free')).toMatchObject({ plan: { id: 'pro' } });
  expect(recommend(with300('year'), 'free')).toBeUndefined();
});

test('without top-ups, a paying customer is offered the next larger plan, and the largest nothing', () => {
  const catalogue = { ...CATALOGUE, topUps: [] };
  expect(recommend(catalogue, 'pro')).toMatchObject({ plan: { id: 'max' } });
  expect(recommend(catalogue, 'max')).toBeUndefined();
});

test('quotas of different periods are compared by the day', () => {
  const price = { amount: 1, currency: 'usd', interval: 'month' as const };
  const catalogue = { ...CATALOGUE, topUps: [], plans: [plan('free', 100, 'day'), plan('pro', 2_000, 'month', price)] };
  expect(recommend(catalogue, 'free')).toBeUndefined();
});

test('a plan without a limit is the largest, and its customers need no top-up', () => {
  const price = { amount: 1, currency: 'usd', interval: 'month' as const };
  const open = plan('open', undefined, 'unlimited', price);
  const catalogue = { ...CATALOGUE, plans: [plan('free', 10 ** 12, 'day'), open] };
  expect(recommend(catalogue, 'free')).toMatchObject({ plan: { id: 'open' } });
  expect(recommend(catalogue, 'open')).toBeUndefined();
});

test('an offer is found by the one id that names it', () => {
  expect(findOffer(CATALOGUE, { plan: 'pro' })).toMatchObject({ kind: 'plan' });
  expect(findOffer(CATALOGUE, { topUp: '1k' })).toMatchObject({ kind: 'topUp' });
  expect(findOffer(CATALOGUE, { plan: 'gold' })).toBeUndefined();
  expect(findOffer(CATALOGUE, { plan: 'pro', topUp: '1k' })).toBeUndefined();
  expect(findOffer(CATALOGUE, {})).toBeUndefined();
});
