import fc from 'fast-check';
import { signCheckoutToken } from '../../../lambda/domain/checkout-link';
import { isReportGenuine, parseReportToken, signReportToken } from '../../../lambda/domain/report-link';
import type { ChargedCall } from '../../../lambda/domain/settlement';
import { noise } from '../../support/noise';
import { NOW } from '../fixtures';

const secret = new Uint8Array(16).fill(3);
const call: ChargedCall = { customer: 'c1', chargeId: 'e0b1-4f', charged: 15, bought: 4, period: NOW - 86_400 };

test('a token reads back as the call that it was made for', () => {
  const token = parseReportToken(signReportToken(call, NOW, secret));
  expect(token).toEqual({ call, expiresAt: NOW, signature: expect.stringMatching(/^[\w-]{22}$/) });
  expect(token && isReportGenuine(token, secret)).toBe(true);
});

test('it names the route that the history counts, and none is held to that which names none', () => {
  const counted = { route: '0a9z', units: call.charged };
  const token = parseReportToken(signReportToken({ ...call, counted }, NOW, secret));
  expect(token?.call).toEqual({ ...call, counted });
  expect(token && isReportGenuine(token, secret)).toBe(true);
  const other = { ...call, counted: { ...counted, route: '0a9y' } };
  expect(token && isReportGenuine({ ...token, call: other }, secret)).toBe(false);
  expect(token && isReportGenuine({ ...token, call }, secret)).toBe(false);
});

test.each<[string, Partial<ChargedCall>]>([
  ['nothing', { charged: 0, bought: 0, period: 0 }],
  ['many units', { charged: 100_000, bought: 99_999 }],
  ['as many as a call may cost', { charged: 10 ** 12, bought: 10 ** 12 }],
])('numbers of any length read back: %s', (_, changes) => {
  const charged = { ...call, ...changes };
  expect(parseReportToken(signReportToken(charged, NOW, secret))?.call).toEqual(charged);
});

test.each<[string, Partial<ChargedCall>]>([
  ['another customer', { customer: 'c2' }],
  ['another call', { chargeId: 'e0b1-5f' }],
  ['a call that was charged more', { charged: 16 }],
  ['a call that took other bought units', { bought: 5 }],
  ['a call of another period', { period: NOW }],
])('it is not genuine for %s', (_, changes) => {
  const token = parseReportToken(signReportToken(call, NOW, secret));
  expect(token && isReportGenuine({ ...token, call: { ...call, ...changes } }, secret)).toBe(false);
});

test('nor for a longer time, another secret, or what a checkout link says', () => {
  const token = parseReportToken(signReportToken(call, NOW, secret));
  expect(token && isReportGenuine({ ...token, expiresAt: NOW + 1 }, secret)).toBe(false);
  expect(token && isReportGenuine(token, new Uint8Array(16).fill(4))).toBe(false);
  const [, , signature = ''] = signCheckoutToken('c1', NOW, secret).split('.');
  expect(token && isReportGenuine({ ...token, signature }, secret)).toBe(false);
});

test('what is no token is refused, whatever it is', () => {
  fc.assert(fc.property(noise(), (text) => expect(parseReportToken(text)).toBeUndefined()));
});

test.each([
  ['something before it', (text: string) => `x.${text}`],
  ['something after it', (text: string) => `${text}x`],
  ['a line more', (text: string) => `${text}\n`],
  ['a part less', (text: string) => text.split('.').slice(1).join('.')],
  ['a signature that is cut', (text: string) => text.slice(0, -1)],
])('a token with %s is none', (_, change) => {
  expect(parseReportToken(change(signReportToken(call, NOW, secret)))).toBeUndefined();
});
