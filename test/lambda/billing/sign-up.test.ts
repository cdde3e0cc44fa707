import { parseApiKey } from '../../../lambda/domain/api-key';
import { NOW } from '../fixtures';
import { BillingApi, signingUp } from './billing-api';

let api: BillingApi;

beforeAll(async () => {
  api = await BillingApi.open();
});

beforeEach(() => api.reset());

afterAll(() => api.close());

const OPEN = signingUp({ kind: 'open', perHour: 3 });

const signUp = (sourceIp: string, headers: Record<string, string> = {}, dependencies = OPEN) =>
  api.send('POST /sign-up', { sourceIp, headers }, dependencies);

/** How many of so many sign-ups are let in. */
async function admitted(...addresses: string[]): Promise<number> {
  const answers = await Promise.all(addresses.map((address) => signUp(address)));
  return answers.filter(({ statusCode }) => statusCode === 201).length;
}

test('anybody gets a customer on the default plan and a key, at once', async () => {
  const { statusCode, json } = await signUp('198.51.100.1');
  expect([statusCode, json.plan]).toEqual([201, 'free']);
  expect(parseApiKey(json.apiKey)).toMatchObject({ mode: 'test', customer: json.customer });
  expect((await api.as(json, 'GET /usage')).json).toMatchObject({ customer: json.customer, remaining: 50 });
  expect((await api.as(json, 'GET /keys')).json.keys).toMatchObject([{ name: 'first key', calling: true }]);
  const [entry] = await api.auditLog.list(json.customer, 1);
  expect(entry).toMatchObject({ who: 'sign-up', from: '198.51.100.1', change: { what: 'key.created' } });
});

test('from one address so many an hour, and the others are told when to come back', async () => {
  const address = '198.51.100.2';
  expect(await admitted(...Array<string>(10).fill(address))).toBe(3);
  api.now = NOW + 600;
  const { statusCode, headers, json } = await signUp(address);
  expect([statusCode, headers?.['Retry-After'], json.title]).toEqual([429, '3000', 'Too Many Requests']);
  expect((await signUp('198.51.100.3')).statusCode).toBe(201);
  api.now = NOW + 3_600;
  expect((await signUp(address)).statusCode).toBe(201);
});

test('what a caller says of the address in headers counts for nothing', async () => {
  const address = '198.51.100.4';
  await admitted(address, address, address);
  const headers = { 'X-Forwarded-For': '203.0.113.9', 'X-Real-IP': '203.0.113.9', Forwarded: 'for=203.0.113.9' };
  expect((await signUp(address, headers)).statusCode).toBe(429);
});

test('a subscriber who has a whole /64 has one address', async () => {
  expect(await admitted('2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::')).toBe(3);
  expect(await admitted('2001:db8:1:3::1')).toBe(1);
});

test('paywalls that share a store count by themselves', async () => {
  const address = '198.51.100.5';
  await admitted(address, address, address);
  expect((await signUp(address, {}, { ...OPEN, paywallId: 'Paywall-2' })).statusCode).toBe(201);
});

test.each(['checkout', 'closed'] as const)('where sign-up is %s, it is not there', async (kind) => {
  expect((await signUp('198.51.100.6', {}, signingUp({ kind }))).statusCode).toBe(404);
});
