import fc from 'fast-check';
import { challengeFor, type PaymentChallenge } from '../../../lambda/domain/payment-challenge';
import { type ExpectedPayment, verifyCredential } from '../../../lambda/domain/payment-credential';
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

function credentialOf(echoed: object = challenge, payload: object = { spt: 'spt_1' }): string {
  return Buffer.from(JSON.stringify({ challenge: echoed, payload })).toString('base64url');
}

function typeOf(text: string, overrides: Partial<ExpectedPayment> = {}): string {
  const verified = verifyCredential(text, { ...expected, ...overrides });
  return 'type' in verified ? verified.type : 'valid';
}

test('what answers a challenge of ours names its top-up and its token', () => {
  expect(verifyCredential(credentialOf(), expected)).toEqual({ challenge, topUp: pack, token: 'spt_1' });
});

test('a client may leave out the header that it has used, and add what the scheme does not know', () => {
  const { header: _, ...others } = challenge;
  expect(typeOf(credentialOf({ ...others, description: '1000 units' }, { spt: 'spt_1', externalId: 'x' }))).toBe(
    'valid',
  );
});

test('it holds for five minutes, until the second', () => {
  expect(typeOf(credentialOf(), { now: NOW + 299 })).toBe('valid');
  expect(typeOf(credentialOf(), { now: NOW + 300 })).toBe('invalid-challenge');
});

test.each<[string, Partial<ExpectedPayment>]>([
  ['another customer', { customer: 'customer2' }],
  ['whoever has other links by now', { linkSecret: new Uint8Array(16).fill(8) }],
  ['another API', { realm: 'other.example.com' }],
  ['another profile', { networkId: 'profile_2' }],
  ['a call that it does not cover', { missing: 1_001 }],
  ['a price that has changed', { catalogue: selling({ price: { amount: 501, currency: 'usd' } }) }],
  ['another currency', { catalogue: selling({ price: { amount: 500, currency: 'eur' } }) }],
  ['a pack that has changed', { catalogue: selling({ units: 999 }) }],
  ['what is sold no more', { catalogue: { ...CATALOGUE, topUps: [] } }],
  ['what has its price at Stripe by now', { catalogue: selling({ price: { stripePrice: 'price_1' } }) }],
])('it is worth nothing to %s', (_, overrides) => {
  expect(typeOf(credentialOf(), overrides)).toBe('invalid-challenge');
});

test('no member of a challenge can be changed or left out, but for the header', () => {
  for (const name of Object.keys(challenge) as (keyof PaymentChallenge)[]) {
    expect([name, typeOf(credentialOf({ ...challenge, [name]: `${challenge[name]}x` }))]).toEqual([
      name,
      'invalid-challenge',
    ]);
    const { [name]: _, ...others } = challenge;
    expect([name, typeOf(credentialOf(others))]).toEqual([name, name === 'header' ? 'valid' : 'invalid-challenge']);
  }
});

test('one challenge has one id: other texts of the same bytes are none', () => {
  const [last = ''] = challenge.id.slice(-1);
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const alike = [...digits].map((digit) => challenge.id.slice(0, -1) + digit);
  const sameBytes = alike.filter((id) => Buffer.from(id, 'base64url').equals(Buffer.from(challenge.id, 'base64url')));
  expect(sameBytes).toHaveLength(16);
  expect(sameBytes.filter((id) => typeOf(credentialOf({ ...challenge, id })) === 'valid')).toEqual([
    challenge.id.slice(0, -1) + last,
  ]);
});

test.each([
  ['nothing', ''],
  ['noise', 'dGhpcyBpcyBnYXJiYWdl'],
  ['no base64url', '%%%'],
  ['JSON of another kind', Buffer.from('[1]').toString('base64url')],
  ['null', Buffer.from('null').toString('base64url')],
  ['a challenge that is none', credentialOf([])],
  ['no token', credentialOf(challenge, {})],
  ['a token that is none', credentialOf(challenge, { spt: 'pm_card_visa' })],
  ['a token with a line break', credentialOf(challenge, { spt: 'spt_1\nspt_2' })],
  ['10,000 characters', 'a'.repeat(10_000)],
])('%s is malformed', (_, text) => {
  expect(typeOf(text)).toBe('malformed-credential');
});

test('no text makes the reading of a credential fail, and none that was made up is valid', () => {
  const members = fc.dictionary(fc.string(), fc.anything());
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String(),
        fc.tuple(members, members).map(([one, other]) => credentialOf(one, other)),
      ),
      (text) => {
        expect(typeOf(text)).not.toBe('valid');
      },
    ),
  );
});

function selling(changes: object) {
  return { ...CATALOGUE, topUps: [{ ...pack, ...changes }] };
}
