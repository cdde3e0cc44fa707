import { createPublicKey } from 'node:crypto';
import { TokenIdentity, type TokenOptions } from '../../../../lambda/adapters/tokens/token-identity';
import { customerIdOf } from '../../../../lambda/domain/customer-id';
import type { TokenEntry } from '../../../../lib/private/identity-entry';
import { hmacToken, type SigningKey, signingKey, token, unsignedToken } from '../../../support/issuer';
import { CATALOGUE } from '../../fixtures';

const ISSUER = 'https://idp.example.com/';
const POOL = 'eu-west-1_AbCdEfGhI';
const ENTRY: TokenEntry = { issuer: ISSUER, audience: ['paid-api', 'other-api'] };

const ec = signingKey('ec');
const rsa = signingKey('rsa', 'RS256');
const edwards = signingKey('edwards', 'EdDSA');
const stranger = signingKey('ec');

const now = () => Math.floor(Date.now() / 1000);

function claims(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { iss: ISSUER, aud: 'paid-api', sub: 'ada@example.com', iat: now(), exp: now() + 600, ...overrides };
}

let fetched: string[];
let told: string[];

function identityOf(entry: TokenEntry = ENTRY, options: Partial<TokenOptions> = {}) {
  return new TokenIdentity(entry, {
    catalogue: CATALOGUE,
    onMisconfigured: (problem) => told.push(problem),
    fetchJson: async (uri) => {
      fetched.push(uri);
      return { keys: [ec, rsa, edwards].map(({ jwk }) => jwk) };
    },
    ...options,
  });
}

beforeEach(() => {
  [fetched, told] = [[], []];
});

describe('a genuine token', () => {
  test.each([ec, rsa, edwards])('that is signed by $alg names its customer', async (key) => {
    const caller = await identityOf().recognise({ bearer: token(key, claims()) });
    expect(caller).toEqual({
      customer: customerIdOf(ISSUER, 'ada@example.com'),
      credential: 'token',
      claim: undefined,
    });
    expect(fetched).toEqual(['https://idp.example.com/.well-known/jwks.json']);
  });

  test.each<[string, Record<string, unknown>]>([
    ['names several audiences', { aud: ['somebody', 'other-api'] }],
    ['ended within the tolerance of clocks', { exp: now() - 30 }],
    ['begins within it', { nbf: now() + 30 }],
    ['has claims of whatever kind besides', { scope: 'a b', nested: { deep: [1, null, { x: true }] }, __proto__: 'x' }],
  ])('counts that %s', async (_, overrides) => {
    expect(await identityOf().recognise({ bearer: token(ec, claims(overrides)) })).toMatchObject({
      credential: 'token',
    });
  });

  test('is the same customer’s, whoever of the issuer’s keys signs it', async () => {
    const identity = identityOf();
    const callers = await Promise.all([ec, rsa].map((key) => identity.recognise({ bearer: token(key, claims()) })));
    expect(callers[0]).toEqual(callers[1]);
    expect(fetched).toHaveLength(1);
  });

  test('is told apart by another claim where that is wanted', async () => {
    const identity = identityOf({ ...ENTRY, customerClaim: 'https://example.com/tenant' });
    const bearer = token(ec, claims({ 'https://example.com/tenant': 'acme' }));
    expect(await identity.recognise({ bearer })).toMatchObject({ customer: customerIdOf(ISSUER, 'acme') });
  });

  test('is asked for where the issuer says that its keys are', async () => {
    await identityOf({ ...ENTRY, jwksUri: 'https://keys.example.com/set' }).recognise({ bearer: token(ec, claims()) });
    expect(fetched).toEqual(['https://keys.example.com/set']);
  });
});

