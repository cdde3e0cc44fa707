import { type Behaviour, type StandInProvider, startStandInProvider } from '../support/model-provider';
import { PRICES, startModelApi } from './model-app';
import type { PaidApi } from './paid-api';

let provider: StandInProvider;
let api: PaidApi;

beforeAll(async () => {
  provider = await startStandInProvider();
  api = await startModelApi(provider.url);
}, 60_000);

afterAll(async () => {
  await api.close();
  await provider.close();
});

const QUESTION = { role: 'user', content: 'one two three four five' };

/** A chat, as anybody would ask for it without a client. */
function chat(apiKey: string, body: object = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL('v1/chat/completions', api.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mini', messages: [QUESTION], ...body }),
    ...init,
  });
}

/** Units of a call of the small model. */
const mini = (input: number, output: number) =>
  Math.ceil((input * PRICES.mini.input + output * PRICES.mini.output) / 1_000_000);

test('the first words of a stream are there long before its last', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 10_000 });
  provider.next({ words: 10, pace: 100 });
  const start = performance.now();
  const response = await chat(apiKey, { stream: true });
  const times: number[] = [];
  for await (const _ of response.body ?? []) {
    times.push(performance.now() - start);
  }
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(500);
  expect(await api.remaining(customer, 10_000 - mini(5, 10))).toBe(10_000 - mini(5, 10));
});

test('what the customer is told to have used are the tokens', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 10_000 });
  let left = 10_000;
  for (const words of [7, 30]) {
    provider.next({ words });
    expect((await chat(apiKey)).status).toBe(200);
    left -= mini(5, words);
    expect(await api.remaining(customer, left)).toBe(left);
  }
  const response = await fetch(new URL('billing/usage?days=1', api.url), { headers: { 'x-api-key': apiKey } });
  const { history } = await response.json();
  expect(history[0].routes).toEqual({ 'POST /v1/chat/completions': 10_000 - left });
});

test('where the first provider fails, the next one answers, by its own name of the model', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 10_000 });
  provider.next({ status: 529 }, { words: 7 });
  const response = await chat(apiKey);
  expect(response.status).toBe(200);
  const [first, second] = provider.requests.slice(-2);
  expect(first?.path).toBe('/v1/chat/completions');
  expect(second).toMatchObject({ path: '/other/v1/chat/completions', body: { model: 'vendor/mini' } });
  expect(await api.remaining(customer, 10_000 - mini(5, 7))).toBe(10_000 - mini(5, 7));
});

test('where all fail, everything comes back, once', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 10_000 });
  provider.next({ status: 500 }, { status: 500 });
  expect((await chat(apiKey)).status).toBe(502);
  expect(await api.remaining(customer, 10_000)).toBe(10_000);
  // By then the access log has told of the 502 as well, which gives back what the authorizer has charged.
  provider.next({ words: 4 });
  expect((await chat(apiKey)).status).toBe(200);
  expect(await api.remaining(customer, 10_000 - mini(5, 4))).toBe(10_000 - mini(5, 4));
});

test('a provider that is too slow to begin is left for the next', async () => {
  const { apiKey } = await api.addCustomer({ plan: 'pro', remaining: 10_000 });
  provider.next({ delay: 8_000 }, { words: 3 });
  const response = await chat(apiKey, { stream: true });
  expect(await response.text()).toContain('the ');
  expect(provider.requests.at(-1)?.path).toBe('/other/v1/chat/completions');
});

test.each<[string, Behaviour, number]>([
  ['breaks', { words: 20, breakAfter: 6 }, 6],
  ['tells of an error', { words: 20, failAfter: 6 }, 6],
  ['tells no usage', { words: 6, untold: true }, 6],
])('a stream that %s is charged for the words that were sent', async (_, behaviour, words) => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 10_000 });
  provider.next(behaviour);
  const response = await chat(apiKey, { stream: true });
  expect((await response.text()).split('"content":"').length).toBeGreaterThan(words);
  // Each of these words is a token of o200k too, and so is the space behind the last one.
  const left = 10_000 - mini(5, words + 1);
  expect(await api.remaining(customer, left)).toBe(left);
});

