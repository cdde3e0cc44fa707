import { newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import { hashClaim } from '../../../lambda/domain/checkout-claim';
import { LINK_LIFETIME, signCheckoutToken } from '../../../lambda/domain/checkout-link';
import { CATALOGUE, NOW } from '../fixtures';
import { BillingApi, CLAIM, type Customer, LINK_SECRET, signingUp, UNAUTHORIZED } from './billing-api';

let api: BillingApi;
let caller: Customer;

beforeAll(async () => {
  api = await BillingApi.open();
});

beforeEach(async () => {
  api.reset();
  caller = await api.addCustomer();
});

afterAll(() => api.close());

const buy = (body: string) => api.as(caller, 'POST /checkout', { body });

describe('POST checkout', () => {
  test('opens a checkout for somebody new, who can show that it was he', async () => {
    const { statusCode, json } = await api.send('POST /checkout', { body: '{"plan":"free"}' });
    expect(statusCode).toBe(201);
    expect(json).toEqual({
      url: 'https://checkout.stripe.com/c/pay/cs_1',
      expiresAt: '2026-11-24T12:00:00.000Z',
      claim: CLAIM,
      welcomeUrl: 'https://api.example.com/prod/billing/welcome?session_id=cs_1',
    });
    expect(api.opened[0]).toMatchObject({ offer: { plan: { id: 'free' } }, claim: hashClaim(CLAIM) });
    expect(api.opened[0]?.customer).not.toBe(caller.customer);
  });

  describe('where callers are known by tokens alone', () => {
    const byToken = signingUp({ kind: 'byToken' });

    test('opens one for the customer of a token, and none for a stranger, who is told what to send', async () => {
      const { customer } = caller;
      const identities = [{ recognise: () => ({ customer, credential: 'token' as const }) }];
      const dependencies = { ...byToken, identities };
      const bought = await api.send('POST /checkout', { body: '{"plan":"pro"}' }, dependencies);
      expect([bought.statusCode, api.opened[0]?.customer]).toEqual([201, customer]);
      const stranger = await api.send('POST /checkout', { body: '{"plan":"pro"}' }, { ...byToken, identities: [] });
      expect([stranger.statusCode, stranger.json.detail]).toEqual([
        401,
        `Whoever buys here is known by a token. ${UNAUTHORIZED.detail}`,
      ]);
      expect(stranger.headers?.['WWW-Authenticate']).toBe(UNAUTHORIZED.challenge);
      expect(api.opened).toHaveLength(1);
    });

    test('what is sold is told without a sign-up', async () => {
      const { json } = await api.send('GET /plans', {}, byToken);
      expect(json).not.toHaveProperty('signUp');
      expect(JSON.stringify(json)).not.toMatch(/key/i);
    });
  });

  test('takes a form, and a body in base64', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await api.send('POST /checkout', { body: 'plan=pro', headers })).statusCode).toBe(201);
    const encoded = { body: Buffer.from('{"plan":"pro"}').toString('base64'), isBase64Encoded: true };
    expect((await api.send('POST /checkout', encoded)).statusCode).toBe(201);
  });

  test('opens one for the customer of the key, who needs no claim', async () => {
    const { headers, json } = await buy('{"topUp":"1k"}');
    expect(Object.keys(json)).toEqual(['url', 'expiresAt']);
    expect(headers?.['Set-Cookie']).toBeUndefined();
    const { customer } = caller;
    expect(api.opened).toEqual([
      expect.objectContaining({ customer, paywall: 'Paywall-1', stripeCustomer: 'cus_1', claim: undefined }),
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
    const { statusCode, json } = await api.send('POST /checkout', { body });
    expect(statusCode).toBe(400);
    expect(json.detail).toContain('{"plan":"pro"}');
    expect(api.opened).toEqual([]);
  });

  test('does not sell a top-up to nobody, nor anything to a wrong key', async () => {
    expect((await api.send('POST /checkout', { body: '{"topUp":"1k"}' })).statusCode).toBe(401);
    const headers = { 'x-api-key': newApiKey('test', caller.customer).text };
    expect((await api.send('POST /checkout', { body: '{"plan":"pro"}', headers })).statusCode).toBe(401);
    expect(api.opened).toEqual([]);
  });

  test('does not sell a plan that the customer is on', async () => {
    const { statusCode, json } = await buy('{"plan":"free"}');
    expect([statusCode, json.detail]).toEqual([409, expect.stringContaining('already')]);
  });

  test.each(['{"plan":"pro"}', '{"plan":"free"}', '{"topUp":"1k"}'])(
    'sells no %s to who is suspended, and says whom to ask',
    async (body) => {
      const suspended = await api.addCustomer({ standing: 'suspended' });
      const { statusCode, json } = await api.as(suspended, 'POST /checkout', { body });
      expect([statusCode, json.detail]).toEqual([403, expect.stringContaining('contact whoever runs this API')]);
      expect(api.opened).toEqual([]);
    },
  );

  test('is for those alone who have a key, where the operator issues them', async () => {
    const closed = signingUp({ kind: 'closed' });
    const { statusCode, json } = await api.send('POST /checkout', { body: '{"plan":"free"}' }, closed);
    expect([statusCode, json.detail]).toEqual([403, expect.stringContaining('ask there for a key')]);
    expect((await api.as(caller, 'POST /checkout', { body: '{"plan":"pro"}' }, closed)).statusCode).toBe(201);
    expect(api.opened).toHaveLength(1);
  });
});

