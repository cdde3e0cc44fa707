import { McpApi } from './mcp-api';

const ACCEPTED = { inputResponses: { payment: { action: 'accept' } } };

let api: McpApi;

beforeEach(() => {
  api = new McpApi();
});

/** A call that was refused, and the state that lets it come again. */
async function refusedState(): Promise<string> {
  const { result } = await api.call('getItem', { id: '1' });
  expect(result).toMatchObject({
    resultType: 'input_required',
    inputRequests: { payment: { method: 'elicitation/create', params: { mode: 'url' } } },
  });
  return result.requestState;
}

const retry = (requestState: string, args: object = { id: '1' }, name = 'getItem', apiKey = api.apiKey) =>
  api.call(name, args, { ...ACCEPTED, requestState }, { apiKey });

test('a person is shown the link of the 402, and the call that comes again is served', async () => {
  const { result } = await api.call('getItem', { id: '1' });
  const { url, message } = result.inputRequests.payment.params;
  expect(url).toMatch(/^https:\/\/api\.example\.com\/prod\/billing\/checkout\//);
  expect(message).toBe(
    'This call costs 1 units, and 0 are left on plan free. Pay at api.example.com, then go on: the call is sent again.',
  );
  expect(JSON.stringify(result)).not.toContain(api.apiKey);
  api.setBalance({ remaining: 10 });
  const served = await retry(result.requestState);
  expect(served.result).toMatchObject({ structuredContent: { status: 200, body: { served: true } } });
  expect(api.waited).toBe(0);
});

test('a payment that is made just now is waited for', async () => {
  const state = await refusedState();
  api.whileWaiting = () => api.waited >= 3_000 && api.setBalance({ remaining: 10 });
  expect((await retry(state)).result.structuredContent).toMatchObject({ status: 200 });
  expect([api.waited, api.calls.length]).toEqual([3_000, 2]);
});

test('a payment that does not come is asked for again, and the state before is not used up', async () => {
  const state = await refusedState();
  const { result } = await retry(state);
  expect(result.resultType).toBe('input_required');
  api.setBalance({ remaining: 10 });
  expect((await retry(state)).result.structuredContent).toMatchObject({ status: 200 });
});

test('a state counts once', async () => {
  const state = await refusedState();
  api.setBalance({ remaining: 10 });
  await retry(state);
  const again = await retry(state);
  expect([again.result.isError, again.text]).toEqual([true, expect.stringContaining('was used')]);
  expect(api.calls).toHaveLength(2);
});

test('of two that come again with one state, one is served', async () => {
  const state = await refusedState();
  api.setBalance({ remaining: 10 });
  const both = await Promise.all([retry(state), retry(state)]);
  expect(both.map(({ result }) => result.isError ?? false).sort()).toEqual([false, true]);
});

test('a state is of its call alone, and nothing is sent for another', async () => {
  const state = await refusedState();
  api.setBalance({ remaining: 10 });
  const stranger = api.addCustomer('B'.repeat(14), { remaining: 10 });
  for (const other of [
    retry(state, { id: '2' }),
    retry(state, { id: '1' }, 'removeItem'),
    retry(state, { id: '1' }, 'getItem', stranger),
    retry(`${state.slice(0, -2)}AA`),
  ]) {
    const { result, text } = await other;
    expect([result.isError, text]).toEqual([true, expect.stringContaining('belongs to another call')]);
  }
  expect((await retry('nothing')).text).toContain('none that came from here');
  expect(api.calls).toHaveLength(1);
});

test('a state expires', async () => {
  const state = await refusedState();
  api.setBalance({ remaining: 10 });
  api.now += 3_600;
  expect((await retry(state)).text).toContain('time to pay for this call is over');
  expect(api.calls).toHaveLength(1);
});

test('a person who declines has nothing sent', async () => {
  const requestState = await refusedState();
  for (const action of ['decline', 'cancel']) {
    const { result, text } = await api.call(
      'getItem',
      { id: '1' },
      { inputResponses: { payment: { action } }, requestState },
    );
    expect([result.isError, text]).toEqual([true, expect.stringContaining('declined')]);
  }
  expect(api.calls).toHaveLength(1);
});

test('a client that cannot show links is told all that the 402 says, with its challenges', async () => {
  const request = Buffer.from('{"amount":"500"}').toString('base64url');
  const refusal = {
    type: 'https://paymentauth.org/problems/payment-required',
    reason: 'quota_exhausted',
    plan: 'free',
  };
  api.answer = {
    status: 402,
    headers: {
      'content-type': 'application/problem+json',
      'www-authenticate': `Bearer realm="api", Payment id="c1", realm="api", method="stripe", intent="charge", request="${request}"`,
    },
    body: Buffer.from(JSON.stringify(refusal)),
  };
  const { result, text } = await api.call('getItem', { id: '1' }, {}, { abilities: {} });
  expect(result).toMatchObject({
    isError: true,
    structuredContent: refusal,
    _meta: {
      'org.paymentauth/payment-required': {
        challenges: [{ id: 'c1', realm: 'api', method: 'stripe', intent: 'charge', request: { amount: '500' } }],
      },
    },
  });
  expect(JSON.parse(text)).toEqual(refusal);
});

test('a credential that pays goes with the call, and its receipt comes back', async () => {
  api.answer = {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'payment-receipt': Buffer.from('{"status":"success"}').toString('base64url'),
    },
  };
  const credential = { challenge: { id: 'c1', request: {} }, payload: { spt: 'spt_1' } };
  const { result } = await api.call('getItem', { id: '1' }, { _meta: { 'org.paymentauth/credential': credential } });
  expect(result._meta).toMatchObject({ 'org.paymentauth/receipt': { status: 'success' } });
  expect(api.credentials[0]).toMatchObject({
    'x-api-key': api.apiKey,
    'payment-authorization': expect.stringMatching(/^Payment [\w-]+$/),
  });
});

test('a 402 whose link leads somewhere else is an answer like others, and is shown to nobody', async () => {
  const body = {
    type: 'https://paymentauth.org/problems/payment-required',
    reason: 'x',
    plan: 'y',
    checkoutUrl: 'https://evil.example/',
  };
  api.answer = {
    status: 402,
    headers: { 'content-type': 'application/problem+json' },
    body: Buffer.from(JSON.stringify(body)),
  };
  const { result } = await api.call('getItem', { id: '1' });
  expect(result).toMatchObject({ isError: true, structuredContent: { status: 402, body } });
});

test('an answer that is lost is told', async () => {
  api.answer = 'lost';
  const { result, text } = await api.call('getItem', { id: '1' });
  expect([result.isError, text]).toEqual([true, expect.stringContaining('may have been carried out')]);
});
