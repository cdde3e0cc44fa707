import { hashApiKey, parseApiKey } from '../../../lambda/domain/api-key';
import { MAX_KEYS } from '../../../lambda/domain/keys';
import type { KeyAnswer, KeysAnswer, OpenAnswer, RevokeAnswer } from '../../../lib/private/operations';
import { request } from '../adapters/stores';
import { NOW } from '../fixtures';
import { Operators } from './operators';

const DAY = 86_400;

let operators: Operators;
let customer: string;
let first: OpenAnswer;

beforeAll(async () => {
  operators = await Operators.open();
});

afterAll(() => operators.stores.close());

beforeEach(async () => {
  operators.now = NOW;
  operators.renewals = 0;
  first = await operators.answerTo<OpenAnswer>({ operation: 'open', name: 'first', by: 'ada' });
  customer = first.customer;
});

const make = (overrides: object = {}) => ({
  operation: 'createKey',
  customer,
  name: 'server',
  by: 'ada',
  ...overrides,
});
const rotate = (overrides: object = {}) => ({
  operation: 'rotateKey',
  customer,
  keyId: first.key.id,
  overlap: 60,
  by: 'ada',
  ...overrides,
});
const revoke = (overrides: object = {}) => ({
  operation: 'revokeKey',
  customer,
  keyId: first.key.id,
  now: false,
  by: 'ada',
  ...overrides,
});

async function isServed(apiKey: string): Promise<boolean> {
  const credential = { keyId: parseApiKey(apiKey)?.keyId ?? '', keyHash: hashApiKey(apiKey) };
  return (await operators.stores.spending.spend(request(customer, { credential }), operators.now)).spent;
}

test('a key is made with a name and an end, and is served until then', async () => {
  const made = await operators.answerTo<KeyAnswer>(make({ lifetime: DAY }));
  expect(made).toMatchObject({
    customer,
    key: { name: 'server', createdAt: '2026-11-23T12:00:00.000Z', expiresAt: '2026-11-24T12:00:00.000Z', active: true },
  });
  expect(await isServed(made.apiKey)).toBe(true);
  operators.now = NOW + DAY;
  expect([await isServed(made.apiKey), await isServed(first.apiKey)]).toEqual([false, true]);
  const { keys } = await operators.answerTo<KeysAnswer>({ operation: 'keys', customer });
  expect(keys.map(({ name, active }) => [name, active])).toEqual(
    expect.arrayContaining([
      ['first', true],
      ['server', false],
    ]),
  );
  expect(JSON.stringify(keys)).not.toMatch(/pw_test_/);
});

test('a key is replaced, and served for the overlap yet, or not at all', async () => {
  const next = await operators.answerTo<KeyAnswer>(rotate());
  expect(next.key.name).toBe('first');
  expect([await isServed(first.apiKey), await isServed(next.apiKey)]).toEqual([true, true]);
  operators.now = NOW + 60;
  expect([await isServed(first.apiKey), await isServed(next.apiKey)]).toEqual([false, true]);
  const last = await operators.answerTo<KeyAnswer>(rotate({ keyId: next.key.id, overlap: 0 }));
  expect([await isServed(next.apiKey), await isServed(last.apiKey)]).toEqual([false, true]);
  expect(await operators.refusalOf(rotate())).toBe(
    `customer ${customer} is not served any more by the key "${first.key.id}"`,
  );
});

test('a key is revoked once; at once, the authorizer begins anew, also where it was revoked before', async () => {
  const revoked = { customer, keyId: first.key.id, outcome: 'applied', everywhere: false };
  expect(await operators.answerTo<RevokeAnswer>(revoke())).toEqual(revoked);
  expect([await isServed(first.apiKey), operators.renewals]).toEqual([false, 0]);
  expect(await operators.answerTo(revoke({ now: true }))).toEqual({
    ...revoked,
    outcome: 'unchanged',
    everywhere: true,
  });
  expect(operators.renewals).toBe(1);
  const changes = await operators.changesOf(customer);
  expect(changes.slice(2).map(({ who, from, change, outcome }) => [who, from, change, outcome])).toEqual([
    ['operator ada', 'cli', { what: 'key.revoked', key: first.key.id }, 'true'],
    ['operator ada', 'cli', { what: 'authorizer.renewed', key: first.key.id }, 'renewed'],
  ]);
});