describe('the cookie of a checkout', () => {
  const started = async (headers: Record<string, string> = {}) => {
    const answer = await api.send('POST /checkout', { body: '{"plan":"pro"}', headers });
    return String(answer.headers?.['Set-Cookie']);
  };

  test('is out of reach of scripts and of other sites, goes to the billing routes alone, and lasts for a day', async () => {
    expect(await started()).toBe(
      `paywall-claim=${CLAIM}; Max-Age=90000; Path=/prod/billing; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  test('is sent over HTTP where the API is served by that', async () => {
    expect(await started({ 'X-Forwarded-Proto': 'http' })).not.toContain('Secure');
  });

  test('keeps the claims of the last checkouts, and nothing else that a browser sends', async () => {
    const claims = Array.from({ length: 6 }, (_, index) => String(index).repeat(32));
    const cookie = await started({ Cookie: `a=b; paywall-claim=${claims.join('.')}.<script>; c` });
    expect(cookie.split(';')[0]).toBe(`paywall-claim=${[CLAIM, ...claims.slice(0, 4)].join('.')}`);
  });
});

describe('the link in a 402', () => {
  let token: string;

  beforeEach(() => {
    token = signCheckoutToken(caller.customer, NOW + LINK_LIFETIME, LINK_SECRET);
  });

  const follow = (followed: string, query: Record<string, string> | null = null) =>
    api.send('GET /checkout/{token}', { pathParameters: { token: followed }, queryStringParameters: query });

  test('leads to the checkout of what it names, for its customer', async () => {
    const { statusCode, headers } = await follow(token, { plan: 'pro' });
    expect([statusCode, headers?.Location]).toEqual([303, 'https://checkout.stripe.com/c/pay/cs_1']);
    const { customer } = caller;
    expect(api.opened[0]).toMatchObject({ customer, offer: { plan: { id: 'pro' } }, stripeCustomer: 'cus_1' });
    expect(api.opened[0]?.claim).toBeUndefined();
  });

  test('leads to what is recommended where it names nothing, and first of all to what is owed', async () => {
    expect((await follow(token)).statusCode).toBe(303);
    expect(api.opened[0]).toMatchObject({ offer: { topUp: { id: '1k' } } });
    api.invoiceUrl = 'https://invoice.stripe.com/i/1';
    expect((await follow(token)).headers?.Location).toBe(api.invoiceUrl);
  });

  test.each<[string, () => string, number]>([
    ['noise', () => 'noise', 404],
    ['of nobody', () => signCheckoutToken(newCustomerId(), NOW + 9, LINK_SECRET), 404],
    ['signed by somebody else', () => signCheckoutToken(caller.customer, NOW + 9, new Uint8Array(16)), 404],
    ['with a later expiry than was signed', () => token.replace(/\.\w+\./, '.zzzzzz.'), 404],
    ['that has expired', () => signCheckoutToken(caller.customer, NOW, LINK_SECRET), 410],
    ['with a path in it', () => `${token}/../x`, 404],
  ])('%s is refused', async (_, tampered, status) => {
    expect((await follow(tampered(), { plan: 'pro' })).statusCode).toBe(status);
    expect(api.opened).toEqual([]);
  });

  test('sells nothing that is not sold', async () => {
    expect((await follow(token, { plan: 'gold' })).statusCode).toBe(409);
    expect((await follow(token, { plan: 'free' })).statusCode).toBe(409);
  });

  test.each([null, { plan: 'pro' }])('sells nothing to who is suspended, for %j', async (query) => {
    const { customer } = await api.addCustomer({ standing: 'suspended' });
    api.invoiceUrl = 'https://invoice.stripe.com/i/1';
    const { statusCode, json } = await follow(signCheckoutToken(customer, NOW + 9, LINK_SECRET), query);
    expect([statusCode, json.detail]).toEqual([403, expect.stringContaining('suspended')]);
    expect(api.opened).toEqual([]);
  });

  test('shows a person a page where it shows a program a problem', async () => {
    const { headers, body } = await api.send('GET /checkout/{token}', {
      pathParameters: { token: 'noise' },
      headers: { Accept: 'text/html,*/*' },
    });
    expect(headers).toMatchObject({ 'Content-Type': 'text/html; charset=utf-8' });
    expect(headers?.['Content-Security-Policy']).toContain("default-src 'none'");
    expect(body).toContain('<h1>Not Found</h1>');
  });
});

describe('POST checkout of a customer who is', () => {
  test('known here and not at Stripe makes him there, once', async () => {
    api.account = { hasSubscribed: false };
    await buy('{"topUp":"1k"}');
    const { customer } = caller;
    expect(api.opened).toMatchObject([{ customer, stripeCustomer: `cus_of_${customer}` }]);
  });

  test('new leaves that to Checkout', async () => {
    api.account = { hasSubscribed: false };
    await api.send('POST /checkout', { body: '{"plan":"pro"}' });
    expect(api.opened[0]?.stripeCustomer).toBeUndefined();
  });

  test('without a subscription gets the plan’s trial, and with one none', async () => {
    const plans = CATALOGUE.plans.map((plan) => ({ ...plan, trialDays: 14 }));
    const buyPro = () =>
      api.as(caller, 'POST /checkout', { body: '{"plan":"pro"}' }, { catalogue: { ...CATALOGUE, plans } });
    api.account = { stripeCustomer: 'cus_1', hasSubscribed: false };
    await buyPro();
    api.account = { stripeCustomer: 'cus_1', subscription: 'sub_1', hasSubscribed: true };
    await buyPro();
    expect(api.opened.map(({ trialDays }) => trialDays)).toEqual([14, undefined]);
  });
});
