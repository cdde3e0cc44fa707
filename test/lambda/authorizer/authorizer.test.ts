import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import { apiKeyOf, publicUrl } from '../../../lambda/adapters/api-gateway';
import { type AuthorizerDependencies, authorize } from '../../../lambda/authorizer/authorizer';
import type { Payment } from '../../../lambda/domain/agent-payment';
import { hashApiKey, newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import type { Balance } from '../../../lambda/domain/balance';
import { FailOpenStore } from '../../../lambda/domain/fail-open-store';
import { API_KEYS, type Caller, type Identity, IssuerUnavailableError } from '../../../lambda/domain/identity';
import { LeasedSpendingStore } from '../../../lambda/domain/leased-spending-store';
import type { ExpectedPayment } from '../../../lambda/domain/payment-credential';
import { isReportGenuine, parseReportToken, REPORT_LIFETIME } from '../../../lambda/domain/report-link';
import { laneOf } from '../../../lambda/domain/surrogate-key';
import { MemorySpendingStore } from '../domain/memory-spending-store';
import { MemoryTokenCustomers } from '../domain/memory-token-customers';
import { balance, CATALOGUE, NOW } from '../fixtures';

const customer = newCustomerId();
const { text: apiKey, key } = newApiKey('test', customer);
const METHOD_ARN = 'arn:aws:execute-api:us-east-1:1:api1/prod/POST/search';

type Event = APIGatewayRequestAuthorizerEvent;

function event(overrides: Partial<Event> = {}): Event {
  return {
    methodArn: METHOD_ARN,
    httpMethod: 'POST',
    resource: '/search',
    path: '/search',
    headers: { 'X-Api-Key': apiKey },
    pathParameters: null,
    requestContext: { apiId: 'api1', requestId: 'request-1', domainName: 'api.example.com', path: '/prod/search' },
    ...overrides,
  } as Event;
}

function world(overrides: Partial<Balance> = {}): { dependencies: AuthorizerDependencies; store: MemorySpendingStore } {
  const store = new MemorySpendingStore();
  store.balances.set(customer, balance({ keys: { [key.keyId]: hashApiKey(apiKey) }, ...overrides }));
  const api = {
    apiId: 'api1',
    costs: {
      'POST /search': 5,
      'ANY /any': 2,
      'ANY /reports/*': 3,
      'GET /reports/*': 4,
      'GET /reports/{id}/rows': 7,
      'POST /chat': { estimate: 40 },
    },
    routePlans: { 'GET /pro': ['pro'] },
    billingPath: 'billing',
    corsOrigins: [],
  };
  const apis = new Map([['api1', api]]);
  return {
    store,
    dependencies: {
      store,
      catalogue: CATALOGUE,
      apis,
      surrogateKeyPrefix: 'Stack-1234',
      clock: () => NOW,
      newId: () => 'charge-1',
    },
  };
}

test('a call that is paid for is allowed, under its lane’s key, and the backend learns who calls', async () => {
  const { dependencies } = world();
  expect(await authorize(event(), dependencies)).toEqual({
    principalId: customer,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: METHOD_ARN }],
    },
    context: {
      customer,
      plan: 'free',
      charge: 'charge-1',
      cost: 5,
      bought: 0,
      period: balance().periodStart,
      remaining: 45,
      limit: 50,
      remainingUnits: 45,
      rateLimit: '"month";r=45;t=86400',
      rateLimitPolicy: expect.stringMatching(/^"month";q=50;w=\d+$/),
    },
    usageIdentifierKey: `Stack-1234-free-${laneOf(customer, 4)}`,
  });
});

test('where the backend reports what a call took, an estimate is reserved, and a link for the report goes with the call', async () => {
  const { dependencies, store } = world({ remaining: 50, credits: 15 });
  const chat = event({ resource: '/chat', path: '/chat' });
  const requestContext = { ...chat.requestContext, path: '/prod/chat' };
  const { context } = await authorize({ ...chat, requestContext }, dependencies);
  expect(context).toMatchObject({ cost: 40, bought: 5, remaining: 10 });
  const [url, token] = `${context?.report}`.split('/billing/reports/');
  expect(url).toBe('https://api.example.com/prod');
  const parsed = parseReportToken(token ?? '');
  expect(parsed).toMatchObject({
    call: { chargeId: 'charge-1', customer, charged: 40, bought: 5, period: balance().periodStart },
    expiresAt: NOW + REPORT_LIFETIME,
  });
  expect(parsed && isReportGenuine(parsed, balance().linkSecret)).toBe(true);
  expect(store.balances.get(customer)?.remaining).toBe(10);
});

