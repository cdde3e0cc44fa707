import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import { authorize } from '../../../lambda/authorizer/authorizer';
import { hashApiKey, newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { headerSpellings, keyHeaders } from '../../../lib/private/cache-headers';
import type { CacheEntry } from '../../../lib/private/catalogue';
import { MemorySpendingStore } from '../domain/memory-spending-store';
import { balance, CATALOGUE, NOW } from '../fixtures';

const customer = newCustomerId();
const { text: apiKey, key } = newApiKey('test', customer);

const OWN: CacheEntry = { perCustomer: true, headers: ['Accept-Language'] };

/** The context of a call with these headers, of a route that is cached so. */
async function contextOf(headers: Record<string, string>, cache: CacheEntry, resource = '/cached') {
  const store = new MemorySpendingStore();
  store.balances.set(customer, balance({ keys: { [key.keyId]: hashApiKey(apiKey) } }));
  const api = {
    apiId: 'api1',
    costs: {},
    routePlans: {},
    caches: { 'GET /cached': cache },
    billingPath: 'billing',
    corsOrigins: [],
  };
  const event = {
    methodArn: 'arn:aws:execute-api:us-east-1:1:api1/prod/GET/cached',
    httpMethod: 'GET',
    resource,
    path: resource,
    headers,
    pathParameters: null,
    requestContext: { apiId: 'api1', requestId: 'r', domainName: 'api.example.com', path: `/prod${resource}` },
  } as unknown as APIGatewayRequestAuthorizerEvent;
  const dependencies = {
    store,
    catalogue: CATALOGUE,
    apis: new Map([['api1', api]]),
    surrogateKeyPrefix: 'Stack-1234',
    clock: () => NOW,
    newId: () => 'charge-1',
  };
  const outcome = await authorize(event, dependencies).then(
    ({ context }) => ({ context, error: undefined }),
    (error: Error) => ({ context: undefined, error: error.message }),
  );
  return { ...outcome, spent: 50 - (store.balances.get(customer)?.remaining ?? 0) };
}

test.each(['x-api-key', 'X-Api-Key', 'X-API-Key', 'X-API-KEY'])(
  'a key that comes as %s is seen by the cache',
  async (name) => {
    expect(await contextOf({ [name]: apiKey }, OWN)).toMatchObject({ error: undefined });
  },
);

test.each(['authorization', 'Authorization', 'AUTHORIZATION'])('a key that comes as %s is, too', async (name) => {
  expect(await contextOf({ [name]: `Bearer ${apiKey}` }, OWN)).toMatchObject({ error: undefined });
});

test.each<[string, Record<string, string>]>([
  ['a key', { 'x-API-key': apiKey }],
  ['a bearer', { auThorization: `Bearer ${apiKey}` }],
  ['a second credential', { 'x-api-key': apiKey, aUthorization: 'Bearer other' }],
  ['a header that the answer depends on', { 'x-api-key': apiKey, 'accept-LANGUAGE': 'de' }],
])('%s that is spelt so that the cache would not see it is refused, and costs nothing', async (_, headers) => {
  expect(await contextOf(headers, OWN)).toEqual({ error: 'Unauthorized', context: undefined, spent: 0 });
});

test('however a credential is spelt, it is among what its answer is found by, or refused', async () => {
  const spelling = fc
    .tuple(fc.constantFrom('x-api-key', 'authorization'), fc.array(fc.boolean(), { minLength: 13, maxLength: 13 }))
    .map(([name, upper]) => [...name].map((letter, index) => (upper[index] ? letter.toUpperCase() : letter)).join(''));
  await fc.assert(
    fc.asyncProperty(spelling, async (name) => {
      const value = name.toLowerCase() === 'x-api-key' ? apiKey : `Bearer ${apiKey}`;
      const { error } = await contextOf({ [name]: value }, OWN);
      expect(error === undefined).toBe(keyHeaders(OWN).includes(name));
    }),
    { numRuns: 100 },
  );
});

test('a shared answer, and a route that is not cached, know nothing of spellings', async () => {
  const headers = { 'x-API-key': apiKey };
  expect(await contextOf(headers, {})).toMatchObject({ error: undefined });
  expect(await contextOf(headers, OWN, '/other')).toMatchObject({ error: undefined });
});

test('the access log gets to know where a cached answer is free, and nothing where it is not', async () => {
  const headers = { 'x-api-key': apiKey };
  const { context, spent } = await contextOf(headers, { ...OWN, free: true });
  expect(context).toMatchObject({ cost: 1, cachedCost: 0 });
  expect(spent).toBe(1);
  expect((await contextOf(headers, OWN)).context).not.toHaveProperty('cachedCost');
});

test('a header counts in lower case, in upper case, with capitals, and as it was given', () => {
  expect(headerSpellings('X-API-Version')).toEqual([
    'x-api-version',
    'X-Api-Version',
    'X-API-Version',
    'X-API-VERSION',
  ]);
});
