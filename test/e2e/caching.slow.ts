import { request } from 'node:http';
import { Duration } from 'aws-cdk-lib';
import { CachedCost, CacheKey, RouteCache } from '../../lib';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi({}, (app) =>
    everyAnswer(
      app,
      {},
      {
        cache: {
          'GET /items/{id}': RouteCache.perCustomer({ keys: [CacheKey.query('v')], cost: CachedCost.free() }),
          'GET /slow': RouteCache.perCustomer({ ttl: Duration.minutes(1) }),
          'GET /pro': RouteCache.shared(),
        },
      },
    ),
  );
});

afterAll(() => api.close());

async function call(apiKey: string, path: string, init: RequestInit = {}) {
  const headers = { 'x-api-key': apiKey, ...init.headers };
  const response = await fetch(new URL(path, api.url), { ...init, headers });
  const text = await response.text();
  const json = text.startsWith('{') ? JSON.parse(text) : undefined;
  // Each call has a charge of its own, so this tells for which of them the backend has answered.
  return { status: response.status, json, madeFor: json?.authorizer?.charge, customer: json?.authorizer?.customer };
}

/** A call whose headers go over the wire to the letter. */
function send(path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, api.url), { headers }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () =>
        resolve({ status: message.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', reject).end();
  });
}

test('nobody sees the answers of another customer', async () => {
  const [ada, bob] = await Promise.all([api.addCustomer({ remaining: 40 }), api.addCustomer({ remaining: 40 })]);
  const first = await call(ada.apiKey, 'items/1');
  expect(await call(ada.apiKey, 'items/1')).toEqual(first);
  expect(first.customer).toBe(ada.customer);
  expect((await call(bob.apiKey, 'items/1')).customer).toBe(bob.customer);
});

test.each(['X-API-KEY', 'X-API-Key', 'Authorization', 'AUTHORIZATION'])(
  'nor where the key comes as %s',
  async (name) => {
    const [ada, bob] = await Promise.all([api.addCustomer({ remaining: 40 }), api.addCustomer({ remaining: 40 })]);
    const get = async ({ apiKey }: typeof ada) => {
      const value = /key/i.test(name) ? apiKey : `Bearer ${apiKey}`;
      return JSON.parse((await send('items/1', { [name]: value })).body).authorizer.customer;
    };
    expect([await get(ada), await get(bob), await get(ada)]).toEqual([ada.customer, bob.customer, ada.customer]);
  },
);

test('a key whose header is spelt so that the cache does not see it is answered with 401', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 40 });
  expect((await send('items/1', { 'x-API-key': apiKey })).status).toBe(401);
  // Where nothing is cached, headers have no case.
  expect((await send('reported', { 'x-API-key': apiKey })).status).toBe(200);
});

test('an answer is made anew for another path, and for another value of a key', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 40 });
  const of = async (path: string) => (await call(apiKey, path)).madeFor;
  const one = await of('items/1?v=1');
  expect(await of('items/2?v=1')).not.toBe(one);
  expect(await of('items/1?v=2')).not.toBe(one);
  expect(await of('items/1?v=1&unnamed=3')).toBe(one);
});

test('an answer from the cache that is free is given back, and one that is not is paid for', async () => {
  const free = await api.addCustomer({ remaining: 40 });
  const full = await api.addCustomer({ remaining: 40 });
  for (let count = 0; count < 5; count++) {
    expect((await call(free.apiKey, 'items/1')).status).toBe(200);
    expect((await call(full.apiKey, 'slow')).status).toBe(200);
  }
  expect(await api.remaining(free.customer, 39)).toBe(39);
  expect(await api.remaining(full.customer, 35)).toBe(35);
});

test('all customers share what is called shared, once their plan has the route', async () => {
  const [ada, bob, cyd] = await Promise.all([
    api.addCustomer({ plan: 'pro', remaining: 40 }),
    api.addCustomer({ plan: 'pro', remaining: 40 }),
    api.addCustomer({ remaining: 40 }),
  ]);
  const first = await call(ada.apiKey, 'pro');
  expect(first.customer).toBe(ada.customer);
  expect(await call(bob.apiKey, 'pro')).toEqual(first);
  expect(await call(cyd.apiKey, 'pro')).toMatchObject({ status: 402, json: { reason: 'route_not_in_plan' } });
  expect(await api.remaining(bob.customer, 39)).toBe(39);
});

test('who has nothing left gets nothing out of the cache, also where that would be free in the end', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 2 });
  expect((await call(apiKey, 'slow')).status).toBe(200);
  expect((await call(apiKey, 'slow')).status).toBe(200);
  expect(await call(apiKey, 'slow')).toMatchObject({ status: 402, json: { reason: 'quota_exhausted' } });
  expect((await call(apiKey, 'items/1')).status).toBe(402);
});

test('a key that was taken away gets nothing out of the cache', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 40 });
  const { json: made } = await call(apiKey, 'billing/keys', { method: 'POST', body: '{"name": "second"}' });
  expect((await call(made.apiKey, 'slow')).status).toBe(200);
  expect((await call(made.apiKey, 'slow')).status).toBe(200);
  expect((await call(apiKey, `billing/keys/${made.id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await call(made.apiKey, 'slow')).status).toBe(401);
});
