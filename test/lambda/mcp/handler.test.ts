import { takeLogLines } from '../../support/log-lines';
import { BILLING, envelope, McpApi } from './mcp-api';

let api: McpApi;

beforeEach(() => {
  api = new McpApi({ remaining: 7 });
  takeLogLines();
});

afterEach(() => jest.restoreAllMocks());

const initialize = (capabilities: object, protocolVersion = '2025-11-25') => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities, clientInfo: { name: 'test', version: '1' } },
});
const listing = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('a session', () => {
  const session = async (...given: Parameters<typeof initialize>) =>
    (await api.send(initialize(...given))).headers['mcp-session-id'];

  test('is begun with those who can show links, and is what they are told by error -32042 after that', async () => {
    const id = `${await session({ elicitation: { url: {} } })}`;
    expect(id).toMatch(/^url-elicitation\.[0-9a-f-]{36}$/);
    api.setBalance({ remaining: 0 });
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'getItem', arguments: { id: '1' } } };
    const headers = { 'x-api-key': api.apiKey, 'MCP-Protocol-Version': '2025-11-25' };
    const told = await api.send(call, { ...headers, 'Mcp-Session-Id': id });
    expect(told.json.error).toMatchObject({
      code: -32042,
      data: { elicitations: [{ mode: 'url', url: expect.stringContaining(`${BILLING}/checkout/`) }] },
    });
    const other = await api.send(call, headers);
    expect(other.json.result).toMatchObject({ isError: true, structuredContent: { status: 402 } });
  });

  test.each([
    [{}, undefined],
    [{ elicitation: {} }, undefined],
    [{ elicitation: { form: {} } }, undefined],
    [{ elicitation: { url: {} } }, '2025-06-18'],
  ])('is begun with nobody else: %j %s', async (capabilities, version) => {
    expect(await session(capabilities, version)).toBeUndefined();
  });
});

describe('who calls', () => {
  test.each([
    [{ 'x-api-key': 'pw_test_nobody' }],
    [{ Authorization: 'Bearer nobody' }],
    [{ Authorization: 'Basic dXNlcjpwYXNz' }],
  ])('is refused with 401, where the credential is none: %j', async (headers) => {
    const { status, json, headers: answered } = await api.send(listing, headers as Record<string, string>);
    expect([status, json.title, answered['WWW-Authenticate']]).toEqual([401, 'Unauthorized', 'Bearer realm="api"']);
    expect(answered['Content-Type']).toBe('application/problem+json');
  });

  test('may show nothing, and sees what is sold', async () => {
    expect((await api.send(listing)).json.result.tools.map(({ name }: { name: string }) => name)).toContain('getItem');
  });

  test('is told that he is suspended, and nothing is sold to him', async () => {
    api.setBalance({ remaining: 7, standing: 'suspended' });
    expect((await api.call('get_payment_context')).result.structuredContent).toMatchObject({
      standing: 'suspended',
      checkoutUrl: null,
      detail: expect.stringContaining('suspended'),
    });
    expect((await api.call('start_checkout', { topUp: '1k' })).text).toContain('suspended');
  });
});

describe('the tools of payments', () => {
  test('tell what is left, and lead to a checkout', async () => {
    const { result } = await api.call('get_payment_context');
    expect(result.structuredContent).toMatchObject({
      customer: api.customer,
      plan: 'free',
      remaining: 7,
      credits: 0,
      checkoutUrl: expect.stringContaining(`${BILLING}/checkout/`),
      detail: 'Calls are served. Nothing needs to be paid now.',
    });
    expect((await api.call('start_checkout', { plan: 'pro' })).result.structuredContent).toMatchObject({
      url: 'https://checkout.stripe.com/plan',
      checkoutSession: 'cs_1',
    });
    expect((await api.call('get_payment_status', { checkoutSession: 'cs_1' })).result.structuredContent).toMatchObject({
      checkout: { status: 'credited', purchase: { topUp: '1k' } },
      account: { remaining: 7 },
    });
    expect(api.calls).toEqual([]);
  });

  test.each([
    ['start_checkout', {}, 'Name one thing that is sold'],
    ['start_checkout', { plan: 'gold' }, 'Name one thing that is sold'],
    ['start_checkout', { plan: 'free' }, 'on plan free already'],
    ['start_checkout', { plan: 5 }, 'do not fit'],
    ['start_checkout', { plan: 'pro', apiKey: 'x' }, 'do not fit'],
    ['get_payment_status', { checkoutSession: 'cs_2' }, 'no such checkout'],
    ['resume_request', { token: 'x' }, 'No requests are kept here'],
    ['resume_request', {}, 'do not fit'],
    ['getItem', {}, 'do not fit'],
  ])('say what to do in place of %s %j', async (name, args, text) => {
    const answer = await api.call(name, args);
    expect([answer.result.isError, answer.text]).toEqual([true, expect.stringContaining(text)]);
  });

  test('are not another’s to ask of a checkout', async () => {
    const apiKey = api.addCustomer('B'.repeat(14));
    expect((await api.call('get_payment_status', { checkoutSession: 'cs_1' }, {}, { apiKey })).text).toContain(
      'no such checkout',
    );
  });

  test('each say in their schema what they answer', async () => {
    const { tools } = (await api.send(listing)).json.result;
    for (const { name, title, inputSchema, outputSchema, annotations } of tools) {
      expect([name, title, inputSchema.type, outputSchema.type, typeof annotations.readOnlyHint]).toEqual([
        name,
        expect.any(String),
        'object',
        'object',
        'boolean',
      ]);
    }
  });
});

test('without a document there are the tools of payments, and who calls another is told why there is none', async () => {
  api.documentError = 'https://api.example.com/prod/openapi.json answers with HTTP 404';
  const { tools } = (await api.send(listing)).json.result;
  expect(tools).toHaveLength(5);
  expect((await api.call('getItem', { id: '1' })).text).toContain('answers with HTTP 404');
  api.documentError = undefined;
  expect((await api.call('nothing')).error).toMatchObject({ code: -32602 });
});

test('a stream of notifications is refused at once, as it would hold the function until its end', async () => {
  const listen = {
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: { notifications: {}, _meta: envelope() },
  };
  const { json } = await api.send(listen, {
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'subscriptions/listen',
  });
  expect(json.error).toMatchObject({ code: -32603 });
});

test.each(['GET', 'DELETE'])('%s is answered with 405', async (method) => {
  const { status, headers } = await api.send('', {}, method);
  expect([status, headers.Allow]).toEqual([405, 'POST']);
});

test('pages of the origins that CORS admits may read the session’s id, and others may not even call', async () => {
  const from = (origin: string) => api.send(listing, { Origin: origin });
  expect((await from('https://app.example')).headers).toMatchObject({
    'Access-Control-Allow-Origin': 'https://app.example',
    'Access-Control-Expose-Headers': 'Mcp-Session-Id, Retry-After, WWW-Authenticate',
  });
  const other = await from('https://other.example');
  expect([other.status, other.headers['Access-Control-Allow-Origin']]).toEqual([403, undefined]);
  expect((await from('https://api.example.com')).status).toBe(200);
});

test('a message that is none, or too long, is refused', async () => {
  expect((await api.send('{')).status).toBe(400);
  expect((await api.send(' '.repeat(1_100_000))).status).toBe(413);
});
