import { Refund } from '../../lib';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi();
});

afterAll(() => api.close());

async function call(apiKey: string, path: string, init: RequestInit = {}) {
  const response = await fetch(new URL(path, api.url), { ...init, headers: { 'x-api-key': apiKey } });
  const text = await response.text();
  return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

test('nobody pays for a call that was not served', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 40 });
  expect((await call(apiKey, 'items/1?status=500')).status).toBe(500);
  expect((await call(apiKey, 'items/1?status=503', { method: 'POST' })).status).toBe(503);
  expect((await call(apiKey, 'slow?wait=1500')).status).toBe(504);
  expect((await call(apiKey, 'validated')).status).toBe(400);
  expect((await call(apiKey, 'items/1', { method: 'POST', body: 'x'.repeat(10 * 2 ** 20 + 1) })).status).toBe(413);
  expect(await api.remaining(customer, 40)).toBe(40);
});

test('what the customer is told to have used is what it cost in the end', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 100 });
  expect((await call(apiKey, 'items/1')).status).toBe(200);
  expect((await call(apiKey, 'items/1?status=500')).status).toBe(500);
  expect((await call(apiKey, 'reported?units=25')).status).toBe(200);
  const left = await api.remaining(customer, 74);
  const { json } = await call(apiKey, 'billing/usage?days=1');
  const [today] = json.history;
  expect({ left, ...today.routes }).toEqual({ left: 74, 'GET /items/{id}': 1, 'GET /reported': 25 });
});

test('who is throttled pays for what was served', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'slow', remaining: 40 });
  const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await call(apiKey, 'items/1')).status));
  const served = statuses.filter((status) => status === 200).length;
  expect(statuses.filter((status) => status === 429)).toHaveLength(8 - served);
  expect(served).toBeLessThan(8);
  expect(await api.remaining(customer, 40 - served)).toBe(40 - served);
});

test('an answer of the backend is paid for, whatever it says', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 40 });
  expect((await call(apiKey, 'items/1?status=429')).status).toBe(429);
  expect((await call(apiKey, 'items/1?status=404')).status).toBe(404);
  // By then a refund of either would have come with this one.
  expect((await call(apiKey, 'items/1?status=500')).status).toBe(500);
  expect(await api.remaining(customer, 38)).toBe(38);
});

test('who has got units back can spend them', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 1 });
  expect((await call(apiKey, 'items/1?status=500')).status).toBe(500);
  expect(await api.remaining(customer, 1)).toBe(1);
  expect((await call(apiKey, 'items/1')).status).toBe(200);
  expect((await call(apiKey, 'items/1')).status).toBe(402);
});

test('a call costs what its backend reports: less than was reserved, more, or more than there is', async () => {
  const costs = [
    [3, 47],
    [25, 25],
    [80, -30],
  ] as const;
  await Promise.all(
    costs.map(async ([units, left]) => {
      const { customer, apiKey } = await api.addCustomer({ remaining: 50 });
      const { status, json } = await call(apiKey, `reported?units=${units}`);
      expect(status).toBe(200);
      expect(json.authorizer).toMatchObject({ cost: '10', remaining: '40' });
      expect(await api.remaining(customer, left)).toBe(left);
    }),
  );
});

test('a backend anywhere reports by one HTTP call, and the first report counts', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 50 });
  const { json } = await call(apiKey, 'reported');
  const report = async (units: unknown) => {
    const response = await fetch(json.authorizer.report, { method: 'POST', body: JSON.stringify({ units }) });
    return { status: response.status, json: await response.json() };
  };
  expect(await report('12')).toMatchObject({ status: 400, json: { title: 'Bad Request' } });
  expect(await report(12)).toEqual({ status: 202, json: { reserved: 10, units: 12 } });
  expect((await report(1)).status).toBe(202);
  // By then the second report has come out of the queue as well.
  await call(apiKey, 'reported?units=20');
  expect(await api.remaining(customer, 18)).toBe(18);
});

test('a call that was reported and then failed costs nothing', async () => {
  const { customer, apiKey } = await api.addCustomer({ remaining: 50 });
  expect((await call(apiKey, 'reported?units=30&status=500')).status).toBe(500);
  expect(await api.remaining(customer, 50)).toBe(50);
});

test('with more than is left reserved, the call is refused before it is served', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 9 });
  const { status, json } = await call(apiKey, 'reported');
  expect(status).toBe(402);
  expect(json).toMatchObject({ reason: 'quota_exhausted', cost: 10, remaining: 9 });
});

test('many failures of many customers are given back to the unit', async () => {
  const customers = await Promise.all(Array.from({ length: 10 }, () => api.addCustomer({ remaining: 40 })));
  await Promise.all(
    customers.flatMap(({ apiKey }) =>
      Array.from({ length: 20 }, (_, index) => call(apiKey, `items/1?status=${index % 2 === 0 ? 500 : 200}`)),
    ),
  );
  for (const { customer } of customers) {
    expect(await api.remaining(customer, 30)).toBe(30);
  }
});

test('giving back can be turned off', async () => {
  const other = await startPaidApi({}, (app) => everyAnswer(app, {}, { refund: Refund.none() }));
  try {
    const { customer, apiKey } = await other.addCustomer({ remaining: 40 });
    const url = new URL('items/1?status=500', other.url);
    expect((await fetch(url, { headers: { 'x-api-key': apiKey } })).status).toBe(500);
    expect(other.server.app.logSubscriptions).toEqual([]);
    expect((await other.balanceOf(customer))?.remaining).toBe(39);
  } finally {
    await other.close();
  }
});