test('a route of fixed cost has no report link', async () => {
  const { context } = await authorize(event(), world().dependencies);
  expect(context).not.toHaveProperty('report');
});

test('of a plan without a limit, the backend is told no number, and that there is no limit', async () => {
  const { dependencies } = world({ remaining: 0 });
  const plans = CATALOGUE.plans.map((plan) => ({ ...plan, quota: { period: 'unlimited' as const } }));
  const catalogue = { ...CATALOGUE, plans };
  const { context } = await authorize(event(), { ...dependencies, catalogue });
  expect(context).not.toHaveProperty('remaining');
  expect(context).not.toHaveProperty('limit');
  expect(context).not.toHaveProperty('rateLimit');
  expect(context).toMatchObject({ customer, plan: 'free', cost: 5, bought: 0, remainingUnits: 'unlimited' });
});

test.each([
  ['POST', '/search', 5],
  ['GET', '/search', 1],
  ['DELETE', '/any', 2],
  ['DELETE', '/reports/{id}', 3],
  ['GET', '/reports/{id}', 4],
  ['GET', '/reports/{id}/rows', 7],
  ['GET', '/reports', 1],
])('%s %s costs %i', async (httpMethod, resource, cost) => {
  const { dependencies, store } = world();
  await authorize(event({ httpMethod, resource }), dependencies);
  expect(store.balances.get(customer)?.remaining).toBe(50 - cost);
});

test('a call that is not paid for is denied, with the whole 402 in its context', async () => {
  const { dependencies } = world({ remaining: 4 });
  const { policyDocument, context, usageIdentifierKey } = await authorize(event(), dependencies);
  expect(policyDocument.Statement).toEqual([{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: METHOD_ARN }]);
  expect(usageIdentifierKey).toBeUndefined();
  expect(JSON.parse(String(context?.problem))).toMatchObject({
    status: 402,
    reason: 'quota_exhausted',
    cost: 5,
    remaining: 4,
    instance: 'urn:uuid:request-1',
    checkoutUrl: expect.stringMatching(/^https:\/\/api\.example\.com\/prod\/billing\/checkout\/.+\?topUp=1k$/),
  });
  expect(context).toMatchObject({ rateLimit: '"month";r=4;t=86400', link: expect.stringContaining('rel="payment"') });
  // The access log takes these, by which a first refusal is told.
  expect(context).toMatchObject({ customer, plan: 'free', period: expect.any(String), reason: 'quota_exhausted' });
  // API Gateway takes strings, numbers and booleans only.
  expect(Object.values(context ?? {}).every((value) => value === undefined || typeof value === 'string')).toBe(true);
});

test('a route of other plans is denied', async () => {
  const { dependencies } = world();
  const { context } = await authorize(event({ httpMethod: 'GET', resource: '/pro' }), dependencies);
  expect(JSON.parse(String(context?.problem)).reason).toBe('route_not_in_plan');
});

test('a suspended customer is allowed under a key that no plan holds', async () => {
  const { dependencies } = world({ standing: 'suspended' });
  const { policyDocument, usageIdentifierKey } = await authorize(event(), dependencies);
  expect(policyDocument.Statement[0]?.Effect).toBe('Allow');
  expect(usageIdentifierKey).toBe('suspended');
});

test('where API Gateway keeps a coarse quota of its own, the 402 for it is ready', async () => {
  const { dependencies } = world();
  const plans = CATALOGUE.plans.map((plan) => ({ ...plan, usagePlanQuota: true }));
  const { context } = await authorize(event(), { ...dependencies, catalogue: { ...CATALOGUE, plans } });
  expect(JSON.parse(String(context?.problem)).reason).toBe('usage_plan_quota_exceeded');
});

