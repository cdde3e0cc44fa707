import fc from 'fast-check';
import { jsonBody } from '../../../lambda/billing/body';
import { claimCookie, claimsOf } from '../../../lambda/billing/claims';
import { readNewKey, readOverlap } from '../../../lambda/billing/key-requests';
import type { BillingRequest } from '../../../lambda/billing/request';
import { isClaim } from '../../../lambda/domain/checkout-claim';
import { noise } from '../../support/noise';
import { NOW } from '../fixtures';

/** Whatever strangers send: what is read of it is what the store may keep, and nothing throws. */

function requestOf(event: Partial<BillingRequest['event']>): BillingRequest {
  const billingUrl = 'https://api.example.com/prod/billing';
  return {
    event: { headers: {}, body: null, isBase64Encoded: false, ...event },
    requestId: 'r',
    billingUrl,
  } as BillingRequest;
}

const text = noise(100);

const expiry = fc.oneof(
  fc.date().map((date) => String(date)),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

const likelyBody = fc.record(
  { name: fc.oneof(text, fc.anything()), expiresAt: fc.oneof(expiry, fc.anything()), expiresIn: fc.anything() },
  { requiredKeys: [] },
);

const body = fc.oneof(
  text,
  fc.json(),
  likelyBody.map((value) => JSON.stringify(value) ?? ''),
  fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
);

test('a body is a JSON object, or none', () => {
  fc.assert(
    fc.property(body, fc.boolean(), (sent, isBase64Encoded) => {
      const read = jsonBody(requestOf({ body: sent, isBase64Encoded }));
      expect(read === undefined || (typeof read === 'object' && !Array.isArray(read))).toBe(true);
    }),
  );
});

test('a new key has a name that can be shown, and ends within ten years or never', () => {
  const read = (value: string) => readNewKey(jsonBody(requestOf({ body: value })), NOW);
  fc.assert(
    fc.property(body, (sent) => {
      const wanted = read(sent);
      if ('fault' in wanted) {
        expect(wanted.fault.length).toBeGreaterThan(20);
        return;
      }
      expect(wanted.name).toBe(wanted.name.trim());
      expect([...wanted.name].length).toBeLessThanOrEqual(64);
      expect(wanted.name).toMatch(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]+$/u);
      const { expiresAt = NOW + 1 } = wanted;
      expect(expiresAt).toBeGreaterThan(NOW);
      expect(expiresAt).toBeLessThanOrEqual(NOW + 3_650 * 86_400);
    }),
  );
});

test('every printable name is taken as it is, but for the space around it', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 3_650 * 86_400 }), (sent, expiresIn) => {
      fc.pre(sent.trim() !== '' && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(sent.trim()));
      expect(readNewKey({ name: ` ${sent}\n`, expiresIn }, NOW)).toEqual({
        name: sent.trim(),
        expiresAt: NOW + expiresIn,
      });
    }),
  );
});

test('an overlap is whole seconds within the bounds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.integer()), fc.nat(), (overlap, longest) => {
      const read = readOverlap({ overlap }, longest);
      const isValid = Number.isInteger(overlap) && Number(overlap) >= 0 && Number(overlap) <= longest;
      expect(read).toEqual(
        isValid
          ? { overlap }
          : overlap === undefined || overlap === null
            ? { overlap: longest }
            : { fault: expect.any(String) },
      );
    }),
  );
});

test('of cookies and headers nothing comes through but claims, and what is set can be read again', () => {
  const claim = fc.stringMatching(/^[\w-]{32}$/);
  const cookie = fc.oneof(
    text,
    fc.array(fc.oneof(claim, text)).map((claims) => `paywall-claim=${claims.join('.')}`),
  );
  fc.assert(
    fc.property(fc.array(cookie, { minLength: 1, maxLength: 4 }), text, claim, (cookies, header, own) => {
      const headers = { Cookie: cookies.join('; '), 'X-Checkout-Claim': header };
      expect(claimsOf(requestOf({ headers })).every(isClaim)).toBe(true);
      const set = claimCookie(own, requestOf({ headers }));
      expect(set).toMatch(/^paywall-claim=[\w-]{32}(\.[\w-]{32}){0,4}; Max-Age=90000; Path=\/prod\/billing; [\w; =]+$/);
      expect(claimsOf(requestOf({ headers: { cookie: set.split(';')[0] } }))[0]).toBe(own);
    }),
  );
});
