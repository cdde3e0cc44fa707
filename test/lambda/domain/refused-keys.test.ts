import { type ChargeRequest, type Credential, charge } from '../../../lambda/domain/charge';
import { RefusedKeys } from '../../../lambda/domain/refused-keys';
import { balance, CATALOGUE, NOW } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';

const OPENS: Credential = { keyId: 'key001', keyHash: new Uint8Array(32).fill(1) };
const MADE_UP: Credential = { keyId: 'key001', keyHash: new Uint8Array(32).fill(2) };

let inner: MemorySpendingStore;
let store: RefusedKeys;

beforeEach(() => {
  inner = new MemorySpendingStore();
  inner.balances.set('c1', balance());
  store = new RefusedKeys(inner);
});

/** What becomes of a call, and how often the store was asked for it. */
async function call(credential: Credential, now = NOW, overrides: Partial<ChargeRequest> = {}) {
  const before = inner.writes;
  const request = { customer: 'c1', credential, cost: 1, ...overrides };
  const { kind } = await charge(store, CATALOGUE, request, () => now);
  return [kind, inner.writes - before];
}

test.each<[string, () => Partial<ChargeRequest>]>([
  ['that nobody has', () => ({ customer: 'nobody' })],
  ['that this customer has not', () => ({})],
])('a key %s is asked for once in ten seconds', async (_, overrides) => {
  expect(await call(MADE_UP, NOW, overrides())).toEqual(['unauthorized', 1]);
  expect(await call(MADE_UP, NOW, overrides())).toEqual(['unauthorized', 0]);
  expect(await call(MADE_UP, NOW + 9, overrides())).toEqual(['unauthorized', 0]);
  expect(await call(MADE_UP, NOW + 10, overrides())).toEqual(['unauthorized', 1]);
});

test('one that has expired is too, and takes no other with it', async () => {
  inner.balances.set('c1', balance({ keyExpiries: { key001: NOW } }));
  expect(await call(OPENS)).toEqual(['unauthorized', 1]);
  expect(await call(OPENS)).toEqual(['unauthorized', 0]);
  expect(await call(MADE_UP)).toEqual(['unauthorized', 1]);
});

test('what is refused for another reason is asked for at every call, as a payment changes that at once', async () => {
  inner.balances.set('c1', balance({ remaining: 0 }));
  expect(await call(OPENS)).toEqual(['payment_required', 1]);
  inner.credit('c1', 1);
  expect(await call(OPENS)).toEqual(['granted', 1]);
  inner.balances.set('c1', balance({ standing: 'suspended' }));
  expect(await call(OPENS)).toEqual(['suspended', 1]);
  inner.balances.set('c1', balance());
  expect(await call(OPENS)).toEqual(['granted', 1]);
});

test('a token is never kept out: its customer is made by the first call', async () => {
  for (let index = 0; index < 2; index++) {
    const [kind, writes] = await call('token', NOW, { customer: 'nobody' });
    expect([kind, Number(writes) > 0]).toEqual(['unauthorized', true]);
  }
});

test('a store that fails says nothing of the key', async () => {
  const { spend } = inner;
  inner.spend = () => Promise.reject(new Error('throttled'));
  await expect(call(OPENS)).rejects.toThrow('throttled');
  inner.spend = spend;
  expect(await call(OPENS)).toEqual(['granted', 1]);
});

test('a flood of made-up keys is forgotten, the first of them first', async () => {
  const key = (index: number) => ({
    keyId: 'key001',
    keyHash: Buffer.from(index.toString(16).padStart(64, '0'), 'hex'),
  });
  for (let index = 10; index < 10_011; index++) {
    await call(key(index));
  }
  expect(await call(key(10))).toEqual(['unauthorized', 1]);
  expect(await call(key(12))).toEqual(['unauthorized', 0]);
});

test('periods begin behind it', async () => {
  inner.balances.set('c1', balance({ remaining: 0, periodEnd: NOW }));
  expect(await call(OPENS)).toEqual(['granted', 3]);
  expect(inner.periods).toBe(1);
});

test('what is remembered of refusals is forgotten behind it, so that a payment counts at once', () => {
  const forgotten: string[] = [];
  Object.assign(inner, { forgetRefusal: (customer: string) => forgotten.push(customer) });
  store.forgetRefusal('c1');
  expect(forgotten).toEqual(['c1']);
});