test('an authorizer that could not be begun anew is told of, and the key is revoked all the same', async () => {
  const renewAuthorizer = () => Promise.reject(new Error('the function kept being changed'));
  const failing = { ...operators.dependencies, renewAuthorizer };
  await expect(operators.ask(revoke({ now: true }), failing)).rejects.toThrow('kept being changed');
  expect(await isServed(first.apiKey)).toBe(false);
  expect((await operators.changesOf(customer)).at(-1)).toMatchObject({ change: { what: 'authorizer.renewed' } });
});

test('a key that nothing was written down of but its hash can be revoked', async () => {
  const { stores } = operators;
  const old = await stores.customerWith();
  expect(await operators.answerTo(revoke({ customer: old, keyId: 'key001' }))).toMatchObject({ outcome: 'applied' });
  expect((await stores.balanceOf(old)).keys).toEqual({});
});

test('there is room for so many', async () => {
  for (let count = 1; count < MAX_KEYS; count++) {
    await operators.answerTo(make());
  }
  const refused = `customer ${customer} has ${MAX_KEYS} keys, and no more fit: revoke one first`;
  expect(await operators.refusalOf(make())).toBe(refused);
  expect(await operators.refusalOf(rotate())).toBe(refused);
});

test('none is made for a customer whom no key can name', async () => {
  const { customers } = operators.stores;
  const { linkSecret, ...opening } = await operators.stores.balanceOf(customer);
  await customers.create('https://issuer.example|ada', { ...opening, linkSecret });
  expect(await operators.refusalOf(make({ customer: 'https://issuer.example|ada' }))).toBe(
    'no key can name customer https://issuer.example|ada, who is known by tokens alone',
  );
});

test.each([
  ['no name', () => make({ name: '' }), '`name` must be one line of 1 to 100 characters, got: ""'],
  ['no life', () => make({ lifetime: 0 }), '`lifetime` must be a whole number between 1 and 315,360,000, got: 0'],
  ['no overlap', () => rotate({ overlap: -1 }), '`overlap` must be a whole number between 1 and 7,776,000, got: -1'],
  ['a key to replace that there is not', () => rotate({ keyId: 'none00' }), 'has no key "none00"'],
  ['a key to revoke that there is not', () => revoke({ keyId: 'none00', now: true }), 'has no key "none00"'],
  ['what every object has', () => revoke({ keyId: 'toString' }), 'has no key "toString"'],
  ['no key', () => revoke({ keyId: undefined }), 'has no key undefined'],
  ['nobody who asks', () => revoke({ by: '' }), '`by` must be one line of 1 to 100 characters, got: ""'],
])('%s is refused', async (_, event, refused) => {
  expect(await operators.refusalOf(event())).toContain(refused);
  expect(operators.renewals).toBe(0);
});

test('of a customer whom nobody knows there are no keys', async () => {
  expect(await operators.refusalOf({ operation: 'keys', customer: 'nobody' })).toBe('there is no customer "nobody"');
});

test('no key is made that would open nothing, where callers are known by tokens alone', async () => {
  const accepts = { own: false, imported: false };
  const byTokens = { ...operators.dependencies, accepts };
  const refused = 'no key opens this API: its callers are known by tokens alone (`identities` of the paywall)';
  for (const event of [make(), rotate(), { operation: 'open', name: 'first', by: 'ada' }]) {
    expect(await operators.ask(event, byTokens)).toEqual({ refused });
  }
  const { keys } = await operators.answerTo<KeysAnswer>({ operation: 'keys', customer }, byTokens);
  expect(keys).toHaveLength(1);
});

test('those that there were before are still taken away there', async () => {
  const byTokens = { ...operators.dependencies, accepts: { own: false, imported: false } };
  const event = { operation: 'revokeKey', customer, keyId: first.key.id, by: 'ada' };
  expect(await operators.answerTo<RevokeAnswer>(event, byTokens)).toMatchObject({ outcome: 'applied' });
});
