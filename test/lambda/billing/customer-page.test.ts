import type { BillingDependencies } from '../../../lambda/billing/request';
import type { PageEntry } from '../../../lib/private/page-entry';
import { NOW } from '../fixtures';
import { BillingApi, CLAIM, type Customer, signingUp } from './billing-api';

let api: BillingApi;

beforeAll(async () => {
  api = await BillingApi.open();
});

beforeEach(() => api.reset());

afterAll(() => api.close());

const PAGE: PageEntry = { links: [], apis: [{ apiId: 'api1', name: 'items', tryable: ['/items/{id}'] }] };

/** A browser, with the cookies that the page has set. */
class Browser {
  readonly cookies = new Map<string, string>();
  private token = '';

  constructor(private readonly dependencies: Partial<BillingDependencies> = {}) {}

  async open(query: Record<string, string> | null = null) {
    return this.keep(await api.send('GET ', { headers: this.headers(), queryStringParameters: query }, this.with()));
  }

  /** Sends a form of the page that was seen last. */
  async send(fields: Record<string, string>, headers: Record<string, string> = { 'Sec-Fetch-Site': 'same-origin' }) {
    const form = { ...(this.token !== '' && { token: this.token }), ...fields };
    const body = new URLSearchParams(form).toString();
    return this.keep(await api.send('POST ', { headers: { ...this.headers(), ...headers }, body }, this.with()));
  }

  async signIn({ apiKey }: Pick<Customer, 'apiKey'>) {
    const answer = await this.send({ action: 'sign-in', key: apiKey });
    await this.open();
    return answer;
  }

  private with(): Partial<BillingDependencies> {
    return { page: PAGE, ...this.dependencies };
  }

  private headers(): Record<string, string> {
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    return { Accept: 'text/html', ...(cookies.length > 0 && { Cookie: cookies.join('; ') }) };
  }

  private keep(answer: Awaited<ReturnType<BillingApi['send']>>) {
    const set = (answer.multiValueHeaders?.['Set-Cookie'] ?? []).map(String);
    for (const line of set) {
      const [, name = '', value = '', maxAge] = /^([\w-]+)=([^;]*); Max-Age=(\d+)/.exec(line) ?? [];
      maxAge === '0' ? this.cookies.delete(name) : this.cookies.set(name, value);
    }
    this.token = /name="token" value="([\w-]+)"/.exec(answer.body)?.[1] ?? '';
    return { ...answer, set };
  }
}

async function signedIn(overrides: Parameters<BillingApi['addCustomer']>[0] = {}) {
  const customer = await api.addCustomer(overrides);
  const browser = new Browser();
  await browser.signIn(customer);
  return { customer, browser };
}

test('everybody is shown what is sold, by a page that loads nothing, keeps nothing and is in nobody’s frame', async () => {
  const { statusCode, headers, body } = await new Browser().open();
  expect(statusCode).toBe(200);
  expect(body).toMatch(/<h3>PRO<\/h3><p class="price">\$29 <small>a month<\/small>/);
  expect(body).toContain('https://api.example.com/prod/items/id');
  expect(headers).toMatchObject({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  const policy = String(headers?.['Content-Security-Policy']);
  for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "script-src 'sha256-"]) {
    expect(policy).toContain(part);
  }
  expect(policy).not.toContain('unsafe');
  expect(body).not.toMatch(/ (on\w+|style)=/);
});

test('a key is exchanged for a session that scripts and other sites have nothing of, and is never in the page', async () => {
  const customer = await api.addCustomer();
  const browser = new Browser();
  const { statusCode, headers, set } = await browser.signIn(customer);
  expect([statusCode, headers?.Location]).toEqual([303, '/prod/billing']);
  expect(set).toEqual([
    expect.stringMatching(
      /^paywall-session=\S+; Max-Age=3600; Path=\/prod\/billing; HttpOnly; SameSite=Strict; Secure$/,
    ),
  ]);
  expect(set.join()).not.toContain(customer.apiKey);
  const { body } = await browser.open();
  expect(body).toContain('<p class="balance">50 <small>units</small></p>');
  expect(body).not.toContain(customer.apiKey);
});

test('on the loopback, where there is no TLS, the session is not held to it', async () => {
  const customer = await api.addCustomer();
  const headers = { 'X-Forwarded-Proto': 'http', 'Sec-Fetch-Site': 'same-origin' };
  const { set } = await new Browser().send({ action: 'sign-in', key: customer.apiKey }, headers);
  expect(set.join()).not.toContain('Secure');
});

