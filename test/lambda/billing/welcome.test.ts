import { DynamoDbCustomerDeletions } from '../../../lambda/adapters/dynamodb-customer-deletions';
import type { CheckoutOutcome } from '../../../lambda/adapters/stripe-checkout';
import { newCustomerId, parseApiKey } from '../../../lambda/domain/api-key';
import { claimText, hashClaim } from '../../../lambda/domain/checkout-claim';
import type { PurchaseMetadata } from '../../../lambda/domain/purchase';
import { takeLogLines } from '../../support/log-lines';
import { BillingApi, CLAIM, type Customer, SOURCE_IP } from './billing-api';

let api: BillingApi;
let caller: Customer;
let newcomer: string;

beforeAll(async () => {
  api = await BillingApi.open();
  caller = await api.addCustomer();
});

beforeEach(() => {
  api.reset();
  newcomer = newCustomerId();
  session('cs_done', { customer: newcomer, plan: 'free', claim: hashClaim(CLAIM) });
});

afterAll(() => api.close());

/** Lets Stripe have a Checkout Session that has been gone through. */
function session(
  id: string,
  metadata: Partial<PurchaseMetadata> & { readonly customer: string },
  state: Partial<CheckoutOutcome> = {},
): void {
  const { customer } = metadata;
  const outcome = { customer, livemode: false, complete: true, paid: true, ...state };
  api.outcomes.set(id, { ...outcome, metadata: { paywall: 'Paywall-1', ...metadata } });
}

const visit = (id: string, headers: Record<string, string> = {}) =>
  api.send('GET /welcome', { queryStringParameters: { session_id: id }, headers });

const withCookie = (cookie: string) => ({ Cookie: `paywall-claim=${cookie}` });

const withClaim = { 'X-Checkout-Claim': CLAIM };

const browser = { ...withCookie(CLAIM), Accept: 'text/html,*/*' };

const keysOf = async (customer: string) => Object.keys((await api.stores.customers.balance(customer))?.keys ?? {});

test('whoever started the checkout is shown a key, once, and it works', async () => {
  const { json } = await visit('cs_done', withClaim);
  expect(parseApiKey(json.apiKey)).toMatchObject({ mode: 'test', customer: newcomer });
  const again = await visit('cs_done', withClaim);
  expect(again.json).toMatchObject({ apiKey: null, note: expect.stringContaining('was shown before') });
  const { json: usage } = await api.as(json, 'GET /usage');
  expect(usage).toMatchObject({ customer: newcomer, plan: 'free', remaining: 50 });
  const { json: listed } = await api.as(json, 'GET /keys');
  expect(listed.keys).toMatchObject([{ name: 'first key', active: true, calling: true }]);
});

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['another claim', { 'X-Checkout-Claim': claimText(new Uint8Array(24)) }],
  ['another cookie', withCookie(claimText(new Uint8Array(24)))],
  ['the hash of the claim, as Stripe has it', { 'X-Checkout-Claim': hashClaim(CLAIM) }],
  ['a claim that is none', { 'X-Checkout-Claim': 'x' }],
])('a stranger with %s is told that the payment counts, and uses no key up', async (_, headers) => {
  const { statusCode, json } = await visit('cs_done', headers);
  expect([statusCode, json.apiKey, json.purchase]).toEqual([200, null, 'plan FREE']);
  expect(json.note).toMatch(/payment counts.*browser.*X-Checkout-Claim/);
  expect(await api.stores.customers.balance(newcomer)).toBeUndefined();
  expect((await visit('cs_done', withClaim)).json.apiKey).toMatch(/^pw_test_/);
});

test('the claim is not taken from the query string', async () => {
  const queryStringParameters = { session_id: 'cs_done', claim: CLAIM, 'X-Checkout-Claim': CLAIM };
  expect((await api.send('GET /welcome', { queryStringParameters })).json.apiKey).toBeNull();
});