test.each([
  ['no key', {}],
  ['noise', { 'x-api-key': 'nonsense' }],
  ['a key of 10,000 characters', { 'x-api-key': 'pw_test_'.padEnd(10_000, 'a') }],
  ['a basic credential', { Authorization: `Basic ${apiKey}` }],
  ['the key of a stranger', { 'x-api-key': newApiKey('test', newCustomerId()).text }],
])('%s is unauthorized, in the word that API Gateway knows', async (_, headers) => {
  await expect(authorize(event({ headers }), world().dependencies)).rejects.toThrow(/^Unauthorized$/);
});

describe('with other identities', () => {
  const token: Caller = { customer: 'token-customer', credential: 'token' };

  function by(identity: Identity) {
    const { dependencies, store } = world();
    const tokens = { customers: new MemoryTokenCustomers(store.balances), newLinkSecret: () => new Uint8Array(16) };
    return { store, dependencies: { ...dependencies, identities: [identity, API_KEYS], tokens } };
  }

  test('a caller who is known by a token is a customer like any other', async () => {
    const { dependencies, store } = by({ recognise: ({ bearer }) => (bearer === 'a.b.c' ? token : undefined) });
    const { principalId, context } = await authorize(
      event({ headers: { Authorization: 'Bearer a.b.c' } }),
      dependencies,
    );
    expect([principalId, context]).toEqual([
      'token-customer',
      expect.objectContaining({ plan: 'free', remaining: 45 }),
    ]);
    expect((await authorize(event(), dependencies)).principalId).toBe(customer);
    expect(store.balances.get('token-customer')?.remaining).toBe(45);
  });

  test('what is refused is unauthorized, and what cannot be told is another error', async () => {
    const refusing = by({ recognise: () => 'refused' }).dependencies;
    await expect(authorize(event(), refusing)).rejects.toThrow(/^Unauthorized$/);
    const away = by({ recognise: () => Promise.reject(new IssuerUnavailableError('timed out')) }).dependencies;
    await expect(authorize(event(), away)).rejects.toThrow('timed out');
  });
});

