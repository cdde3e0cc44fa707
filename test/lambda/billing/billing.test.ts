import { newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { type LogLine, takeLogLines } from '../../support/log-lines';
import { NOW } from '../fixtures';
import { BillingApi, type Customer, signingUp, UNAUTHORIZED } from './billing-api';

let api: BillingApi;
let caller: Customer;
let logged: LogLine[];

beforeAll(async () => {
  api = await BillingApi.open();
});

beforeEach(async () => {
  api.reset();
  caller = await api.addCustomer({ remaining: 12 });
  logged = takeLogLines();
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => api.close());

describe('GET plans', () => {
  test('shows what is sold, and what it costs', async () => {
    const { statusCode, json } = await api.send('GET /plans');
    expect(statusCode).toBe(200);
    expect(json.plans[0]).toEqual({ id: 'free', name: 'FREE', quota: { units: 50, period: 'month' }, price: null });
    expect(json.plans[1].price).toEqual({ amount: 2900, currency: 'usd', interval: 'month' });
    expect(json.checkout.url).toBe('https://api.example.com/prod/billing/checkout');
    expect(json.signUp).toBeUndefined();
  });

  test('tells where to sign up at once, where that is possible', async () => {
    const { json } = await api.send('GET /plans', {}, signingUp({ kind: 'open', perHour: 5 }));
    expect(json.signUp).toEqual({ method: 'POST', url: 'https://api.example.com/prod/billing/sign-up' });
  });
});

describe('GET usage', () => {
  test.each(['x-api-key', 'X-API-Key'])('tells what is left to the key in %s', async (name) => {
    const { json } = await api.send('GET /usage', { headers: { [name]: caller.apiKey } });
    const { customer } = caller;
    expect(json).toMatchObject({ customer, plan: 'free', limit: 50, remaining: 12, included: 12, credits: 0 });
  });

  test('shows a period that is over as the new one', async () => {
    const { apiKey } = await api.addCustomer({ remaining: 0, periodEnd: NOW });
    const { json } = await api.send('GET /usage', { headers: { authorization: `bearer ${apiKey}` } });
    expect(json).toMatchObject({ remaining: 50, resetsAt: '2026-12-01T00:00:00.000Z' });
  });

  test('tells what was used on each day, by route, to who asks for days', async () => {
    const busy = await api.addCustomer({ remaining: 50, periodEnd: NOW + 30 * 86_400 });
    const call = { ...busy, credential: 'token' as const, cost: 5 };
    await api.stores.spending.spend({ ...call, route: 'GET /forecast/{city}' }, NOW - 86_400);
    await api.stores.spending.spend({ ...call, route: 'POST /search' }, NOW);
    const historyOf = async (days: string) =>
      (await api.as(busy, 'GET /usage', { queryStringParameters: { days } })).json.history;
    const today = { date: '2026-11-23', units: 5, routes: { 'POST /search': 5 } };
    expect(await historyOf('1')).toEqual([today]);
    const yesterday = { date: '2026-11-22', units: 5, routes: { 'GET /forecast/{city}': 5 } };
    expect(await historyOf('2')).toEqual([yesterday, today]);
    expect(await historyOf('366')).toEqual([yesterday, today]);
    expect((await api.as(busy, 'GET /usage')).json).not.toHaveProperty('history');
  });

  test('tells a customer who has not called of no days', async () => {
    const idle = await api.addCustomer();
    const { json } = await api.as(idle, 'GET /usage', { queryStringParameters: { days: '30' } });
    expect(json).toMatchObject({ customer: idle.customer, history: [] });
  });

  test.each(['', '0', '367', '-1', '1.5', '007', '1e2', 'all'])('knows no %p days', async (days) => {
    const { statusCode, json } = await api.as(caller, 'GET /usage', { queryStringParameters: { days } });
    expect(statusCode).toBe(400);
    expect(json.detail).toBe(`\`days\` must be a whole number between 1 and 366, got: ${days}`);
  });

  test('takes one number of days', async () => {
    const several = { queryStringParameters: { days: '2' }, multiValueQueryStringParameters: { days: ['1', '2'] } };
    expect((await api.as(caller, 'GET /usage', several)).statusCode).toBe(400);
  });

  test('shows a suspended customer that he is', async () => {
    const suspended = await api.addCustomer({ standing: 'suspended' });
    expect((await api.as(suspended, 'GET /usage')).json).toMatchObject({ standing: 'suspended', remaining: 50 });
  });

  test.each([
    ['none', () => ({})],
    ['noise', () => ({ 'x-api-key': 'pw_test_x' })],
    ['another customer’s', () => ({ 'x-api-key': newApiKey('test', newCustomerId()).text })],
    ['a made-up one of this customer’s', () => ({ 'x-api-key': newApiKey('test', caller.customer).text })],
  ])('asks for a key where there is %s', async (_, headers) => {
    const { statusCode, headers: answered, json } = await api.send('GET /usage', { headers: headers() });
    expect(statusCode).toBe(401);
    expect(answered?.['WWW-Authenticate']).toBe(UNAUTHORIZED.challenge);
    expect(json.detail).toBe(UNAUTHORIZED.detail);
  });

  test('finds no key in the query string', async () => {
    const queryStringParameters = { 'x-api-key': caller.apiKey, api_key: caller.apiKey };
    expect((await api.send('GET /usage', { queryStringParameters })).statusCode).toBe(401);
  });
});

describe('POST portal', () => {
  test('leads to Stripe’s page for the customer of the key', async () => {
    const { statusCode, json } = await api.as(caller, 'POST /portal');
    expect([statusCode, json.url]).toEqual([
      201,
      'https://billing.stripe.com/p/session/cus_1?https://api.example.com/prod/billing/plans',
    ]);
  });

  test('lets a suspended customer cancel', async () => {
    const suspended = await api.addCustomer({ standing: 'suspended' });
    expect((await api.as(suspended, 'POST /portal')).statusCode).toBe(201);
  });

  test('tells who has bought nothing to begin with checkout', async () => {
    api.account = { hasSubscribed: false };
    const { statusCode, json } = await api.as(caller, 'POST /portal');
    expect([statusCode, json.detail]).toEqual([409, expect.stringContaining('start with checkout')]);
  });

  test('asks for a key', async () => {
    expect((await api.send('POST /portal')).statusCode).toBe(401);
  });
});

describe('CORS', () => {
  test.each([
    ['https://app.example', 'https://app.example'],
    ['https://evil.example', undefined],
    [undefined, undefined],
  ])('a page of %s is let in as %s', async (origin, allowed) => {
    const { headers } = await api.send('GET /plans', { headers: origin === undefined ? {} : { Origin: origin } });
    expect(headers?.['Access-Control-Allow-Origin']).toBe(allowed);
  });
});

test('a fault of ours is told by request id alone, and logged', async () => {
  const { customers } = api.stores;
  jest.spyOn(customers, 'balance').mockRejectedValueOnce(new Error('secret table name'));
  const { statusCode, body } = await api.as(caller, 'GET /usage');
  expect(statusCode).toBe(500);
  expect(body).toContain('urn:uuid:request-1');
  expect(body).not.toContain('secret table');
  expect(logged).toEqual([
    expect.objectContaining({
      level: 'ERROR',
      requestId: 'request-1',
      error: expect.objectContaining({ message: expect.stringContaining('secret table name') }),
    }),
  ]);
});
