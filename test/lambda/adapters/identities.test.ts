import { readIdentities, type TokenModule } from '../../../lambda/adapters/identities';
import { newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { API_KEYS, callerOf, type Identity } from '../../../lambda/domain/identity';
import { Environment } from '../../../lib/private/environment';
import { CATALOGUE } from '../fixtures';

const ENTRY = { issuer: 'https://idp.example.com', audience: ['api'] };
const { text: apiKey } = newApiKey('test', newCustomerId());

let loads: number;

function read(entries: unknown, load: () => Promise<TokenModule> = loading) {
  delete process.env[Environment.IDENTITIES];
  if (entries !== undefined) {
    process.env[Environment.IDENTITIES] = JSON.stringify(entries);
  }
  return readIdentities(CATALOGUE, load);
}

async function loading(): Promise<TokenModule> {
  loads++;
  const known: Identity = { recognise: () => ({ customer: 'c1', credential: 'token' }) };
  return { openTokenIdentity: () => known };
}

beforeEach(() => {
  loads = 0;
});

afterAll(() => {
  delete process.env[Environment.IDENTITIES];
});

test.each([[undefined], [['apiKeys']]])('nothing that verifies tokens is loaded for %j', (entries) => {
  expect(read(entries)).toEqual([API_KEYS]);
  expect(loads).toBe(0);
});

test('what verifies tokens is loaded once, at the start', async () => {
  const identities = read([ENTRY, 'apiKeys', { ...ENTRY, issuer: 'https://other.example' }]);
  expect(loads).toBe(1);
  expect(await callerOf(identities, { bearer: 'a.b.c' })).toMatchObject({ customer: 'c1' });
  expect(loads).toBe(1);
});

test('whoever sends a key does not wait for it, and is served though it cannot be loaded', async () => {
  const identities = read([ENTRY, 'apiKeys'], () => Promise.reject(new Error('cannot find module')));
  expect(await callerOf(identities, { apiKey, bearer: apiKey })).toMatchObject({
    credential: { keyId: expect.anything() },
  });
  await expect(callerOf(identities, { bearer: 'a.b.c' })).rejects.toThrow('cannot find module');
});
