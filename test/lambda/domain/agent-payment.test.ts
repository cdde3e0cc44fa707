import { type PaymentAnswer, type PaymentOrder, payByCredential } from '../../../lambda/domain/agent-payment';
import { challengeFor } from '../../../lambda/domain/payment-challenge';
import type { ExpectedPayment } from '../../../lambda/domain/payment-credential';
import { CATALOGUE, NOW } from '../fixtures';

const pack = { id: '1k', name: '1,000 units', units: 1_000, price: { amount: 500, currency: 'usd' } };
const expected: ExpectedPayment = {
  customer: 'customer1',
  linkSecret: new Uint8Array(16).fill(7),
  realm: 'api.example.com',
  networkId: 'profile_1',
  catalogue: CATALOGUE,
  missing: 1,
  now: NOW,
};
const challenge = challengeFor(expected, pack, NOW + 300, 'request-1');
const credential = Buffer.from(JSON.stringify({ challenge, payload: { spt: 'spt_1' } })).toString('base64url');

function placing(answer: PaymentAnswer) {
  const orders: PaymentOrder[] = [];
  const place = async (order: PaymentOrder) => {
    orders.push(order);
    return answer;
  };
  return { orders, place };
}

test('an order says what the catalogue says, and the receipt what Stripe says', async () => {
  const paid = { outcome: 'paid', reference: 'pi_1', paidAt: '2026-11-23T12:00:00.000Z', credited: true } as const;
  const { orders, place } = placing(paid);
  const payment = await payByCredential(credential, expected, place);
  expect(orders).toEqual([
    {
      customer: 'customer1',
      topUp: '1k',
      units: 1_000,
      amount: 500,
      currency: 'usd',
      challenge: challenge.id,
      token: 'spt_1',
    },
  ]);
  const receipt = { method: 'stripe', status: 'success', timestamp: '2026-11-23T12:00:00.000Z', reference: 'pi_1' };
  expect(payment).toEqual({
    kind: 'paid',
    receipt: Buffer.from(JSON.stringify(receipt)).toString('base64url'),
    credited: true,
  });
});

test('what does not answer a challenge of ours is not ordered', async () => {
  const { orders, place } = placing({ outcome: 'declined' });
  expect(await payByCredential('e30', expected, place)).toMatchObject({ problem: { type: 'malformed-credential' } });
  expect(await payByCredential(credential, { ...expected, customer: 'customer2' }, place)).toMatchObject({
    kind: 'refused',
    problem: { type: 'invalid-challenge' },
  });
  expect(orders).toEqual([]);
});

test.each([
  ['declined', 'verification-failed', 'nothing was charged'],
  ['action_required', 'verification-failed', 'nothing was charged'],
  ['token_refused', 'verification-failed', 'nothing was charged'],
  ['pending', 'verification-failed', 'do not pay again'],
  ['too_many', 'verification-failed', 'was not tried'],
  ['challenge_used', 'invalid-challenge', 'was not charged'],
  ['terms_changed', 'invalid-challenge', 'nothing was charged'],
] as const)('%s is told as %s, with what became of the money', async (outcome, type, words) => {
  expect(await payByCredential(credential, expected, placing({ outcome }).place)).toMatchObject({
    kind: 'refused',
    problem: { type, detail: expect.stringContaining(words) },
  });
});
