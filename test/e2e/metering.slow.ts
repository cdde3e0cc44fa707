import { FailurePolicy } from '../../lib';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;

afterEach(() => api.close());

async function call(apiKey: string): Promise<number> {
  const response = await fetch(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } });
  await response.arrayBuffer();
  return response.status;
}

test('a busy customer is counted in blocks, by several environments at once, and never oversold', async () => {
  api = await startPaidApi();
  const { customer, apiKey } = await api.addCustomer({ remaining: 300 });
  const statuses: number[] = [];
  const caller = async () => {
    while (statuses.length < 400) {
      statuses.push(await call(apiKey));
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  const served = statuses.filter((status) => status === 200).length;
  expect(served).toBeLessThanOrEqual(300);
  // What an environment holds when the others are told that there is nothing left is a few units at most.
  expect(served).toBeGreaterThanOrEqual(300 - 24);
  expect((await api.balanceOf(customer))?.remaining).toBe(0);
});

test('with the failure policy open, a known customer is served while the store is away, and a stranger is not', async () => {
  api = await startPaidApi({}, (app) => everyAnswer(app, { failurePolicy: FailurePolicy.open({ callsPerMinute: 2 }) }));
  const known = await api.addCustomer();
  const stranger = await api.addCustomer();
  expect(await call(known.apiKey)).toBe(200);
  await api.breakStore();
  expect([await call(known.apiKey), await call(known.apiKey), await call(known.apiKey)]).toEqual([200, 200, 503]);
  expect(await call(stranger.apiKey)).toBe(503);
});
