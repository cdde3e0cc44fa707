import { readIdentities, type TokenModule } from '../../../lambda/adapters/identities';
import { newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { API_KEYS, callerOf, type Identity } from '../../../lambda/domain/identity';
import type { KeyDirectory } from '../../../lambda/domain/imported-keys';
import { Environment } from '../../../lib/private/environment';
import { CATALOGUE } from '../fixtures';

const ENTRY = { issuer: 'https://idp.example.com', audience: ['api'] };
const { text: apiKey } = newApiKey('test', newCustomerId());

let loads: number;
let directories: number;

/** Keys that were made elsewhere: there is one, which is of customer c2. */
function directory(): KeyDirectory {
  directories++;
  return { find: async () => ({ customer: 'c2', keyId: 'key001' }) };
}

function read(entries: unknown, load: () => Promise<TokenModule> = loading) {
  delete process.env[Environment.IDENTITIES];
  if (entries !== undefined) {
    process.env[Environment.IDENTITIES] = JSON.stringify(entries);
  }
  return readIdentities({ catalogue: CATALOGUE, load, directory, logError: jest.fn() });
}

async function loading(): Promise<TokenModule> {
  loads++;
  const known: Identity = { recognise: () => ({ customer: 'c1', credential: 'token' }) };
  return { openTokenIdentity: () => known };
}

beforeEach(() => {
  loads = 0;
  directories = 0;
});

afterAll(() => {
  delete process.env[Environment.IDENTITIES];
});

test.each([[undefined], [['apiKeys']]])('nothing that verifies tokens is loaded for %j', (entries) => {
  expect(read(entries)).toEqual([API_KEYS]);
  expect([loads, directories]).toEqual([0, 0]);
});

test('keys that were made elsewhere are looked up where they are accepted, behind our own', async () => {
  const identities = read(['apiKeys', 'importedKeys']);
  expect(directories).toBe(1);
  expect(await callerOf(identities, { apiKey: 'made-by-api-gateway-0001' })).toMatchObject({ customer: 'c2' });
  expect(await callerOf(identities, { apiKey })).not.toMatchObject({ customer: 'c2' });
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
