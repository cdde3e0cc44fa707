import { type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi();
});

afterAll(() => api.close());

async function call(path: string, apiKey?: string, init: RequestInit = {}) {
  const headers = {
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    Origin: 'https://app.example',
    ...init.headers,
  };
  const response = await fetch(new URL(path, api.url), { redirect: 'manual', ...init, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : {},
  };
}

/** What every refusal has, whatever its status. */
function expectProblem(answer: Awaited<ReturnType<typeof call>>, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(answer.body.instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
}

describe('200', () => {
  test('the backend learns who calls and what is left', async () => {
    const { customer, apiKey } = await api.addCustomer();
    const { status, body } = await call('items/1', apiKey);
    expect(status).toBe(200);
    expect(body.authorizer).toMatchObject({ customer, plan: 'free', cost: '1', remaining: '49', limit: '50' });
  });

  test('the history tells what was used today, by the routes’ names', async () => {
    const { apiKey } = await api.addCustomer();
    await call('items/1', apiKey);
    await call('items/2', apiKey);
    const { status, body } = await call('billing/usage?days=7', apiKey);
    expect(status).toBe(200);
    expect(body).toMatchObject({ remaining: 48 });
    const [{ date, ...used }, ...others] = body.history;
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect([used, others]).toEqual([{ units: 2, routes: { 'GET /items/{id}': 2 } }, []]);
    expectProblem(await call('billing/usage?days=0', apiKey), 400);
  });

  test('an open route asks for nothing', async () => {
    expect((await call('health')).status).toBe(200);
  });

  test('a preflight request asks for nothing', async () => {
    const { status, headers } = await call('items/1', undefined, { method: 'OPTIONS' });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('401', () => {
  test.each([
    ['no credential', {}],
    ['an unknown key', { 'x-api-key': `pw_test_${'0'.repeat(53)}` }],
    ['noise', { 'x-api-key': 'nonsense' }],
    ['a basic credential', { Authorization: 'Basic dXNlcjpwYXNz' }],
  ])('%s', async (_, headers) => {
    const answer = await call('items/1', undefined, { headers });
    expectProblem(answer, 401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"');
  });

  test('a key in the query string is none', async () => {
    const { apiKey } = await api.addCustomer();
    expectProblem(await call(`items/1?x-api-key=${apiKey}&api_key=${apiKey}`), 401);
  });

  test.each(['Bearer', 'bearer', 'BEARER'])('but not for Authorization: %s with a key', async (scheme) => {
    const { apiKey } = await api.addCustomer();
    expect((await call('items/1', undefined, { headers: { Authorization: `${scheme} ${apiKey}` } })).status).toBe(200);
  });
});

describe('402', () => {
  test('the quota is used up: all that a client acts on, in body and headers', async () => {
    const { customer, apiKey } = await api.addCustomer({ remaining: 4 });
    const answer = await call('items/1', apiKey, { method: 'POST' });
    expectProblem(answer, 402);
    expect(answer.body).toMatchObject({
      type: 'https://paymentauth.org/problems/payment-required',
      reason: 'quota_exhausted',
      plan: 'free',
      limit: 50,
      remaining: 4,
      cost: 5,
      resetsAt: expect.stringMatching(/^\d{4}-\d\d-01T00:00:00Z$/),
    });
    expect(answer.body.checkoutUrl).toMatch(
      new RegExp(`^${api.url}billing/checkout/${customer}\\.[\\w.-]+\\?plan=pro$`),
    );
    expect(answer.headers.get('link')).toBe(`<${answer.body.checkoutUrl}>; rel="payment"`);
    expect(answer.headers.get('ratelimit-policy')).toMatch(/^"month";q=50;w=\d+$/);
    expect(answer.headers.get('ratelimit')).toMatch(/^"month";r=4;t=\d+$/);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.balanceOf(customer))?.remaining).toBe(4);
  });

  test('the plan lacks the route: the plan that has it is offered, and waiting is not', async () => {
    const { apiKey } = await api.addCustomer();
    const answer = await call('pro', apiKey);
    expectProblem(answer, 402);
    expect(answer.body).toMatchObject({ reason: 'route_not_in_plan', remaining: 50 });
    expect(answer.body.checkoutUrl).toMatch(/\?plan=pro$/);
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  test('a payment is owed: served while the grace lasts, then refused', async () => {
    const now = Math.floor(Date.now() / 1000);
    const served = await api.addCustomer({ plan: 'pro', graceEndsAt: now + 60 });
    expect((await call('items/1', served.apiKey)).status).toBe(200);
    const refused = await api.addCustomer({ plan: 'pro', graceEndsAt: now - 1 });
    const answer = await call('items/1', refused.apiKey);
    expectProblem(answer, 402);
    expect(answer.body.reason).toBe('payment_failed');
    expect(answer.body.checkoutUrl).not.toContain('?');
  });

  test('API Gateway’s own coarse quota is used up', async () => {
    const { apiKey } = await api.addCustomer({ plan: 'coarse' });
    expect((await call('items/1', apiKey)).status).toBe(200);
    expect((await call('items/1', apiKey)).status).toBe(200);
    const answer = await call('items/1', apiKey);
    expectProblem(answer, 402);
    expect(answer.body).toMatchObject({ reason: 'usage_plan_quota_exceeded', plan: 'coarse' });
    expect(answer.headers.get('link')).toContain('rel="payment"');
  });
});

describe('403', () => {
  test('the account is suspended, and paying does not lift that', async () => {
    const { apiKey } = await api.addCustomer({ standing: 'suspended' });
    const answer = await call('items/1', apiKey);
    expectProblem(answer, 403);
    expect(answer.text).not.toContain('checkout');
    expect(answer.headers.get('link')).toBeNull();
  });
});

describe('429', () => {
  test('calls come faster than the plan admits', async () => {
    const { apiKey } = await api.addCustomer({ plan: 'slow' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => call('items/1', apiKey)));
    const throttled = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(throttled.length).toBeGreaterThanOrEqual(1);
    for (const answer of throttled) {
      expectProblem(answer, 429);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });
});

describe('what strangers send', () => {
  test('200 calls at once at a quota of 50: exactly 50 are served', async () => {
    const { apiKey } = await api.addCustomer();
    const answers = await Promise.all(Array.from({ length: 200 }, () => call('items/1', apiKey)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.filter((status) => status === 402)).toHaveLength(150);
  });

  test('a body of 1 MB without a content type arrives', async () => {
    const { apiKey } = await api.addCustomer();
    const body = new Blob(['x'.repeat(1_000_000)]);
    const { status, body: answered } = await call('items/1', apiKey, { method: 'POST', body });
    expect([status, answered.bytes]).toEqual([200, 1_000_000]);
  });

  test('a key of 10,000 characters is refused, and nothing breaks', async () => {
    const { status } = await call('items/1', 'a'.repeat(10_000));
    expect([401, 431]).toContain(status);
    expect((await call('health')).status).toBe(200);
  });

  test('a path of ..%2f stays what it is', async () => {
    const { apiKey } = await api.addCustomer();
    const { status, body } = await call('items/..%2fhealth', apiKey);
    expect(status).toBe(200);
    expect(body.path).toContain('/items/');
  });

  test('a route that there is none of costs nothing', async () => {
    const { customer, apiKey } = await api.addCustomer();
    expect((await call('nowhere', apiKey)).status).toBe(403);
    expect((await api.balanceOf(customer))?.remaining).toBe(50);
  });
});

// Last: nothing is served after it.
describe('503', () => {
  test('the store cannot answer', async () => {
    const { apiKey } = await api.addCustomer();
    await api.breakStore();
    const answer = await call('items/1', apiKey);
    expectProblem(answer, 503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.text).not.toMatch(/Table|Resource|DynamoDB/);
    expect((await call('health')).status).toBe(200);
  });
});
