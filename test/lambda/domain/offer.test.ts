import { findOffer, offerQuery } from '../../../lambda/domain/offer';
import { CATALOGUE } from '../fixtures';

test('an offer is found by the one id that names it', () => {
  expect(findOffer(CATALOGUE, { plan: 'pro' })).toMatchObject({ kind: 'plan' });
  expect(findOffer(CATALOGUE, { topUp: '1k' })).toMatchObject({ kind: 'topUp' });
  expect(findOffer(CATALOGUE, { plan: 'gold' })).toBeUndefined();
  expect(findOffer(CATALOGUE, { plan: 'pro', topUp: '1k' })).toBeUndefined();
  expect(findOffer(CATALOGUE, {})).toBeUndefined();
});

test('a link names it in the same way', () => {
  for (const query of ['plan=pro', 'topUp=1k']) {
    const offer = findOffer(CATALOGUE, Object.fromEntries(new URLSearchParams(query)));
    expect(offer && offerQuery(offer)).toBe(query);
  }
});
