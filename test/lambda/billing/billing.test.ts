import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { CheckoutOutcome } from '../../../lambda/adapters/stripe-checkout';
import type { BillingDependencies } from '../../../lambda/billing/request';
import { route } from '../../../lambda/billing/routes';
import { hashApiKey, newApiKey, newCustomerId, parseApiKey } from '../../../lambda/domain/api-key';
import type { Balance } from '../../../lambda/domain/balance';
import { LINK_LIFETIME, signCheckoutToken } from '../../../lambda/domain/checkout-link';
import type { Account } from '../../../lambda/domain/customers';
import type { Purchase } from '../../../lambda/domain/purchase';
import { balance, CATALOGUE, NOW } from '../fixtures';

const LINK_SECRET = new Uint8Array(16).fill(7);
const customer = newCustomerId();
const { text: apiKey, key } = newApiKey('test', customer);

let balances: Map<string, Balance>;
let opened: Purchase[];
let outcomes: Map<string, CheckoutOutcome>;
let invoiceUrl: string | undefined;
let applied: string[];
let account: Account;
let dependencies: BillingDependencies;

beforeEach(() => {
  balances = new Map([[customer, balance({ remaining: 12, keys: { [key.keyId]: hashApiKey(apiKey) } })]]);
  [opened, outcomes, invoiceUrl, applied] = [[], new Map(), undefined, []];
  account = { stripeCustomer: 'cus_1', subscription: 'sub_1', hasSubscribed: true };
  dependencies = {
    store: {
      balance: async (id) => balances.get(id),
      account: async () => account,
      create: async (id, opening) => {
        balances.set(id, balances.get(id) ?? { ...opening, keys: {}, keyExpiries: {}, surrogateKeys: [] });
      },
      addFirstKey: async (id, keyId, hash) => {
        const known = balances.get(id);
        const isFirst = known !== undefined && Object.keys(known.keys).length === 0;
        if (isFirst) {
          balances.set(id, { ...known, keys: { [keyId]: hash } });
        }
        return isFirst;
      },
      isCredited: async (id, bought) => applied.includes(`${id} ${JSON.stringify(bought)}`),
    },
    checkout: {
      open: async (purchase) => {
        opened.push(purchase);
        return { url: 'https://checkout.stripe.com/c/pay/cs_1', expiresAt: '2026-11-24T12:00:00.000Z' };
      },
      outcome: async (id) => outcomes.get(id),
      openInvoiceUrl: async () => invoiceUrl,
      createCustomer: async (id) => `cus_of_${id}`,
      openPortal: async (id, url) => `https://billing.stripe.com/p/session/${id}?${url}`,
    },
    catalogue: CATALOGUE,
    apis: new Map([
      [
        'api1',
        { apiId: 'api1', costs: {}, routePlans: {}, billingPath: 'billing', corsOrigins: ['https://app.example'] },
      ],
    ]),
    clock: () => NOW,
    paywallId: 'Paywall-1',
    checkoutOptions: { promotionCodes: false, automaticTax: false },
    newLinkSecret: () => LINK_SECRET,
  };
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(() => jest.restoreAllMocks());

async function send(route_: string, overrides: Partial<APIGatewayProxyEvent> = {}) {
  const [httpMethod = '', resource = ''] = route_.split(' ');
  const event = {
    httpMethod,
    resource: `/billing${resource}`,
    path: `/billing${resource}`,
    headers: {},
    body: null,
    isBase64Encoded: false,
    pathParameters: null,
    queryStringParameters: null,
    requestContext: {
      apiId: 'api1',
      requestId: 'request-1',
      domainName: 'api.example.com',
      path: `/prod/billing${resource}`,
    },
    ...overrides,
  } as APIGatewayProxyEvent;
  const answer = await route(event, dependencies);
  return { ...answer, json: answer.body.startsWith('{') ? JSON.parse(answer.body) : undefined };
}

function follow(token: string, query: Record<string, string> | null = null) {
  return send('GET /checkout/{token}', { pathParameters: { token }, queryStringParameters: query });
}

describe('GET plans', () => {
  test('shows what is sold, and what it costs', async () => {
    const { statusCode, json } = await send('GET /plans');
    expect(statusCode).toBe(200);
    expect(json.plans[0]).toEqual({ id: 'free', name: 'FREE', quota: { units: 50, period: 'month' }, price: null });
    expect(json.plans[1].price).toEqual({ amount: 2900, currency: 'usd', interval: 'month' });
    expect(json.checkout.url).toBe('https://api.example.com/prod/billing/checkout');
  });
});

describe('GET usage', () => {
  test.each(['x-api-key', 'X-API-Key'])('tells what is left to the key in %s', async (name) => {
    const { json } = await send('GET /usage', { headers: { [name]: apiKey } });
    expect(json).toMatchObject({ customer, plan: 'free', limit: 50, remaining: 12, included: 12, credits: 0 });
  });

  test('shows a period that is over as the new one', async () => {
    balances.set(customer, { ...balance({ remaining: 0, periodEnd: NOW }), keys: balances.get(customer)?.keys ?? {} });
    const { json } = await send('GET /usage', { headers: { authorization: `bearer ${apiKey}` } });
    expect(json).toMatchObject({ remaining: 50, resetsAt: '2026-12-01T00:00:00.000Z' });
  });

  test.each([
    ['none', {}],
    ['noise', { 'x-api-key': 'pw_test_x' }],
    ['another customer’s', { 'x-api-key': newApiKey('test', newCustomerId()).text }],
    ['a made-up one of this customer’s', { 'x-api-key': newApiKey('test', customer).text }],
  ])('asks for a key where there is %s', async (_, headers) => {
    const { statusCode, headers: answered } = await send('GET /usage', { headers });
    expect(statusCode).toBe(401);
    expect(answered?.['WWW-Authenticate']).toBe('Bearer realm="api"');
  });
});

describe('POST checkout', () => {
  test('opens a checkout for somebody new', async () => {
    const { statusCode, json } = await send('POST /checkout', { body: '{"plan":"free"}' });
    expect(statusCode).toBe(201);
    expect(json).toEqual({ url: 'https://checkout.stripe.com/c/pay/cs_1', expiresAt: '2026-11-24T12:00:00.000Z' });
    expect(opened[0]).toMatchObject({ offer: { plan: { id: 'free' } } });
    expect(opened[0]?.customer).not.toBe(customer);
  });

  test('takes a form, and a body in base64', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await send('POST /checkout', { body: 'plan=pro', headers })).statusCode).toBe(201);
    const encoded = { body: Buffer.from('{"plan":"pro"}').toString('base64'), isBase64Encoded: true };
    expect((await send('POST /checkout', encoded)).statusCode).toBe(201);
  });

  test('opens one for the customer of the key', async () => {
    await send('POST /checkout', { body: '{"topUp":"1k"}', headers: { 'x-api-key': apiKey } });
    expect(opened).toMatchObject([
      { customer, paywall: 'Paywall-1', offer: { kind: 'topUp' }, stripeCustomer: 'cus_1' },
    ]);
  });

  test.each([
    null,
    '',
    '{',
    '[]',
    'null',
    '"pro"',
    '{"plan":"gold"}',
    '{"plan":"pro","topUp":"1k"}',
    '{"plan":["pro"]}',
  ])('says what is sold to a body of %j', async (body) => {
    const { statusCode, json } = await send('POST /checkout', { body });
    expect(statusCode).toBe(400);
    expect(json.detail).toContain('{"plan":"pro"}');
    expect(opened).toEqual([]);
  });

  test('does not sell a top-up to nobody, nor anything to a wrong key', async () => {
    expect((await send('POST /checkout', { body: '{"topUp":"1k"}' })).statusCode).toBe(401);
    const headers = { 'x-api-key': newApiKey('test', customer).text };
    expect((await send('POST /checkout', { body: '{"plan":"pro"}', headers })).statusCode).toBe(401);
    expect(opened).toEqual([]);
  });

  test('does not sell a plan that the customer is on', async () => {
    const { statusCode, json } = await send('POST /checkout', {
      body: '{"plan":"free"}',
      headers: { 'x-api-key': apiKey },
    });
    expect([statusCode, json.detail]).toEqual([409, expect.stringContaining('already')]);
  });
});

