import Stripe from 'stripe';
import { TOLERANCE, verify } from '../../../lambda/webhook/verify';
import { NOW } from '../fixtures';

const SECRET = 'whsec_test';
const body = Buffer.from(JSON.stringify({ id: 'evt_1', object: 'event', type: 'invoice.paid' }));

function sign(timestamp = NOW, secret = SECRET, payload = body.toString()): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

test('what Stripe signed is taken', () => {
  expect(verify(body, sign(), [SECRET], NOW)).toMatchObject({ id: 'evt_1' });
});

test('while a secret is rotated, both are taken, in whichever place they stand', () => {
  expect(verify(body, sign(), ['whsec_other', SECRET], NOW)).toBeDefined();
  expect(verify(body, sign(), [SECRET, 'whsec_other'], NOW)).toBeDefined();
  expect(verify(body, `${sign(NOW, 'whsec_other')},v1=${sign().split('v1=')[1]}`, [SECRET], NOW)).toBeDefined();
});

test('the tolerance is kept on both sides', () => {
  expect(verify(body, sign(NOW - TOLERANCE), [SECRET], NOW)).toBeDefined();
  expect(verify(body, sign(NOW + TOLERANCE), [SECRET], NOW)).toBeDefined();
  expect(verify(body, sign(NOW - TOLERANCE - 1), [SECRET], NOW)).toBeUndefined();
  expect(verify(body, sign(NOW + TOLERANCE + 1), [SECRET], NOW)).toBeUndefined();
});

test.each([
  ['no signature', undefined],
  ['an empty one', ''],
  ['noise', 'v1=,t=,,=='],
  ['a time without a signature', `t=${NOW}`],
  ['a signature by somebody else', sign(NOW, 'whsec_other')],
  ['a signature of another body', sign(NOW, SECRET, '{}')],
  ['an old scheme alone', sign().replace('v1=', 'v0=')],
])('%s is refused', (_, signature) => {
  expect(verify(body, signature, [SECRET], NOW)).toBeUndefined();
});

test('a body that is no JSON is refused, though it is signed', () => {
  const noise = Buffer.from('not json');
  expect(verify(noise, sign(NOW, SECRET, 'not json'), [SECRET], NOW)).toBeUndefined();
});
