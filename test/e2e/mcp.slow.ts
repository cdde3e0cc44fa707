import { INJECTION, injectedApp } from './mcp-app';
import { callAs, connectMcp, dataOf } from './mcp-client';
import { type PaidApi, startPaidApi } from './paid-api';
import { payAt } from './person';

/** An agent, by the client that the SDK has for it, over HTTP. */
let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi({}, injectedApp);
});

afterAll(() => api.close());

const ERAS = ['2026', '2025'] as const;

describe.each(ERAS)('a client of %s', (era) => {
  test('lists the tools of payments and of routes, and none of open routes, without a key', async () => {
    const client = await connectMcp(api.url, { era });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'get_payment_context',
      'list_plans',
      'start_checkout',
      'get_payment_status',
      'resume_request',
      'getItem',
      'changeItem',
      'get_pro',
    ]);
    expect(JSON.stringify(tools)).not.toContain(INJECTION);
    await client.close();
  });

  test('calls a route, which costs what it costs', async () => {
    const { customer, apiKey } = await api.addCustomer();
    const client = await connectMcp(api.url, { era, apiKey });
    const result = await client.callTool({ name: 'changeItem', arguments: { id: 'a/../b', body: { name: 'x' } } });
    expect(dataOf(result)).toMatchObject({ status: 200, body: { path: '/items/a%2F..%2Fb', bytes: 12 } });
    expect((await api.balanceOf(customer))?.remaining).toBe(45);
    await client.close();
  });

  test('is refused without a person who could pay, is told all that a 402 says, and goes on by the token once it is paid', async () => {
    const { customer, apiKey } = await api.addCustomer({ remaining: 0 });
    const client = await connectMcp(api.url, { era, apiKey });
    const refused = await client.callTool({ name: 'getItem', arguments: { id: '1' } });
    expect(refused.isError).toBe(true);
    const { status, reason, checkoutUrl, resume } = dataOf(refused);
    expect({ status, reason, tool: resume.tool }).toEqual({
      status: 402,
      reason: 'quota_exhausted',
      tool: 'resume_request',
    });
    const early = await client.callTool({ name: 'resume_request', arguments: { token: resume.token } });
    expect(dataOf(early)).toMatchObject({ status: 'waiting' });

    await payAt(checkoutUrl, api);

    const told = await client.callTool({
      name: 'resume_request',
      arguments: { token: resume.token, statusOnly: true },
    });
    expect(dataOf(told)).toMatchObject({ status: 'paid' });
    const served = await client.callTool({ name: 'resume_request', arguments: { token: resume.token } });
    expect(dataOf(served)).toMatchObject({ status: 'used', answer: { status: 200, body: { path: '/items/1' } } });
    const again = await client.callTool({ name: 'resume_request', arguments: { token: resume.token } });
    expect({ isError: again.isError, ...dataOf(again) }).toMatchObject({ isError: true, status: 'used' });
    expect((await api.balanceOf(customer))?.remaining).toBe(999);
    await client.close();
  });

  test('is told where a key comes from, and what is sold, without one', async () => {
    const client = await connectMcp(api.url, { era });
    const plans = dataOf(await client.callTool({ name: 'list_plans' }));
    expect(plans.plans[1]).toMatchObject({ id: 'pro', name: INJECTION });
    for (const name of ['get_payment_context', 'start_checkout', 'get_payment_status']) {
      const { isError, content } = await client.callTool({ name, arguments: {} });
      expect({ isError, text: JSON.stringify(content) }).toEqual({
        isError: true,
        text: expect.stringMatching(/needs an API key.*billing\/checkout.*x-api-key/),
      });
    }
    await client.close();
  });
});

test('a client of 2026 shows a person the link, and its call is served once that is paid', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const shown: string[] = [];
  const onUrl = async (url: string) => {
    shown.push(url);
    await payAt(url, api);
    return 'accept' as const;
  };
  const client = await connectMcp(api.url, { apiKey, onUrl });
  const result = await client.callTool({ name: 'getItem', arguments: { id: '1' } });
  expect(dataOf(result)).toMatchObject({ status: 200, body: { path: '/items/1' } });
  expect(shown).toHaveLength(1);
  expect(shown[0]).not.toContain(apiKey);
  await client.close();
});

test('a person who declines is asked no second time, and nothing is charged', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  let asked = 0;
  const onUrl = async () => {
    asked += 1;
    return 'decline' as const;
  };
  const client = await connectMcp(api.url, { apiKey, onUrl });
  const { isError, content } = await client.callTool({ name: 'getItem', arguments: { id: '1' } });
  expect({ isError, asked, text: JSON.stringify(content) }).toEqual({
    isError: true,
    asked: 1,
    text: expect.stringContaining('declined'),
  });
  await client.close();
});

test('a client of 2025 that can show links is told by error -32042, and its next call is served', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const client = await connectMcp(api.url, { apiKey, era: '2025', onUrl: async () => 'accept' });
  const call = () => client.callTool({ name: 'getItem', arguments: { id: '1' } });
  const error = await call().catch((reason) => reason);
  expect(error).toMatchObject({ code: -32042, data: { elicitations: [{ mode: 'url' }] } });
  await payAt(error.data.elicitations[0].url, api);
  expect(dataOf(await call())).toMatchObject({ status: 200 });
  await client.close();
});

test('an agent buys by the tools alone, and sees when it counts', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const client = await connectMcp(api.url, { apiKey });
  const context = dataOf(await client.callTool({ name: 'get_payment_context' }));
  expect(context).toMatchObject({ plan: 'free', standing: 'active', remaining: 0 });
  expect(context.checkoutUrl).toContain('/billing/checkout/');
  const { url, checkoutSession } = dataOf(
    await client.callTool({ name: 'start_checkout', arguments: { topUp: '100' } }),
  );
  const ask = async () => {
    const status = dataOf(await client.callTool({ name: 'get_payment_status', arguments: { checkoutSession } }));
    return [status.checkout.status, status.account.credits];
  };
  expect(await ask()).toEqual(['open', 0]);
  await payAt(url, api);
  expect(await ask()).toEqual(['credited', 100]);
  await client.close();
});

// API Gateway renames this header where a function has answered.
test('a key that is none is answered with 401 and problem details, and GET and DELETE with 405', async () => {
  const { status, headers, problem } = await callAs(api.url, 'POST', { 'x-api-key': 'pw_test_nobody' });
  expect([status, headers.get('x-amzn-remapped-www-authenticate'), problem.title]).toEqual([
    401,
    'Bearer realm="api"',
    'Unauthorized',
  ]);
  for (const method of ['GET', 'DELETE']) {
    const answer = await callAs(api.url, method);
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
  }
});