describe('the link in a 402', () => {
  const token = signCheckoutToken(customer, NOW + LINK_LIFETIME, LINK_SECRET);

  test('leads to the checkout of what it names, for its customer', async () => {
    const { statusCode, headers } = await follow(token, { plan: 'pro' });
    expect([statusCode, headers?.Location]).toEqual([303, 'https://checkout.stripe.com/c/pay/cs_1']);
    expect(opened[0]).toMatchObject({ customer, offer: { plan: { id: 'pro' } }, stripeCustomer: 'cus_1' });
  });

  test('leads to what is recommended where it names nothing, and first of all to what is owed', async () => {
    expect((await follow(token)).statusCode).toBe(303);
    expect(opened[0]).toMatchObject({ offer: { plan: { id: 'pro' } } });
    invoiceUrl = 'https://invoice.stripe.com/i/1';
    expect((await follow(token)).headers?.Location).toBe(invoiceUrl);
  });

  test.each([
    ['noise', 'noise', 404],
    ['of nobody', signCheckoutToken(newCustomerId(), NOW + 9, LINK_SECRET), 404],
    ['signed by somebody else', signCheckoutToken(customer, NOW + 9, new Uint8Array(16)), 404],
    ['with a later expiry than was signed', token.replace(/\.\w+\./, '.zzzzzz.'), 404],
    ['that has expired', signCheckoutToken(customer, NOW, LINK_SECRET), 410],
    ['with a path in it', `${token}/../x`, 404],
  ])('%s is refused', async (_, tampered, status) => {
    expect((await follow(tampered, { plan: 'pro' })).statusCode).toBe(status);
    expect(opened).toEqual([]);
  });

  test('sells nothing that is not sold', async () => {
    expect((await follow(token, { plan: 'gold' })).statusCode).toBe(409);
    expect((await follow(token, { plan: 'free' })).statusCode).toBe(409);
  });

  test('shows a person a page where it shows a program a problem', async () => {
    const { headers, body } = await send('GET /checkout/{token}', {
      pathParameters: { token: 'noise' },
      headers: { Accept: 'text/html,*/*' },
    });
    expect(headers).toMatchObject({ 'Content-Type': 'text/html; charset=utf-8' });
    expect(headers?.['Content-Security-Policy']).toContain("default-src 'none'");
    expect(body).toContain('<h1>Not Found</h1>');
  });
});

