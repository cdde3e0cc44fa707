import { newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { openKey, parseSealedKey, sealKey } from '../../../lambda/domain/page-session';
import { NOW } from '../fixtures';

const customer = newCustomerId();
const { text: apiKey } = newApiKey('test', customer);
const linkSecret = new Uint8Array(16).fill(7);
const expiresAt = NOW + 3_600;

const seal = () => sealKey('session', apiKey, { customer, expiresAt, linkSecret });

function open(text: string, { secret = linkSecret, now = NOW, purpose = 'session' as 'session' | 'new_key' } = {}) {
  const parsed = parseSealedKey(text);
  return parsed && openKey(purpose, parsed, secret, now);
}

test('a key that was sealed is opened by the customer’s secret, and is not to be read without', () => {
  const sealed = seal();
  expect(open(sealed)).toBe(apiKey);
  expect(parseSealedKey(sealed)).toMatchObject({ customer, expiresAt });
  expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain(apiKey.slice(8));
  expect(seal()).not.toBe(sealed);
});

test.each<[string, Parameters<typeof open>[1]]>([
  ['with another secret', { secret: new Uint8Array(16).fill(8) }],
  ['for something else', { purpose: 'new_key' }],
  ['when it has expired', { now: expiresAt }],
])('it is not opened %s', (_, how) => {
  expect(open(seal(), how)).toBeUndefined();
});

test('whoever changes a part of it opens nothing', () => {
  const [owner, expiry, sealed = ''] = seal().split('.');
  const other = Buffer.from(newCustomerId()).toString('base64url');
  const later = (expiresAt + 1).toString(36);
  const flipped = Buffer.from(sealed, 'base64url');
  flipped.writeUInt8((flipped[20] ?? 0) ^ 1, 20);
  const touched = [
    [other, expiry, sealed],
    [owner, later, sealed],
    [owner, expiry, flipped.toString('base64url')],
  ];
  expect(touched.map((parts) => open(parts.join('.')))).toEqual([undefined, undefined, undefined]);
});

test.each(['', 'a.b', `a.b.${'c'.repeat(3_000)}`, 'a.b.c', '..'])('what is none of them is none: %p', (text) => {
  expect(parseSealedKey(text)).toBeUndefined();
});