test.each(['Sec-Purpose', 'Purpose', 'X-Moz'])(
  'a browser that fetches in advance (%s) uses no key up',
  async (name) => {
    expect((await visit('cs_done', { ...browser, [name]: 'prefetch;prerender' })).statusCode).toBe(503);
    expect(await keysOf(newcomer)).toEqual([]);
    expect((await visit('cs_done', browser)).body).toMatch(/pw_test_/);
  },
);

test('a browser with the claims of several checkouts is shown each one’s key', async () => {
  const other = newCustomerId();
  session('cs_other', { customer: other, plan: 'pro', claim: hashClaim(claimText(new Uint8Array(24).fill(3))) });
  const cookie = withCookie(`${claimText(new Uint8Array(24).fill(3))}.${CLAIM}`);
  const [one, two] = [await visit('cs_done', cookie), await visit('cs_other', cookie)];
  expect([one, two].map(({ json }) => parseApiKey(json.apiKey)?.customer)).toEqual([newcomer, other]);
});

test('a cookie is found however many headers browsers and proxies make of it', async () => {
  const { json } = await api.send('GET /welcome', {
    queryStringParameters: { session_id: 'cs_done' },
    headers: { Cookie: 'theme=dark' },
    multiValueHeaders: { Cookie: [`a=b;paywall-claim=${CLAIM}`, 'theme=dark'] },
  });
  expect(json.apiKey).toMatch(/^pw_test_/);
});

test('of visits at once one is shown the key', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => visit('cs_done', withClaim)));
  expect(answers.filter(({ json }) => json.apiKey !== null)).toHaveLength(1);
  expect(await keysOf(newcomer)).toHaveLength(1);
});

test('live keys are made where the payment was real', async () => {
  session('cs_live', { customer: newcomer, plan: 'free', claim: hashClaim(CLAIM) }, { livemode: true });
  expect((await visit('cs_live', withClaim)).json.apiKey).toMatch(/^pw_live_/);
});

test('a known customer is shown no key, not even one who has none', async () => {
  session('cs_known', { customer: caller.customer, topUp: '1k' });
  expect((await visit('cs_known', withClaim)).json).toMatchObject({ apiKey: null, purchase: '1,000 units' });
  session('cs_by_token', { customer: newcomer, topUp: '1k' });
  expect((await visit('cs_by_token', withClaim)).json.apiKey).toBeNull();
  expect(await keysOf(newcomer)).toEqual([]);
});

test('who was given a key and has lost it is told whom to ask', async () => {
  session('cs_lost', { customer: caller.customer, plan: 'free', claim: hashClaim(CLAIM) });
  const { json } = await visit('cs_lost', withClaim);
  expect(json).toMatchObject({ apiKey: null, note: expect.stringContaining('asks whoever runs this API') });
  expect(await api.auditLog.list(caller.customer, 10)).toEqual([]);
});

test('that a key was made is written down', async () => {
  const { json } = await visit('cs_done', withClaim);
  const [entry] = await api.auditLog.list(newcomer, 10);
  const key = parseApiKey(json.apiKey)?.keyId;
  expect(entry).toMatchObject({ who: 'checkout', from: SOURCE_IP, change: { what: 'key.created', key } });
});