describe('POST checkout of a customer who is', () => {
  const buy = (body: string) => send('POST /checkout', { body, headers: { 'x-api-key': apiKey } });

  test('known here and not at Stripe makes him there, once', async () => {
    account = { hasSubscribed: false };
    await buy('{"topUp":"1k"}');
    expect(opened).toMatchObject([{ customer, stripeCustomer: `cus_of_${customer}` }]);
  });

  test('new leaves that to Checkout', async () => {
    account = { hasSubscribed: false };
    await send('POST /checkout', { body: '{"plan":"pro"}' });
    expect(opened[0]?.stripeCustomer).toBeUndefined();
  });

  test('without a subscription gets the plan’s trial, and with one none', async () => {
    const plans = CATALOGUE.plans.map((plan) => ({ ...plan, trialDays: 14 }));
    dependencies = { ...dependencies, catalogue: { ...CATALOGUE, plans } };
    account = { stripeCustomer: 'cus_1', hasSubscribed: false };
    await buy('{"plan":"pro"}');
    account = { stripeCustomer: 'cus_1', subscription: 'sub_1', hasSubscribed: true };
    await buy('{"plan":"pro"}');
    expect(opened.map(({ trialDays }) => trialDays)).toEqual([14, undefined]);
  });
});

describe('POST portal', () => {
  test('leads to Stripe’s page for the customer of the key', async () => {
    const { statusCode, json } = await send('POST /portal', { headers: { 'x-api-key': apiKey } });
    expect([statusCode, json.url]).toEqual([
      201,
      'https://billing.stripe.com/p/session/cus_1?https://api.example.com/prod/billing/plans',
    ]);
  });

  test('tells who has bought nothing to begin with checkout', async () => {
    account = { hasSubscribed: false };
    const { statusCode, json } = await send('POST /portal', { headers: { 'x-api-key': apiKey } });
    expect([statusCode, json.detail]).toEqual([409, expect.stringContaining('start with checkout')]);
  });

  test('asks for a key', async () => {
    expect((await send('POST /portal')).statusCode).toBe(401);
  });
});

