import { parseApiKey } from '../../../lambda/domain/api-key';
import { MAX_KEYS } from '../../../lambda/domain/keys';
import { NOW } from '../fixtures';
import { BillingApi, type Customer, SOURCE_IP } from './billing-api';

let api: BillingApi;
let caller: Customer;

beforeAll(async () => {
  api = await BillingApi.open();
});

beforeEach(async () => {
  api.reset();
  caller = await api.addCustomer();
});

afterAll(() => api.close());

const DAY = 86_400;

const list = async (as: Pick<Customer, 'apiKey'> = caller) => (await api.as(as, 'GET /keys')).json.keys;

const make = (body: object, as: Pick<Customer, 'apiKey'> = caller) =>
  api.as(as, 'POST /keys', { body: JSON.stringify(body) });

const rotate = (keyId: string, body: string | null = null, as: Pick<Customer, 'apiKey'> = caller) =>
  api.as(as, 'POST /keys/{keyId}/rotate', { pathParameters: { keyId }, body });

const remove = (keyId: string, as: Pick<Customer, 'apiKey'> = caller) =>
  api.as(as, 'DELETE /keys/{keyId}', { pathParameters: { keyId } });

const isServed = async (apiKey: string) => (await api.as({ apiKey }, 'GET /usage')).statusCode === 200;

describe('GET keys', () => {
  test('lists the keys, and tells which one is calling; no text, and no hash', async () => {
    const { json: made } = await make({ name: 'ci', expiresIn: DAY });
    const { statusCode, json, body } = await api.as(caller, 'GET /keys');
    const times = { createdAt: '2026-11-23T12:00:00.000Z', revokedAt: null, active: true };
    expect(statusCode).toBe(200);
    expect(json.most).toBe(MAX_KEYS);
    expect(json.keys).toHaveLength(2);
    expect(json.keys).toEqual(
      expect.arrayContaining([
        { ...times, id: caller.keyId, name: 'laptop', expiresAt: null, calling: true },
        { ...times, id: made.id, name: 'ci', expiresAt: '2026-11-24T12:00:00.000Z', calling: false },
      ]),
    );
    expect(body).not.toMatch(/pw_/);
  });

  test('lists what has expired or was taken away as such', async () => {
    const [short, lost] = [(await make({ name: 'short', expiresIn: 60 })).json, (await make({ name: 'lost' })).json];
    await remove(lost.id);
    api.now = NOW + 60;
    const listed = await list();
    expect(listed.find(({ id }: { id: string }) => id === short.id)).toMatchObject({ active: false, revokedAt: null });
    expect(listed.find(({ id }: { id: string }) => id === lost.id)).toMatchObject({
      active: false,
      revokedAt: '2026-11-23T12:00:00.000Z',
    });
  });
});

describe('POST keys', () => {
  test('gives a key that spends the same balance, and shows it once', async () => {
    const { statusCode, headers, json } = await make({ name: '  build server \t' });
    expect([statusCode, headers?.['Cache-Control']]).toEqual([201, 'no-store']);
    expect(json).toMatchObject({ name: 'build server', expiresAt: null });
    expect(parseApiKey(json.apiKey)).toEqual({ mode: 'test', customer: caller.customer, keyId: json.id });
    expect((await api.as(json, 'GET /usage')).json.customer).toBe(caller.customer);
  });

  test('takes a time to expire at', async () => {
    const { json } = await make({ name: 'ci', expiresAt: '2026-12-31T23:59:59+01:00' });
    expect(json.expiresAt).toBe('2026-12-31T22:59:59.000Z');
    api.now = Date.UTC(2026, 11, 31, 22, 59, 58) / 1000;
    expect(await isServed(json.apiKey)).toBe(true);
    api.now += 1;
    expect(await isServed(json.apiKey)).toBe(false);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', ['ci']],
    ['no name', {}],
    ['an empty name', { name: ' ' }],
    ['a long name', { name: 'x'.repeat(65) }],
    ['a name of lines', { name: 'a\nb' }],
    ['a name that turns the writing round', { name: 'a\u202eb' }],
    ['half a character', { name: 'a\ud800' }],
    ['a name that is a key', { name: `my pw_live_${'a'.repeat(53)}` }],
    ['a name that is a number', { name: 5 }],
    ['a misspelt member', { name: 'ci', expireAt: '2027-01-01T00:00:00Z' }],
    ['two expiries', { name: 'ci', expiresIn: 5, expiresAt: '2027-01-01T00:00:00Z' }],
    ['an expiry that is past', { name: 'ci', expiresAt: '2026-11-23T12:00:00Z' }],
    ['an expiry that there is none of', { name: 'ci', expiresAt: '2027-02-30T00:00:00Z' }],
    ['an expiry of no zone', { name: 'ci', expiresAt: '2027-02-01T00:00:00' }],
    ['an expiry in words', { name: 'ci', expiresAt: 'tomorrow' }],
    ['an expiry at once', { name: 'ci', expiresIn: 0 }],
    ['an expiry of a part of a second', { name: 'ci', expiresIn: 1.5 }],
    ['an expiry of more than ten years', { name: 'ci', expiresIn: 3_651 * DAY }],
    ['an expiry of null', { name: 'ci', expiresIn: null }],
  ])('refuses %s, and says what to send', async (_, body) => {
    const { statusCode, json } = await api.as(caller, 'POST /keys', { body: body ? JSON.stringify(body) : null });
    expect(statusCode).toBe(400);
    expect(json.detail).toMatch(/"name": "laptop"|expiresIn/);
    expect(json.detail).not.toMatch(/pw_/);
    expect(await list()).toHaveLength(1);
  });

  test('tells who has as many as there can be to take one away', async () => {
    for (let count = 1; count < MAX_KEYS; count++) {
      expect((await make({ name: `key ${count}` })).statusCode).toBe(201);
    }
    const { statusCode, json } = await make({ name: 'one more' });
    expect([statusCode, json.detail]).toEqual([409, expect.stringContaining('DELETE keys/{keyId}')]);
  });

  test('makes none for who is suspended, who sees those that he has, and can replace them and take them away', async () => {
    const suspended = await api.addCustomer({ standing: 'suspended' });
    const { statusCode, json } = await make({ name: 'ci' }, suspended);
    expect([statusCode, json.detail]).toEqual([403, expect.stringContaining('contact whoever runs this API')]);
    expect(await list(suspended)).toHaveLength(1);
    const rotated = await rotate(suspended.keyId, null, suspended);
    expect(rotated.statusCode).toBe(201);
    expect((await remove(suspended.keyId, suspended)).statusCode).toBe(204);
  });
});