test('it is a page for a person, which nothing may keep or frame', async () => {
  const { headers, body } = await visit('cs_done', browser);
  expect(headers).toMatchObject({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  expect(headers?.['Content-Security-Policy']).toContain("frame-ancestors 'none'");
  expect(body).toMatch(/<pre class="key"[^>]* aria-label="API key">pw_test_\w{53}<\/pre>/);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['a stranger', { Accept: 'text/html' }, /The payment counts.*in the browser in which the checkout was started/s],
  ['who comes back', browser, /was shown here before/],
])('there is a page without a key for %s', async (_, headers, text) => {
  await visit('cs_done', headers);
  const { statusCode, body } = await visit('cs_done', headers);
  expect([statusCode, body]).toEqual([200, expect.stringMatching(text)]);
  expect(body).not.toMatch(/pw_/);
});

test.each([
  ['cs_open', 409],
  ['cs_of_another_paywall', 404],
  ['cs_unknown', 404],
  ['noise', 404],
  ['', 404],
])('of a checkout %j is %i', async (id, status) => {
  session('cs_open', { customer: newcomer, claim: hashClaim(CLAIM) }, { complete: false });
  session('cs_of_another_paywall', { customer: newcomer, paywall: 'Paywall-2', claim: hashClaim(CLAIM) });
  expect((await visit(id, withClaim)).statusCode).toBe(status);
  expect(await keysOf(newcomer)).toEqual([]);
});

describe('before the event has come that credits the purchase', () => {
  const bought = { entry: 'checkout_session#cs_known' };
  const html = { Accept: 'text/html' };

  beforeEach(async () => {
    caller = await api.addCustomer();
    session('cs_known', { customer: caller.customer, topUp: '1k' }, { bought });
  });

  const credit = () => api.stores.payments.post(caller.customer, { kind: 'top_up', id: bought.entry, units: 1_000 });

  test('it is being credited, and then it counts', async () => {
    const { statusCode, json } = await visit('cs_known');
    const note = expect.stringMatching(/^Paid, and being credited/);
    expect([statusCode, json.credited, json.note]).toEqual([200, false, note]);
    await credit();
    expect((await visit('cs_known')).json).toMatchObject({
      credited: true,
      note: 'The payment counts. Call with the credential that you have.',
    });
  });

  test('the page looks again by itself, until it counts', async () => {
    const { headers, body } = await visit('cs_known', html);
    expect(headers).toMatchObject({ Refresh: '3' });
    expect(body).toContain('Paid, and being added to the account: 1,000 units.');
    expect(body).not.toContain('the next call is served');
    await credit();
    const later = await visit('cs_known', html);
    expect(later.headers).not.toHaveProperty('Refresh');
    expect(later.body).toContain('the next call is served');
  });

  test('a page with a key stays where it is', async () => {
    const plan = { customer: newcomer, plan: 'pro', claim: hashClaim(CLAIM) };
    session('cs_new', plan, { bought: { subscribedSince: 1 } });
    const { headers, body } = await visit('cs_new', browser);
    expect(headers).not.toHaveProperty('Refresh');
    expect(body).toContain('Paid, and being added to the account: plan PRO.');
    expect(body).toMatch(/<pre class="key"[^>]* aria-label="API key">pw_test_/);
  });

  test('money that is on its way yet is said to be', async () => {
    const plan = { customer: newcomer, plan: 'pro', claim: hashClaim(CLAIM) };
    session('cs_bank', plan, { paid: false, bought: { subscribedSince: 1 } });
    const { json } = await visit('cs_bank', withClaim);
    expect(json).toMatchObject({ credited: false, apiKey: expect.stringMatching(/^pw_test_/) });
    expect(json.note).toContain('credited when the bank has confirmed it');
    const { headers, body } = await visit('cs_bank', html);
    expect(headers).not.toHaveProperty('Refresh');
    expect(body).toContain('plan PRO is added when the bank has confirmed it.');
  });

  test('nothing is said of that where nothing was to be credited', async () => {
    expect((await visit('cs_done', withClaim)).json).toMatchObject({
      credited: true,
      note: 'Keep the key: it is shown this once.',
    });
  });
});

test('a customer who was deleted meanwhile is shown no key, and told to start anew', async () => {
  await visit('cs_done', withClaim);
  const { client, table } = api.stores.table;
  const deletions = new DynamoDbCustomerDeletions(client, table);
  await deletions.begin(newcomer, api.now);
  await deletions.finish(newcomer);
  takeLogLines();
  const { statusCode, json } = await visit('cs_done', withClaim);
  jest.restoreAllMocks();
  expect([statusCode, json]).toMatchObject([410, { detail: expect.stringContaining('POST checkout') }]);
  expect(await api.stores.customers.balance(newcomer)).toBeUndefined();
});