test('a key that was revoked, an hour that is over, and a touched cookie end the session', async () => {
  const { customer, browser } = await signedIn();
  const session = browser.cookies.get('paywall-session') ?? '';
  const isIn = async () => (await browser.open()).body.includes('class="balance"');
  expect(await isIn()).toBe(true);
  browser.cookies.set('paywall-session', `${session.slice(0, -4)}AAAA`);
  expect(await isIn()).toBe(false);
  expect(browser.cookies.has('paywall-session')).toBe(false);
  browser.cookies.set('paywall-session', session);
  api.now = NOW + 3_600;
  expect(await isIn()).toBe(false);
  browser.cookies.set('paywall-session', session);
  api.now = NOW;
  await api.stores.keys.revoke(customer.customer, customer.keyId, NOW);
  expect(await isIn()).toBe(false);
});

test.each<[string, Record<string, string>]>([
  ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ['another origin of the same site', { 'Sec-Fetch-Site': 'same-site' }],
  ['another origin, by a browser that tells no more', { Origin: 'https://evil.example' }],
])('a form from %s does nothing', async (_, headers) => {
  const { customer, browser } = await signedIn();
  expect((await browser.send({ action: 'make', name: 'theirs' }, headers)).statusCode).toBe(403);
  expect((await new Browser().send({ action: 'sign-in', key: customer.apiKey }, headers)).set).toEqual([]);
  expect((await api.as(customer, 'GET /keys')).json.keys).toHaveLength(1);
});

test('a form without the session’s token, or with that of another, does nothing', async () => {
  const { customer, browser } = await signedIn();
  const { browser: other } = await signedIn();
  const stolen = /name="token" value="([\w-]+)"/.exec((await other.open()).body)?.[1] ?? '';
  for (const token of ['', stolen]) {
    expect((await browser.send({ action: 'make', name: 'theirs', token })).statusCode).toBe(403);
  }
  expect((await api.as(customer, 'GET /keys')).json.keys).toHaveLength(1);
  expect((await browser.send({ action: 'make', name: 'mine' })).statusCode).toBe(303);
  expect((await api.as(customer, 'GET /keys')).json.keys).toHaveLength(2);
});

test('a new key is shown once; the old one goes on, and so does the session by the new one', async () => {
  const { customer, browser } = await signedIn();
  const { headers } = await browser.send({ action: 'rotate', keyId: customer.keyId });
  expect(headers?.Location).toBe('/prod/billing?done=rotated&until=2026-11-24T12%3A00%3A00.000Z');
  const { body } = await browser.open({ done: 'rotated', until: '2026-11-24T12:00:00.000Z' });
  const [, apiKey = ''] = /<pre class="key"[^>]*>(pw_test_\w+)</.exec(body) ?? [];
  expect(body).toContain('The old one works until Nov 24, 2026, 12:00 UTC.');
  expect((await browser.open()).body).not.toContain(apiKey);
  const { keys } = (await api.as({ apiKey }, 'GET /keys')).json;
  // Both were made within a second, so that either may come first.
  const old = keys.find(({ id }: { id: string }) => id === customer.keyId);
  expect([old, ...keys.filter((key: unknown) => key !== old)]).toMatchObject([{ active: true }, { calling: true }]);
  const [entry] = await api.auditLog.list(customer.customer, 1);
  expect(entry).toMatchObject({ who: `key ${customer.keyId}`, change: { what: 'key.rotated' } });
});

test('a buyer is led to Stripe by a page of its own, and all that a form opens is marked as one', async () => {
  const { browser, customer } = await signedIn();
  const { statusCode, headers } = await browser.send({ action: 'buy', topUp: '1k', once: CLAIM });
  expect([statusCode, headers?.Refresh]).toEqual([200, '0; url=https://checkout.stripe.com/c/pay/cs_1']);
  await browser.open();
  await browser.send({ action: 'buy', topUp: '1k', once: CLAIM });
  expect(api.opened).toMatchObject([
    { customer: customer.customer, once: CLAIM },
    { customer: customer.customer, once: CLAIM },
  ]);
});

test('a newcomer’s form, sent twice, is one customer, and the browser keeps the claim', async () => {
  const browser = new Browser();
  await browser.open();
  const { set } = await browser.send({ action: 'buy', plan: 'pro', once: CLAIM });
  await browser.send({ action: 'buy', plan: 'pro', once: CLAIM });
  expect(set).toEqual([expect.stringContaining(`paywall-claim=${CLAIM};`)]);
  expect(browser.cookies.get('paywall-claim')).toBe(CLAIM);
  const [one, two] = api.opened;
  expect(one?.customer).toMatch(/^\w{14}$/);
  expect(two).toEqual(one);
});

