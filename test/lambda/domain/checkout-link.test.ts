import fc from 'fast-check';
import { newCustomerId } from '../../../lambda/domain/api-key';
import { isGenuine, parseCheckoutToken, signCheckoutToken } from '../../../lambda/domain/checkout-link';
import { noise } from '../../support/noise';
import { NOW } from '../fixtures';

const secret = new Uint8Array(16).fill(3);

test('a token reads back, and is genuine for its customer alone', () => {
  const customer = newCustomerId();
  const token = parseCheckoutToken(signCheckoutToken(customer, NOW, secret));
  expect(token).toMatchObject({ customer, expiresAt: NOW });
  expect(token && isGenuine(token, secret)).toBe(true);
  expect(token && isGenuine(token, new Uint8Array(16).fill(4))).toBe(false);
  expect(token && isGenuine({ ...token, customer: newCustomerId() }, secret)).toBe(false);
  expect(token && isGenuine({ ...token, expiresAt: NOW + 1 }, secret)).toBe(false);
});

test('a token stands in a URL as it is', () => {
  expect(signCheckoutToken(newCustomerId(), NOW, secret)).toMatch(/^[\w.-]+$/);
});

test('what is no token is refused, whatever it is', () => {
  fc.assert(fc.property(noise(), (text) => expect(parseCheckoutToken(text)).toBeUndefined()));
});

test.each([
  ['something before it', (text: string) => `.${text}`],
  ['something after it', (text: string) => `${text}x`],
  ['a signature that is cut', (text: string) => text.slice(0, -1)],
])('a token with %s is none', (_, change) => {
  expect(parseCheckoutToken(change(signCheckoutToken(newCustomerId(), NOW, secret)))).toBeUndefined();
});
