import fc from 'fast-check';
import type { ApiCall } from '../../../lambda/domain/api-call';
import { isTokenOf, openRequest, parseRequestToken, requestId, sealRequest } from '../../../lambda/domain/kept-request';
import { NOW } from '../fixtures';

const OWNER = { customer: 'ada', apiId: 'api1' };
const LINK_SECRET = new Uint8Array(16).fill(7);
const SEALING = { secret: new Uint8Array(32).fill(5), expiresAt: NOW + 3_600, linkSecret: LINK_SECRET };
const CALL: ApiCall = {
  method: 'POST',
  path: '/items/1?name=Zoë%7C',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"secret":"of the caller"}\n\u0000'),
};
const { token, kept } = sealRequest(CALL, OWNER, SEALING);

function opened(changes: Partial<typeof kept> = {}, text = token, linkSecret = LINK_SECRET) {
  const read = parseRequestToken(text);
  return read && openRequest({ ...kept, ...changes }, read, linkSecret);
}

test('what was kept comes back to the bit, with a body and without', () => {
  const bodies = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined });
  fc.assert(
    fc.property(bodies, fc.string(), (body, path) => {
      const call = { method: 'PUT', path, headers: {}, ...(body && { body: Buffer.from(body) }) };
      const made = sealRequest(call, OWNER, SEALING);
      const read = parseRequestToken(made.token);
      expect(read && openRequest(made.kept, read, LINK_SECRET)).toEqual(call);
    }),
  );
});

test('the table has nothing of it that can be read, and nothing that opens it', () => {
  const stored = Buffer.concat([kept.sealed ?? Buffer.alloc(0), kept.tokenHash, Buffer.from(JSON.stringify(kept))]);
  for (const text of ['of the caller', '/items', 'POST', 'content-type', token, token.split('.')[0] ?? '']) {
    expect(stored.includes(text)).toBe(false);
  }
  expect(stored.includes(Buffer.from(SEALING.secret))).toBe(false);
  expect(kept.id).toBe(requestId(SEALING.secret));
  const tokenOfId = `${kept.id}.${token.split('.').slice(1).join('.')}`;
  expect(opened({}, tokenOfId)).toBeUndefined();
});

test('it opens for its owner, of its API, before the customer’s secret is changed', () => {
  expect(opened()).toEqual(CALL);
  expect(opened({ customer: 'eve' })).toBeUndefined();
  expect(opened({ apiId: 'api2' })).toBeUndefined();
  expect(opened({}, token, new Uint8Array(16).fill(8))).toBeUndefined();
  expect(opened({ sealed: undefined })).toBeUndefined();
});

test('a token is its own request’s, and its owner’s', () => {
  expect(isTokenOf(kept, token, OWNER)).toBe(true);
  expect(isTokenOf(kept, token, { ...OWNER, customer: 'eve' })).toBe(false);
  expect(isTokenOf(kept, token, { ...OWNER, apiId: 'api2' })).toBe(false);
});

test('no character of a token can be changed, nor any byte of what was sealed', () => {
  const at = fc.nat({ max: token.length - 1 });
  fc.assert(
    fc.property(at, fc.constantFrom(...'ABab01-_.~'), (position, put) => {
      const changed = `${token.slice(0, position)}${put}${token.slice(position + 1)}`;
      fc.pre(changed !== token);
      expect(isTokenOf(kept, changed, OWNER)).toBe(false);
    }),
    { numRuns: 500 },
  );
  const sealed = Buffer.from(kept.sealed ?? []);
  fc.assert(
    fc.property(fc.nat({ max: sealed.length - 1 }), fc.integer({ min: 1, max: 255 }), (position, flip) => {
      const touched = Buffer.from(sealed);
      touched[position] = (touched[position] ?? 0) ^ flip;
      expect(opened({ sealed: touched })).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});

test.each(['', 'x', '..', `${'A'.repeat(43)}.zz`, `${'A'.repeat(43)}.zz.${'B'.repeat(21)}`, 'A'.repeat(5_000)])(
  '%j is no token',
  (text) => {
    expect(parseRequestToken(text)).toBeUndefined();
  },
);
