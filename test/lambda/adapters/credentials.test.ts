import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import { credentialsOf } from '../../../lambda/adapters/api-gateway';
import { TokenIdentity } from '../../../lambda/adapters/tokens/token-identity';
import { newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { API_KEYS, callerOf } from '../../../lambda/domain/identity';
import { examples } from '../../support/examples';
import { signingKey, token } from '../../support/issuer';
import { noise } from '../../support/noise';
import { CATALOGUE } from '../fixtures';

const ISSUER = 'https://idp.example.com';
const signer = signingKey('key-1');
const { text: apiKey } = newApiKey('test', newCustomerId());
const genuine = token(signer, { iss: ISSUER, aud: 'api', sub: 'ada', exp: 4_000_000_000, roles: ['a', 'b'] });

const identities = [
  API_KEYS,
  new TokenIdentity(
    { issuer: ISSUER, audience: ['api'] },
    { catalogue: CATALOGUE, onMisconfigured: () => undefined, fetchJson: async () => ({ keys: [signer.jwk] }) },
  ),
];

function event(headers: Record<string, string | undefined>, query: Record<string, string> | null = null) {
  return {
    headers,
    queryStringParameters: query,
    multiValueQueryStringParameters: null,
  } as unknown as APIGatewayRequestAuthorizerEvent;
}

/** Text of every kind, and what almost is a credential. */
const value = fc.oneof(
  noise(200),
  fc.string({
    unit: fc.constantFrom(' ', '.', 'b', 'Bearer ', '=', 'eyJ', '\t', '\u00a0', apiKey, genuine),
    maxLength: 40,
  }),
  fc.string({ maxLength: 8_192, size: 'max' }),
);

const name = fc.oneof(
  fc.constantFrom('authorization', 'Authorization', 'x-api-key', 'X-API-Key', '__proto__'),
  fc.string(),
);

test('no header makes the reading of credentials fail, and nothing is read that was not sent in one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value), async (headers) => {
      const { apiKey: key, bearer } = credentialsOf(event(headers));
      const sent = Object.values(headers);
      for (const found of [key, bearer]) {
        expect(found === undefined || sent.some((text) => text.includes(found))).toBe(true);
      }
      expect(bearer).toBe(bearer?.trim());
      await callerOf(identities, { apiKey: key, bearer });
    }),
    examples(300),
  );
});

test.each(['x-api-key', 'api_key', 'authorization', 'access_token', 'Authorization'])(
  'nothing is taken from ?%s=, which logs keep',
  async (parameter) => {
    for (const credential of [apiKey, genuine, `Bearer ${genuine}`]) {
      expect(credentialsOf(event({}, { [parameter]: credential }))).toEqual({});
    }
  },
);

test('a genuine token is known, so that what follows says something', async () => {
  const sent = credentialsOf(event({ authorization: `bearer  ${genuine} ` }));
  expect(await callerOf(identities, sent)).toMatchObject({ credential: 'token' });
});

test('whatever a token is changed into, nobody is known by it who says something else than was signed', async () => {
  const position = fc.nat({ max: genuine.length });
  await fc.assert(
    fc.asyncProperty(position, position, fc.string({ maxLength: 12 }), async (from, to, put) => {
      const bearer = genuine.slice(0, from) + put + genuine.slice(Math.max(from, to));
      const caller = await callerOf(identities, { bearer });
      const signed = genuine.slice(0, genuine.lastIndexOf('.'));
      expect(caller === undefined || bearer.startsWith(`${signed}.`)).toBe(true);
    }),
    examples(500),
  );
});

test('claims of any JSON are read, in any order of any depth', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 6 }), async (json) => {
      const claims = JSON.parse(json);
      const sane = { iss: ISSUER, aud: 'api', sub: 'ada', exp: 4_000_000_000 };
      const own = { ...(typeof claims === 'object' ? claims : { claims }), ...sane };
      const bearer = token(signer, { ...own, iat: undefined, nbf: undefined, scope: undefined, jti: undefined });
      expect(await callerOf(identities, { bearer })).toMatchObject({ credential: 'token' });
      await callerOf(identities, { bearer: token(signer, claims) });
    }),
    examples(100),
  );
});

test('8 KB of whatever a stranger sends take no time', async () => {
  const hostile = [' ', 'a', '.', 'a.', '=', 'a ', 'b\t', '[', '"', '\u00e9', 'A.A.', 'eyJhbGciOiJub25lIn0.'].flatMap(
    (unit) => {
      const long = unit.repeat(8_192 / unit.length);
      const claims = Buffer.from(long).toString('base64url').slice(0, 8_000);
      return [long, `Bearer ${long}`, `bearer ${long} x`, `Bearer e30.${claims}.e30`, `Bearer ${claims}.${claims}.A`];
    },
  );
  const before = process.cpuUsage();
  for (const text of hostile) {
    await callerOf(identities, credentialsOf(event({ authorization: text, 'x-api-key': text })));
  }
  const { user, system } = process.cpuUsage(before);
  // Milliseconds for each. What takes quadratic time takes hundreds of times as long.
  expect((user + system) / 1_000 / hostile.length).toBeLessThan(20);
});