const publicPem = createPublicKey({ key: rsa.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();

/** What says that it is the issuer's, and does not do. The keys are asked for where it could only be told by them. */
const REFUSED: [string, () => string, { asks?: true }?][] = [
  ['is signed by somebody else', () => token(stranger, claims()), { asks: true }],
  ['is signed by another key than it names', () => token(rsa, claims(), { kid: 'ec' }), { asks: true }],
  ['is of another algorithm than its key', () => token(rsa, claims(), { alg: 'RS512' }), { asks: true }],
  ['names an algorithm of another kind of key', () => token(rsa, claims(), { alg: 'ES256' }), { asks: true }],
  ['names an unknown key', () => token(ec, claims(), { kid: 'none' }), { asks: true }],
  ['has lost its signature', () => token(ec, claims()).replace(/\.[^.]+$/, '.AAAA'), { asks: true }],
  [
    'says more than was signed',
    () => {
      const [header, , signature] = token(ec, claims()).split('.');
      return [header, Buffer.from(JSON.stringify(claims({ sub: 'root' }))).toString('base64url'), signature].join('.');
    },
    { asks: true },
  ],
  ['is for somebody else', () => token(ec, claims({ aud: 'somebody' }))],
  ['is for nobody', () => token(ec, claims({ aud: undefined }))],
  ['has ended', () => token(ec, claims({ exp: now() - 120 }))],
  ['never ends', () => token(ec, claims({ exp: undefined }))],
  ['is not yet in force', () => token(ec, claims({ nbf: now() + 120 }))],
  ['names no key', () => token(ec, claims(), { kid: undefined })],
  ['names a key of 300 characters', () => token(ec, claims(), { kid: 'k'.repeat(300) })],
  ['has a header that must be understood', () => token(ec, claims(), { crit: ['b64'], b64: false })],
  ['says that it need not be signed', () => unsignedToken(claims(), { alg: 'none', kid: 'ec' }, 'AAAA')],
  ['is signed with the public key as if that were a secret', () => hmacToken(publicPem, claims(), { kid: 'rsa' })],
  ['is of an algorithm that there is none of', () => token(ec, claims(), { alg: 'toString' })],
  ['names no customer', () => token(ec, claims({ sub: undefined })), { asks: true }],
  ['names a customer of no letters', () => token(ec, claims({ sub: '' })), { asks: true }],
];

test.each(REFUSED)('a token is refused that %s', async (_, make, { asks } = {}) => {
  expect(await identityOf().recognise({ bearer: make() })).toBe('refused');
  expect(fetched).toHaveLength(asks ? 1 : 0);
});

test.each<[string, () => string | undefined]>([
  ['no token', () => undefined],
  ['a key of ours', () => `pw_test_${'0'.repeat(53)}`],
  ['a text with two dots', () => 'a.b.c'],
  ['nothing between the dots', () => '..'],
  ['a token without a signature', () => unsignedToken(claims(), { alg: 'none' })],
  ['a token of another issuer', () => token(ec, claims({ iss: 'https://evil.example/' }))],
  ['a token of an issuer that is nearly this', () => token(ec, claims({ iss: 'https://idp.example.com' }))],
  ['a token of no issuer', () => token(ec, claims({ iss: undefined }))],
  ['a token whose issuer is no text', () => token(ec, claims({ iss: [ISSUER] }))],
  ['a token of claims that are no object', () => token(ec, 'text')],
  ['a token of claims that are nested 2,000 deep', () => token(ec, `${'['.repeat(2_000)}${']'.repeat(2_000)}`)],
  ['a token of more than 8 KB', () => token(ec, claims({ more: 'x'.repeat(8_000) }))],
])('%s is none of this identity’s, and the issuer is not asked', async (_, make) => {
  expect(await identityOf().recognise({ bearer: make() })).toBeUndefined();
  expect(fetched).toEqual([]);
});

test('nearly 8 KB of claims are read', async () => {
  const bearer = token(ec, claims({ more: Array.from({ length: 560 }, (_, index) => `role${index}`) }));
  expect(bearer.length).toBeGreaterThan(7_500);
  expect(await identityOf().recognise({ bearer })).toMatchObject({ credential: 'token' });
});

describe('a claimed plan', () => {
  const entry: TokenEntry = { ...ENTRY, planClaim: 'plan' };

  async function claimOf(overrides: Record<string, unknown>, identity = identityOf(entry)) {
    const caller = await identity.recognise({ bearer: token(ec, claims(overrides)) });
    return typeof caller === 'object' ? caller.claim : caller;
  }

  test('goes with when the token was issued', async () => {
    expect(await claimOf({ plan: 'pro', iat: 1_700_000_000.9 })).toEqual({
      plan: 'pro',
      issuedAt: 1_700_000_000,
      defaultPlan: 'free',
    });
    expect(told).toEqual([]);
  });

  test('is the default plan where there is none', async () => {
    expect(await claimOf({})).toMatchObject({ plan: 'free' });
    expect(told).toEqual([]);
  });

  test.each(['gold', 7, ['pro'], { id: 'pro' }, null, true])(
    'of %j is the default plan, and the operator is told once, without what the token says',
    async (plan) => {
      const identity = identityOf(entry);
      expect(await claimOf({ plan }, identity)).toMatchObject({ plan: 'free' });
      expect(await claimOf({ plan }, identity)).toMatchObject({ plan: 'free' });
      expect(told).toEqual(['a token names a plan that there is none of, and is served as one of the default plan']);
    },
  );

  test.each([undefined, 0, -5, 1e300])(
    'of a token that was issued at %j is not heeded, and the operator is told',
    async (iat) => {
      expect(await claimOf({ plan: 'pro', iat })).toBeUndefined();
      expect(told).toHaveLength(1);
    },
  );
});

test('a missing customer claim is told once', async () => {
  const identity = identityOf({ ...ENTRY, customerClaim: 'tenant' });
  for (let calls = 0; calls < 3; calls++) {
    expect(await identity.recognise({ bearer: token(ec, claims({ email: 'ada@example.com' })) })).toBe('refused');
  }
  expect(told).toEqual(['a token lacks the claim that names the customer']);
});

describe('a user pool', () => {
  const regional = `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
  const newer = `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
  const pool: TokenEntry = { userPool: POOL, clients: ['client-1', 'client-2'], tokenUse: 'access' };

  function access(overrides: Record<string, unknown> = {}, key: SigningKey = rsa): string {
    const { aud: _none, ...others } = claims();
    return token(key, { ...others, iss: regional, token_use: 'access', client_id: 'client-2', ...overrides });
  }

  test.each([regional, newer])('is known as %s, and has one customer of each subject', async (iss) => {
    const caller = await identityOf(pool).recognise({ bearer: access({ iss }) });
    expect(caller).toMatchObject({ customer: customerIdOf(regional, 'ada@example.com') });
    expect(fetched).toEqual([`${iss}/.well-known/jwks.json`]);
  });

  test('takes tokens of any client where none is named, and identity tokens where those are wanted', async () => {
    const any = identityOf({ userPool: POOL, tokenUse: 'access' });
    expect(await any.recognise({ bearer: access({ client_id: 'another' }) })).toMatchObject({ credential: 'token' });
    const ids = identityOf({ ...pool, tokenUse: 'id' });
    const bearer = access({ token_use: 'id', client_id: undefined, aud: 'client-1' });
    expect(await ids.recognise({ bearer })).toMatchObject({ credential: 'token' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['an identity token', { token_use: 'id', aud: 'client-1' }],
    ['a token of no use', { token_use: undefined }],
    ['a token of another client', { client_id: 'another' }],
    ['a token of no client', { client_id: undefined }],
    ['a token that has ended', { exp: now() - 120 }],
  ])('refuses %s without asking for keys', async (_, overrides) => {
    expect(await identityOf(pool).recognise({ bearer: access(overrides) })).toBe('refused');
    expect(fetched).toEqual([]);
  });

  test.each([`${regional}x`, regional.replace('eu-west-1.', 'us-east-1.'), ISSUER])('is not %s', async (iss) => {
    expect(await identityOf(pool).recognise({ bearer: access({ iss }) })).toBeUndefined();
  });
});