describe('a call that pays for itself', () => {
  /** A world in which a payment adds so many units, and remembers what it was asked for. */
  function paying(payment: Payment | Error, units = 0, overrides: Partial<Balance> = {}) {
    const { dependencies, store } = world({ remaining: 4, ...overrides });
    const asked: [string, ExpectedPayment][] = [];
    const pay = async (credential: string, expected: ExpectedPayment) => {
      asked.push([credential, expected]);
      const present = store.balances.get(customer);
      if (present !== undefined) {
        store.balances.set(customer, { ...present, remaining: present.remaining + units });
      }
      return payment instanceof Error ? Promise.reject(payment) : payment;
    };
    const agentPayments = { networkId: 'profile_1', pay };
    return { asked, store, dependencies: { ...dependencies, agentPayments } };
  }

  const PAID = { kind: 'paid', receipt: 'cmVjZWlwdA', credited: true } as const;
  const withCredential = (headers: object = { 'Payment-Authorization': 'Payment Y3JlZA' }) =>
    event({ headers: { 'x-api-key': apiKey, ...headers } });

  test('is served with what it has bought, and carries the receipt', async () => {
    const { asked, dependencies, store } = paying(PAID, 1_000);
    const { policyDocument, context } = await authorize(withCredential(), dependencies);
    expect(policyDocument.Statement[0]?.Effect).toBe('Allow');
    expect(context).toMatchObject({ paymentReceipt: 'cmVjZWlwdA', remaining: 999 });
    expect(asked).toEqual([
      [
        'Y3JlZA',
        {
          customer,
          linkSecret: balance().linkSecret,
          realm: 'api.example.com',
          networkId: 'profile_1',
          catalogue: CATALOGUE,
          missing: 1,
          now: NOW,
        },
      ],
    ]);
    expect(store.balances.get(customer)?.remaining).toBe(999);
  });

  test.each([
    ['Authorization', { Authorization: 'Payment other' }, 'other'],
    ['either case', { 'PAYMENT-AUTHORIZATION': 'payment   Y3JlZA ' }, 'Y3JlZA'],
  ])('comes with its credential in %s', async (_, headers, credential) => {
    const { asked, dependencies } = paying(PAID, 1_000);
    await authorize(withCredential(headers), dependencies);
    expect(asked.map(([text]) => text)).toEqual([credential]);
  });

  test('is not charged where there are units, where it lacks the route, or where it owes a payment', async () => {
    const rich = paying(PAID, 0, { remaining: 5 });
    expect((await authorize(withCredential(), rich.dependencies)).context).not.toHaveProperty('paymentReceipt');
    const elsewhere = paying(PAID);
    const pro = { ...withCredential(), httpMethod: 'GET', resource: '/pro' };
    expect((await authorize(pro, elsewhere.dependencies)).policyDocument.Statement[0]?.Effect).toBe('Deny');
    const owing = paying(PAID, 0, { standing: 'grace', graceEndsAt: NOW - 1 });
    expect((await authorize(withCredential(), owing.dependencies)).policyDocument.Statement[0]?.Effect).toBe('Deny');
    const suspended = paying(PAID, 0, { standing: 'suspended' });
    expect((await authorize(withCredential(), suspended.dependencies)).usageIdentifierKey).toBe('suspended');
    expect([rich, elsewhere, owing, suspended].flatMap(({ asked }) => asked)).toEqual([]);
  });

  test('is unauthorized first, where its key is nobody’s', async () => {
    const { asked, dependencies } = paying(PAID, 1_000);
    const headers = { 'x-api-key': newApiKey('test', customer).text, 'Payment-Authorization': 'Payment Y3JlZA' };
    const stranger = withCredential(headers);
    await expect(authorize(stranger, dependencies)).rejects.toThrow(/^Unauthorized$/);
    expect(asked).toEqual([]);
  });

  test('is refused with a fresh challenge, and why, where it has not paid', async () => {
    const problem = { type: 'verification-failed', detail: 'The payment was declined.' } as const;
    const { dependencies } = paying({ kind: 'refused', problem });
    const { context } = await authorize(withCredential(), dependencies);
    expect(JSON.parse(String(context?.problem))).toMatchObject({
      type: 'https://paymentauth.org/problems/verification-failed',
      status: 402,
      detail: expect.stringMatching(/^The payment was declined\. This call costs 5 units/),
    });
    expect(context?.wwwAuthenticate).toMatch(/^Payment id=/);
    // The access log tells of it like of any other refusal.
    expect(context).toMatchObject({ customer, plan: 'free', period: expect.any(String), reason: 'quota_exhausted' });
  });

  test.each([
    [true, 'payment-required'],
    [false, 'invalid-challenge'],
  ])('is refused where other calls have taken what it bought (credited: %s)', async (credited, type) => {
    const { dependencies } = paying({ ...PAID, credited });
    const { context } = await authorize(withCredential(), dependencies);
    expect(JSON.parse(String(context?.problem)).type).toBe(`https://paymentauth.org/problems/${type}`);
  });

  describe('and whose customer hammers', () => {
    /** Five calls within the half second for which a refusal is remembered. */
    async function hammering(payment: Payment, units: number) {
      const { asked, dependencies, store } = paying(payment, units, { remaining: 0 });
      const leased = new LeasedSpendingStore(store, { maxBlock: 1_000, life: 5_000, milliseconds: () => NOW * 1000 });
      const remembering = {
        ...dependencies,
        store: new FailOpenStore(leased, { callsPerMinute: 1, onOpen: jest.fn() }),
      };
      for (let call = 0; call < 5; call++) {
        expect(effectOf(await authorize(event(), remembering))).toBe('Deny');
      }
      return { asked, store, remembering };
    }

    const effectOf = ({ policyDocument }: APIGatewayAuthorizerResult) => policyDocument.Statement[0]?.Effect;

    test('is served, and so is the very next one, which need not pay', async () => {
      const { asked, remembering } = await hammering(PAID, 1_000);
      expect(effectOf(await authorize(withCredential(), remembering))).toBe('Allow');
      expect(effectOf(await authorize(event(), remembering))).toBe('Allow');
      expect(asked).toHaveLength(1);
    });

    test('is not charged where units have come since the refusal that is remembered', async () => {
      const { asked, store, remembering } = await hammering(PAID, 1_000);
      const present = store.balances.get(customer);
      store.balances.set(customer, { ...balance(), ...present, remaining: 1_000 });
      expect(effectOf(await authorize(withCredential(), remembering))).toBe('Allow');
      expect(asked).toEqual([]);
    });
  });

  test('whose payment nobody can tell of is another error', async () => {
    const { dependencies } = paying(new Error('Stripe is away'));
    await expect(authorize(withCredential(), dependencies)).rejects.toThrow('Stripe is away');
  });

  test('is a call like any other where nobody can pay so', async () => {
    const { dependencies } = world({ remaining: 4 });
    const { context } = await authorize(withCredential(), dependencies);
    expect(JSON.parse(String(context?.problem)).type).toBe('https://paymentauth.org/problems/payment-required');
    expect(context?.wwwAuthenticate).toBeUndefined();
  });
});