describe('GET welcome', () => {
  const newcomer = newCustomerId();

  function visit(session: string, accept = 'application/json') {
    return send('GET /welcome', { queryStringParameters: { session_id: session }, headers: { accept } });
  }

  beforeEach(() => {
    const metadata = { paywall: 'Paywall-1', customer: newcomer, plan: 'free' };
    outcomes.set('cs_done', { customer: newcomer, livemode: false, complete: true, paid: true, metadata });
    outcomes.set('cs_open', { customer: newcomer, livemode: false, complete: false, paid: false, metadata });
    outcomes.set('cs_known', {
      customer,
      livemode: false,
      complete: true,
      paid: true,
      bought: { entry: 'checkout_session#cs_known' },
      metadata: { paywall: 'Paywall-1', customer, topUp: '1k' },
    });
  });

  test('shows a new customer a key, once, and it works', async () => {
    const { json } = await visit('cs_done');
    expect(parseApiKey(json.apiKey)).toMatchObject({ mode: 'test', customer: newcomer });
    expect((await visit('cs_done')).json.apiKey).toBeNull();
    const { json: usage } = await send('GET /usage', { headers: { 'x-api-key': json.apiKey } });
    expect(usage).toMatchObject({ customer: newcomer, plan: 'free', remaining: 50 });
  });

  test('makes live keys where the payment was real', async () => {
    const metadata = { paywall: 'Paywall-1', customer: newcomer, plan: 'free' };
    outcomes.set('cs_live', { customer: newcomer, livemode: true, complete: true, paid: true, metadata });
    expect((await visit('cs_live')).json.apiKey).toMatch(/^pw_live_/);
  });

  test('shows a known customer no key', async () => {
    expect((await visit('cs_known')).json).toMatchObject({ apiKey: null, purchase: '1,000 units' });
  });

  describe('before the event has come that credits the purchase', () => {
    const plan = { paywall: 'Paywall-1', customer: newcomer, plan: 'pro' };
    const bought = { subscribedSince: NOW };

    test('says that it is being credited, and then that it counts', async () => {
      const { statusCode, json } = await visit('cs_known');
      expect([statusCode, json.credited, json.note]).toEqual([
        200,
        false,
        expect.stringMatching(/^Paid, and being credited/),
      ]);
      applied.push(`${customer} {"entry":"checkout_session#cs_known"}`);
      expect((await visit('cs_known')).json).toMatchObject({
        credited: true,
        note: 'The payment counts for the key that you have.',
      });
    });

    test('looks again by itself, until it counts', async () => {
      const { headers, body } = await visit('cs_known', 'text/html');
      expect(headers).toMatchObject({ Refresh: '3' });
      expect(body).toContain('Paid, and being added to your account: 1,000 units.');
      expect(body).not.toContain('the next call is served');
      applied.push(`${customer} {"entry":"checkout_session#cs_known"}`);
      const later = await visit('cs_known', 'text/html');
      expect(later.headers).not.toHaveProperty('Refresh');
      expect(later.body).toContain('the next call is served');
    });

    test('leaves the page with a key where it is', async () => {
      outcomes.set('cs_new', {
        customer: newcomer,
        livemode: false,
        complete: true,
        paid: true,
        bought,
        metadata: plan,
      });
      const { headers, body } = await visit('cs_new', 'text/html');
      expect(headers).not.toHaveProperty('Refresh');
      expect(body).toContain('Paid, and being added to your account: plan PRO.');
      expect(body).toMatch(/<pre aria-label="API key">pw_test_/);
    });

    test('tells of money that is on its way yet', async () => {
      outcomes.set('cs_bank', {
        customer: newcomer,
        livemode: false,
        complete: true,
        paid: false,
        bought,
        metadata: plan,
      });
      const { json } = await visit('cs_bank');
      expect(json).toMatchObject({ credited: false, apiKey: expect.stringMatching(/^pw_test_/) });
      expect(json.note).toContain('credited when the bank has confirmed it');
      const { headers, body } = await visit('cs_bank', 'text/html');
      expect(headers).not.toHaveProperty('Refresh');
      expect(body).toContain('plan PRO is added when the bank has confirmed it.');
    });

    test('says nothing of that where nothing was to be credited', async () => {
      expect((await visit('cs_done')).json).toMatchObject({
        credited: true,
        note: 'Keep the key: it is shown this once.',
      });
    });
  });

  test('is a page for a person, which nothing may keep or frame', async () => {
    const { headers, body } = await visit('cs_done', 'text/html');
    expect(headers).toMatchObject({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    expect(headers?.['Content-Security-Policy']).toContain("frame-ancestors 'none'");
    expect(body).toMatch(/<pre aria-label="API key">pw_test_\w{53}<\/pre>/);
  });

  test.each([
    ['cs_open', 409],
    ['cs_unknown', 404],
    ['noise', 404],
    ['', 404],
  ])('of a checkout %j is %i', async (session, status) => {
    expect((await visit(session)).statusCode).toBe(status);
  });
});

describe('CORS', () => {
  test.each([
    ['https://app.example', 'https://app.example'],
    ['https://evil.example', undefined],
    [undefined, undefined],
  ])('a page of %s is let in as %s', async (origin, allowed) => {
    const { headers } = await send('GET /plans', { headers: origin === undefined ? {} : { Origin: origin } });
    expect(headers?.['Access-Control-Allow-Origin']).toBe(allowed);
  });
});

test('a fault of ours is told by request id alone, and logged', async () => {
  dependencies = {
    ...dependencies,
    store: { ...dependencies.store, balance: async () => Promise.reject(new Error('secret table name')) },
  };
  const { statusCode, body } = await send('GET /usage', { headers: { 'x-api-key': apiKey } });
  expect(statusCode).toBe(500);
  expect(body).toContain('urn:uuid:request-1');
  expect(body).not.toContain('secret table');
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining('secret table name'));
});
