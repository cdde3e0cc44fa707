import { randomBytes } from 'node:crypto';
import { CLAIM_BYTES, claimText, hashClaim, isClaim, isClaimed } from '../../../lambda/domain/checkout-claim';

const newClaim = () => claimText(randomBytes(CLAIM_BYTES));

test('a claim has at least 128 bits, and fits a cookie and a header', () => {
  expect(CLAIM_BYTES * 8).toBeGreaterThanOrEqual(128);
  expect(Array.from({ length: 100 }, newClaim).every(isClaim)).toBe(true);
});

test.each(['', 'x', `${'a'.repeat(31)} `, `${'a'.repeat(31)};`, 'a'.repeat(33), 'é'.repeat(32)])(
  '%j is none',
  (text) => {
    expect(isClaim(text)).toBe(false);
  },
);

test('a checkout is claimed by its own claim, among whichever others', () => {
  const claim = newClaim();
  expect(isClaimed([newClaim(), claim, newClaim()], hashClaim(claim))).toBe(true);
  expect(isClaimed([newClaim()], hashClaim(claim))).toBe(false);
  expect(isClaimed([], hashClaim(claim))).toBe(false);
});

test('a checkout without a claim, or with a broken one, is claimed by nobody', () => {
  const claim = newClaim();
  for (const hash of [undefined, '', claim, hashClaim(claim).slice(0, -2), `${hashClaim(claim)}AAAA`]) {
    expect(isClaimed([claim], hash)).toBe(false);
  }
});

test('what Stripe keeps does not tell the claim, and opens nothing itself', () => {
  const claim = newClaim();
  expect(hashClaim(claim)).toMatch(/^[\w-]{43}$/);
  expect(isClaimed([hashClaim(claim)], hashClaim(claim))).toBe(false);
});