describe('POST keys/{keyId}/rotate', () => {
  test('puts a key in the place of another, which is served for a day', async () => {
    const { statusCode, json } = await rotate(caller.keyId);
    expect(statusCode).toBe(201);
    const replaces = { id: caller.keyId, servedUntil: '2026-11-24T12:00:00.000Z' };
    expect(json).toMatchObject({ name: 'laptop', expiresAt: null, replaces });
    api.now = NOW + DAY - 1;
    expect([await isServed(caller.apiKey), await isServed(json.apiKey)]).toEqual([true, true]);
    api.now = NOW + DAY;
    expect([await isServed(caller.apiKey), await isServed(json.apiKey)]).toEqual([false, true]);
  });

  test('ends the old one as soon as its owner wants', async () => {
    const { json } = await rotate(caller.keyId, '{"overlap":0}');
    expect([await isServed(caller.apiKey), await isServed(json.apiKey)]).toEqual([false, true]);
  });

  test.each(['{"overlap":-1}', '{"overlap":86401}', '{"overlap":0.5}', '{"overlap":"0"}', '{"x":1}', '[]', '{', '0'])(
    'refuses %s, and says what to send',
    async (body) => {
      const { statusCode, json } = await rotate(caller.keyId, body);
      expect([statusCode, json.detail]).toEqual([400, expect.stringContaining('between 0 and 86400')]);
      expect(await list()).toHaveLength(1);
    },
  );

  test.each(['nokey1', '', 'a b', '../x', 'x'.repeat(99)])('finds no key %j', async (keyId) => {
    const { statusCode, json } = await rotate(keyId);
    expect([statusCode, json.detail]).toEqual([404, expect.stringContaining('GET keys')]);
  });

  test('touches no key of another customer', async () => {
    const other = await api.addCustomer();
    expect((await rotate(other.keyId)).statusCode).toBe(404);
    expect((await remove(other.keyId)).statusCode).toBe(404);
    expect(await isServed(other.apiKey)).toBe(true);
  });
});

describe('DELETE keys/{keyId}', () => {
  test('takes a key away, at once where no call holds units of it', async () => {
    const { json } = await make({ name: 'ci' });
    const { statusCode, body } = await remove(json.id);
    expect([statusCode, body]).toEqual([204, '']);
    expect(await isServed(json.apiKey)).toBe(false);
    expect((await remove(json.id)).statusCode).toBe(404);
  });

  test('lets a key take itself away, if there is another', async () => {
    const { json } = await make({ name: 'ci' });
    expect((await remove(caller.keyId)).statusCode).toBe(204);
    expect([await isServed(caller.apiKey), await isServed(json.apiKey)]).toEqual([false, true]);
  });

  test('leaves the last one, and says what to do instead; which works', async () => {
    const { statusCode, json } = await remove(caller.keyId);
    expect([statusCode, json.detail]).toEqual([409, expect.stringMatching(/POST keys first.*"overlap": 0/)]);
    const { json: next } = await rotate(caller.keyId, '{"overlap":0}');
    expect((await remove(caller.keyId, next)).statusCode).toBe(204);
    expect(await isServed(next.apiKey)).toBe(true);
  });
});

test.each([
  ['GET /keys', null],
  ['POST /keys', null],
  ['POST /keys/{keyId}/rotate', { keyId: 'abc123' }],
  ['DELETE /keys/{keyId}', { keyId: 'abc123' }],
])('%s asks for a key', async (route, pathParameters) => {
  expect((await api.send(route, { pathParameters })).statusCode).toBe(401);
});

test('every change is written down: by which key, and where from; an attempt that changes nothing is not', async () => {
  const { json: made } = await make({ name: 'ci' });
  const { json: rotated } = await rotate(made.id, '{"overlap":60}');
  await remove(rotated.id);
  await remove('nokey1');
  await rotate('nokey1');
  const entries = await api.auditLog.list(caller.customer, 10);
  const by = { who: `key ${caller.keyId}`, from: SOURCE_IP, at: NOW };
  expect(entries).toHaveLength(3);
  expect(entries).toEqual(
    expect.arrayContaining([
      { ...by, change: { what: 'key.created', key: made.id, name: 'ci' }, outcome: 'added' },
      { ...by, change: { what: 'key.rotated', key: made.id, by: rotated.id, overlap: 60 }, outcome: 'added' },
      { ...by, change: { what: 'key.revoked', key: rotated.id }, outcome: 'true' },
    ]),
  );
});