test('a store that cannot answer is another error', async () => {
  const { dependencies, store } = world();
  store.spend = async () => Promise.reject(new Error('throttled'));
  await expect(authorize(event(), dependencies)).rejects.toThrow('throttled');
});

test('an API that the paywall does not know is an error, and no open door', async () => {
  const { requestContext } = event();
  const other = event({ requestContext: { ...requestContext, apiId: 'api2' } });
  await expect(authorize(other, world().dependencies)).rejects.toThrow('not one that this paywall protects');
});

test.each(['authorization', 'Authorization', 'AUTHORIZATION'])(
  'a bearer key is read from %s, in any case of the scheme',
  (name) => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect(apiKeyOf(event({ headers: { [name]: `${scheme} ${apiKey}` } }))).toBe(apiKey);
    }
  },
);

test('no header makes the reading of a key fail', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (headers, authorization) => {
      expect(() => apiKeyOf(event({ headers: { ...headers, authorization } }))).not.toThrow();
    }),
  );
});

test.each([
  ['a stage', '/items/{id}', '/prod/items/1', { id: '1' }, '/prod'],
  ['a stage, at the root', '/', '/prod/', null, '/prod'],
  ['a stage, at the root without a slash', '/', '/prod', null, '/prod'],
  ['a slash at the end', '/items/{id}', '/prod/items/1/', { id: '1' }, '/prod'],
  ['two slashes', '/items', '/prod//items', null, '/prod'],
  ['an encoded parameter', '/items/{id}', '/prod/items/a%2Fb%20c', { id: 'a/b c' }, '/prod'],
  ['a greedy parameter', '/files/{proxy+}', '/prod/files/a/b%2Fc/', { proxy: 'a/b/c' }, '/prod'],
  ['a parameter named as the resource', '/{id}', '/prod/prod', { id: 'prod' }, '/prod'],
  ['a custom domain', '/items/{id}', '/items/1', { id: '1' }, ''],
  ['a base path', '/items', '/v1/weather/items', null, '/v1/weather'],
  ['a base path and a greedy parameter', '/{proxy+}', '/v1/a/b', { proxy: 'a/b' }, '/v1'],
  ['an encoding that is none', '/items/{id}', '/prod/items/%zz', { id: '1' }, '/prod'],
])('the public URL behind %s', (_, resource, path, pathParameters, base) => {
  const { requestContext } = event();
  const called = event({ resource, pathParameters, requestContext: { ...requestContext, path, stage: 'prod' } });
  expect(publicUrl(called)).toBe(`https://api.example.com${base}`);
});

test('the Host header has no say in the public URL', () => {
  expect(publicUrl(event({ headers: { Host: 'evil.example' } }))).toBe('https://api.example.com/prod');
});

test('customers are spread over the lanes evenly, and stay where they are', () => {
  const lanes = [0, 0, 0, 0];
  for (let index = 0; index < 4_000; index++) {
    const id = newCustomerId();
    const lane = laneOf(id, 4);
    expect(laneOf(id, 4)).toBe(lane);
    lanes[lane] = (lanes[lane] ?? 0) + 1;
  }
  expect(Math.min(...lanes)).toBeGreaterThan(800);
});