test('what was signed in a moment ago and is not any more buys nothing as a newcomer', async () => {
  const { browser } = await signedIn();
  browser.cookies.clear();
  expect((await browser.send({ action: 'buy', plan: 'pro', once: CLAIM })).statusCode).toBe(401);
  expect(api.opened).toEqual([]);
});

test('who is in grace is led to the invoice', async () => {
  const { customer, browser } = await signedIn({ plan: 'pro' });
  const failed = { revision: 1, graceEndsAt: NOW + 60, hasStep: false };
  await api.stores.payments.settleStanding(customer.customer, failed);
  api.invoiceUrl = 'https://invoice.stripe.com/i/1';
  expect((await browser.open()).body).toContain('The API serves you until');
  expect((await browser.send({ action: 'settle' })).headers?.Refresh).toBe(`0; url=${api.invoiceUrl}`);
  api.now = NOW + 60;
  expect((await browser.open()).body).toContain('serves you no more');
});

test('who is suspended sees that, and is sold nothing', async () => {
  const { browser } = await signedIn({ standing: 'suspended' });
  const { body } = await browser.open();
  expect(body).toContain('This account is suspended.');
  expect(body).not.toContain('value="buy"');
  expect((await browser.send({ action: 'buy', topUp: '1k', once: CLAIM })).statusCode).toBe(403);
});

test('what is typed in is text, and what is written into the address is not shown', async () => {
  const { browser } = await signedIn();
  const bad = await browser.send({ action: 'try', path: '/"><script>alert(1)</script>' });
  expect(bad.statusCode).toBe(400);
  expect(bad.body).toContain('value="/&quot;&gt;&lt;script&gt;');
  const forged = await browser.open({ done: 'rotated', until: '<b>now</b>' });
  expect(forged.body).not.toContain('<b>now');
});

test.each(['/billing/keys', '//evil.example/', 'https://evil.example/', '/../billing'])(
  'nothing but the API’s own routes is tried: %s',
  async (path) => {
    const { browser } = await signedIn();
    expect((await browser.send({ action: 'try', path })).statusCode).toBe(400);
  },
);

test('with an open sign-up a key is made, shown once, and signed in with', async () => {
  const browser = new Browser(signingUp({ kind: 'open', perHour: 100 }));
  expect((await browser.send({ action: 'sign-up' })).statusCode).toBe(303);
  const { body } = await browser.open();
  expect(body).toMatch(/<pre class="key"[^>]*>pw_test_\w+</);
  expect(body).toContain('class="balance"');
  expect((await browser.open()).body).not.toContain('<pre class="key"');
});

test('where callers are known by tokens alone, the page is public, and no key is let in', async () => {
  const customer = await api.addCustomer();
  const browser = new Browser(signingUp({ kind: 'byToken' }));
  const { body } = await browser.open();
  expect(body).toContain('Authorization: Bearer YOUR_TOKEN');
  expect(body).not.toContain('<form');
  expect((await browser.send({ action: 'sign-in', key: customer.apiKey })).set).toEqual([]);
});

test('a browser that asks in advance is shown nothing once, as it would be gone', async () => {
  const headers = { Accept: 'text/html', 'Sec-Purpose': 'prefetch' };
  expect((await api.send('GET ', { headers }, { page: PAGE })).statusCode).toBe(503);
});

test('where Stripe leads back to, a person is led on to the page, and a program finds the plans', async () => {
  const person = await api.send('GET /plans', { headers: { Accept: 'text/html' } }, { page: PAGE });
  expect(person.headers?.Refresh).toBe('0; url=/prod/billing');
  const program = await api.send('GET /plans', { headers: { Accept: '*/*' } }, { page: PAGE });
  expect(program.json.plans).toHaveLength(3);
  const ofOrigin = await api.send('GET /plans', { headers: { Origin: 'https://app.example' } }, { page: PAGE });
  // Else a browser shows its person what a script has asked for a moment ago.
  expect([program.headers?.Vary, ofOrigin.headers?.Vary]).toEqual(['Accept', 'Accept, Origin']);
});

test('without a page there is none', async () => {
  const bare = new Browser({ page: undefined });
  expect([(await bare.open()).statusCode, (await bare.send({ action: 'sign-up' })).statusCode]).toEqual([404, 404]);
});