test('a caller who goes is charged for what was written for him', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 10_000 });
  provider.next({ words: 12, pace: 50 });
  const controller = new AbortController();
  const response = await chat(apiKey, { stream: true }, { signal: controller.signal });
  await response.body?.getReader().read();
  controller.abort();
  // Lambda does not learn that he has gone, so the answer goes on to its end.
  expect(await api.remaining(customer, 10_000 - mini(5, 12))).toBe(10_000 - mini(5, 12));
});

test('an answer ends where the balance does', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 100 });
  provider.next({ words: 190 });
  const response = await chat(apiKey);
  const limit = Number(response.headers.get('x-max-output-tokens'));
  expect(limit).toBeGreaterThanOrEqual(16);
  const { choices, usage } = (await response.json()) as { choices: { finish_reason: string }[]; usage: object };
  expect(choices[0]?.finish_reason).toBe('length');
  expect(usage).toMatchObject({ completion_tokens: limit });
  const left = 100 - mini(5, limit);
  expect(left).toBeGreaterThanOrEqual(0);
  expect(await api.remaining(customer, left)).toBe(left);
});

test('several calls at once take no balance below nothing, and each costs what it does', async () => {
  const several = async (apiKey: string) =>
    Promise.all(
      Array.from({ length: 5 }, async () => {
        const response = await chat(apiKey, { stream: true, max_tokens: 40 });
        await response.text();
        return response.status;
      }),
    );
  // So that no environment starts while it is timed.
  await several((await api.addCustomer({ plan: 'pro', remaining: 10_000 })).apiKey);
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 200 });
  const before = provider.requests.length;
  const statuses = await several(apiKey);
  expect(statuses.filter((status) => status !== 200 && status !== 402)).toEqual([]);
  const served = provider.requests.slice(before);
  expect(served).toHaveLength(statuses.filter((status) => status === 200).length);
  const spent = served.reduce((sum, { input, output }) => sum + mini(input, output), 0);
  expect(spent).toBeGreaterThan(0);
  expect(await api.remaining(customer, 200 - spent)).toBe(200 - spent);
});

test('a plan that does not include the model is told which does', async () => {
  const { customer, apiKey } = await api.addCustomer({ plan: 'free', remaining: 1_000 });
  const response = await chat(apiKey, { model: 'large' });
  expect(response.status).toBe(402);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as { checkoutUrl: string };
  expect(problem).toMatchObject({ reason: 'route_not_in_plan', recommendation: { action: 'upgrade', plan: 'pro' } });
  const page = await fetch(problem.checkoutUrl, { redirect: 'manual' });
  expect(page.status).toBe(303);
  expect(await api.remaining(customer, 1_000)).toBe(1_000);
});

test('with nothing left, a call is refused by the authorizer before anything of it is read', async () => {
  const { apiKey } = await api.addCustomer({ plan: 'pro', remaining: 0 });
  const before = provider.requests.length;
  const response = await chat(apiKey);
  expect(response.status).toBe(402);
  expect(await response.json()).toMatchObject({ reason: 'quota_exhausted', cost: 1 });
  expect(provider.requests).toHaveLength(before);
});

test('a plan without a limit has none here', async () => {
  const { apiKey } = await api.addCustomer({ plan: 'boundless' });
  const response = await chat(apiKey, { model: 'large', max_tokens: 100_000 });
  expect(response.status).toBe(200);
  expect(response.headers.get('x-max-output-tokens')).toBeNull();
});

test('nobody is served without a key of the paywall’s, whatever key of the provider’s he has', async () => {
  expect((await chat('sk-provider')).status).toBe(401);
});
