import Ajv from 'ajv/dist/2020';
import { type Balance, findPlan, openingBalance } from '../../../lambda/domain/balance';
import { parseCheckoutToken } from '../../../lambda/domain/checkout-link';
import { NEVER } from '../../../lambda/domain/clock';
import { paymentRequired, type RefusedCall } from '../../../lambda/domain/payment-required';
import type { Catalogue, PriceEntry } from '../../../lib/private/catalogue';
import { PAYMENT_REQUIRED_SCHEMA } from '../../../lib/private/payment-required-schema';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';

const call: RefusedCall = {
  customer: 'AAAABBBBCCCC01',
  reason: 'quota_exhausted',
  balance: balance({ remaining: 0, periodEnd: Date.UTC(2026, 11, 1) / 1000 }),
  cost: 1,
  requestId: '0b9f3c1e-0000-4000-8000-000000000000',
  resourceUrl: 'https://api.example.com/prod/forecast',
  billingUrl: 'https://api.example.com/prod/billing',
  now: NOW,
};

const isValid = new Ajv({ allowUnionTypes: true, formats: { uri: true, 'date-time': true } }).compile(
  PAYMENT_REQUIRED_SCHEMA,
);

/** As it is sent. */
function isValidBody(body: object): boolean {
  return isValid(JSON.parse(JSON.stringify(body)));
}

/** The body, which is valid whatever the call was. */
function bodyOf(changes: Partial<RefusedCall>, catalogue: Catalogue = CATALOGUE) {
  const { body } = paymentRequired(catalogue, { ...call, ...changes });
  expect(isValidBody(body) || isValid.errors).toBe(true);
  return body;
}

test('an exhausted quota is told with all that a client acts on', () => {
  const { body, headers } = paymentRequired(CATALOGUE, call);
  expect(body).toEqual({
    type: 'https://paymentauth.org/problems/payment-required',
    title: 'Payment Required',
    status: 402,
    detail:
      'This call costs 1 unit, and 0 are left on plan free. To go on, change to plan pro at checkoutUrl, then send the call again. ' +
      'Units come back at 2026-12-01T00:00:00Z.',
    instance: 'urn:uuid:0b9f3c1e-0000-4000-8000-000000000000',
    reason: 'quota_exhausted',
    plan: 'free',
    limit: 50,
    remaining: 0,
    cost: 1,
    resetsAt: '2026-12-01T00:00:00Z',
    checkoutUrl: expect.stringMatching(/^https:\/\/api\.example\.com\/prod\/billing\/checkout\/[\w.-]+\?plan=pro$/),
    recommendation: { action: 'upgrade', plan: 'pro', url: body.checkoutUrl },
  });
  expect(headers).toEqual({
    link: `<${body.checkoutUrl}>; rel="payment"`,
    rateLimitPolicy: '"month";q=50;w=2592000',
    rateLimit: '"month";r=0;t=648000',
    retryAfter: '648000',
    paymentRequired: expect.any(String),
    wwwAuthenticate: undefined,
  });
});

test('waiting is not offered where it does not help', () => {
  const without = (overrides: Partial<RefusedCall>) => paymentRequired(CATALOGUE, { ...call, ...overrides });
  expect(without({ cost: 51 }).headers.retryAfter).toBeUndefined();
  expect(without({ reason: 'payment_failed' }).headers.retryAfter).toBeUndefined();
  expect(without({ reason: 'route_not_in_plan', plans: ['pro'] }).headers.retryAfter).toBeUndefined();
});

test('waiting helps a call that costs as much as a whole quota', () => {
  expect(paymentRequired(CATALOGUE, { ...call, cost: 50 }).headers.retryAfter).toBe('648000');
});

test('a link leads to a checkout for a day', () => {
  const { checkoutUrl = '' } = paymentRequired(CATALOGUE, call).body;
  const token = parseCheckoutToken(checkoutUrl.replace(/^.*\/checkout\/|\?.*$/g, ''));
  expect(token).toMatchObject({ customer: 'AAAABBBBCCCC01', expiresAt: NOW + 86_400 });
});

test.each<[RefusedCall['reason'], Partial<RefusedCall>, string]>([
  ['quota_exhausted', { cost: 5 }, 'This call costs 5 units, and 0 are left on plan free.'],
  ['quota_exhausted', {}, 'This call costs 1 unit, and 0 are left on plan free.'],
  ['payment_failed', {}, 'The last payment for plan free failed, and the time to mend it is over.'],
  ['route_not_in_plan', {}, 'Plan free does not include this route.'],
  ['usage_plan_quota_exceeded', {}, 'The calls that plan free admits in this period are used up.'],
])(
  '%s is told in a sentence, with no promise where nothing is sold and nothing comes back',
  (reason, changes, text) => {
    const catalogue = { ...CATALOGUE, plans: [plan('free', 50, 'once')], topUps: [] };
    const { detail, checkoutUrl, recommendation } = bodyOf({ ...changes, reason }, catalogue);
    // What a failed renewal needs is to be paid, whatever is sold.
    const next =
      reason === 'payment_failed'
        ? 'Pay at checkoutUrl, then send the call again.'
        : 'Nothing that is sold would let it through: ask the operator of this API.';
    expect(detail).toBe(`${text} ${next}`);
    expect(checkoutUrl !== undefined).toBe(reason === 'payment_failed');
    expect(recommendation.action).toBe(reason === 'payment_failed' ? 'fix_card' : 'ask_operator');
  },
);

test('what is recommended is what the detail says and what the links lead to', () => {
  const ofNovember = (onDay: number, more: Partial<Balance> = {}) => ({
    now: Date.UTC(2026, 10, 1 + onDay) / 1000,
    balance: balance({ ...call.balance, periodStart: Date.UTC(2026, 10, 1) / 1000, ...more }),
  });
  const upgrade = bodyOf(ofNovember(10));
  expect(upgrade.recommendation).toEqual({ action: 'upgrade', plan: 'pro', url: upgrade.checkoutUrl });
  expect(upgrade.checkoutUrl).toMatch(/\?plan=pro$/);
  expect(upgrade.detail).toContain(
    'To go on, change to plan pro at checkoutUrl, then send the call again. Units come back',
  );
  const wait = bodyOf(ofNovember(29));
  expect(wait.recommendation).toEqual({ action: 'wait', until: '2026-12-01T00:00:00Z' });
  expect(wait.detail).toContain(
    'Send it again at 2026-12-01T00:00:00Z, when units come back. To send it sooner, buy top-up 1k at checkoutUrl.',
  );
  expect(wait.checkoutUrl).toMatch(/\?topUp=1k$/);
  const unsold = bodyOf(ofNovember(10), { ...CATALOGUE, plans: [plan('free', 50)], topUps: [] });
  expect(unsold.detail).toMatch(/Send it again at 2026-12-01T00:00:00Z, when units come back\.$/);
});

test('who owes units is told that none are left', () => {
  expect(bodyOf({ balance: balance({ remaining: -3 }) })).toMatchObject({
    remaining: 0,
    detail: expect.stringContaining('and 0 are left'),
  });
});

test('a period that never ends has no window, whatever the plan says by now', () => {
  const { headers } = paymentRequired(CATALOGUE, { ...call, balance: balance({ remaining: 0, periodEnd: NEVER }) });
  expect(headers).toMatchObject({ rateLimitPolicy: '"month";q=50', rateLimit: '"month";r=0' });
});

test('units that were given once have no window and no reset', () => {
  const catalogue = { ...CATALOGUE, plans: [plan('free', 50, 'once')], topUps: [] };
  const trial: Balance = balance({ remaining: 0, periodEnd: NEVER });
  const { body, headers } = paymentRequired(catalogue, { ...call, balance: trial });
  expect(body.resetsAt).toBeNull();
  expect(JSON.stringify(body)).not.toContain('checkoutUrl');
  expect(headers).toEqual({
    link: undefined,
    retryAfter: undefined,
    rateLimitPolicy: '"once";q=50',
    rateLimit: '"once";r=0',
    paymentRequired: undefined,
    wwwAuthenticate: undefined,
  });
});

test.each(['payment_failed', 'route_not_in_plan', 'usage_plan_quota_exceeded'] as const)(
  'a plan without a limit has no number to tell in a 402 for %s',
  (reason) => {
    const catalogue = { ...CATALOGUE, plans: [...CATALOGUE.plans, plan('open', undefined, 'unlimited')] };
    const { remaining, ...opening } = openingBalance(findPlan(catalogue, 'open'), NOW, new Uint8Array(16));
    const open = { ...balance(opening), remaining: remaining - 1 };
    const { body, headers } = paymentRequired(catalogue, { ...call, reason, balance: open, plans: ['pro'] });
    expect(JSON.parse(JSON.stringify(body))).not.toMatchObject({ limit: expect.anything() });
    expect(body).toMatchObject({ plan: 'open', limit: undefined, remaining: undefined, resetsAt: null });
    const names = Object.keys(JSON.parse(JSON.stringify(headers)));
    expect(names.filter((name) => name !== 'link' && name !== 'paymentRequired')).toEqual([]);
    expect(JSON.stringify({ body, headers })).not.toMatch(/9{9}/);
  },
);

test('a billing period is the window, and its end the reset', () => {
  const catalogue = { ...CATALOGUE, plans: [plan('free', 50, 'billing')] };
  const period = { periodStart: NOW - 10 * 86_400, periodEnd: NOW + 21 * 86_400 };
  const { body, headers } = paymentRequired(catalogue, { ...call, balance: balance({ remaining: 0, ...period }) });
  expect(body.resetsAt).toBe('2026-12-14T12:00:00Z');
  expect(headers).toMatchObject({ rateLimitPolicy: '"billing";q=50;w=2678400', rateLimit: '"billing";r=0;t=1814400' });
});

test('a trial that took the place of a monthly quota is not shown as if it came back', () => {
  const catalogue = { ...CATALOGUE, plans: [plan('free', 50, 'once')] };
  const { body, headers } = paymentRequired(catalogue, { ...call, cost: 1 });
  expect(body.resetsAt).toBeNull();
  expect(headers).toMatchObject({ rateLimit: '"once";r=0', retryAfter: undefined });
});

test('after a failed payment the link finds out what is owed', () => {
  expect(paymentRequired(CATALOGUE, { ...call, reason: 'payment_failed' }).body.checkoutUrl).toMatch(
    /\/billing\/checkout\/[\w.-]+$/,
  );
});

describe('x402', () => {
  const decoded = (changes: Partial<RefusedCall> = {}) => {
    const { body, headers } = paymentRequired(CATALOGUE, { ...call, ...changes });
    return { body, required: JSON.parse(Buffer.from(headers.paymentRequired ?? '', 'base64').toString()) };
  };

  test('asks for units of a prepaid account, and says where it is filled', () => {
    const { body, required } = decoded({ cost: 5 });
    expect(required).toEqual({
      x402Version: 2,
      error: 'quota_exhausted',
      resource: { url: 'https://api.example.com/prod/forecast' },
      accepts: [
        {
          scheme: 'prepaid',
          network: 'prepaid:account',
          asset: 'units',
          amount: '5',
          payTo: 'api.example.com',
          maxTimeoutSeconds: 86_400,
          extra: { purchaseUrl: body.checkoutUrl },
        },
      ],
      extensions: {},
    });
  });

  test('a path that is too long is left out', () => {
    const { required } = decoded({ resourceUrl: `https://api.example.com/prod/${'a'.repeat(1_000)}` });
    expect(required.resource.url).toBe('https://api.example.com/prod/billing');
  });
});

describe('the Payment scheme', () => {
  const challengeIn = (changes: Partial<RefusedCall> = {}, catalogue = CATALOGUE) =>
    paymentRequired(catalogue, { ...call, networkId: 'profile_1', ...changes }).headers.wwwAuthenticate;

  test('asks for a top-up that covers what is missing, and can be charged', () => {
    expect(challengeIn()).toMatch(
      /^Payment id="[\w-]{22}", realm="api\.example\.com", method="stripe", intent="charge", request="[\w-]+", expires="2026-11-23T12:05:00\.000Z", header="Payment-Authorization", opaque="[\w-]+", description="1000 units"$/,
    );
    expect(challengeIn({ cost: 1_000 })).toBeDefined();
    expect(challengeIn({ cost: 1_001 })).toBeUndefined();
    expect(challengeIn({ cost: 1_000, balance: balance({ remaining: 0, owed: 1 }) })).toBeUndefined();
  });

  test.each<[string, PriceEntry]>([
    ['whose price stands at Stripe', { stripePrice: 'price_1' }],
    ['below what Stripe charges', { amount: 49, currency: 'usd' }],
  ])('asks for none %s', (_, price) => {
    const [pack] = CATALOGUE.topUps;
    const catalogue = { ...CATALOGUE, topUps: pack === undefined ? [] : [{ ...pack, price }] };
    expect(challengeIn({}, catalogue)).toBeUndefined();
  });

  test.each(['payment_failed', 'route_not_in_plan', 'usage_plan_quota_exceeded'] as const)(
    'asks for nothing where %s, which units do not lift',
    (reason) => {
      expect(challengeIn({ reason, plans: ['pro'] })).toBeUndefined();
    },
  );

  test('asks for nothing where the operator has no profile', () => {
    expect(challengeIn({ networkId: undefined })).toBeUndefined();
  });

  test('why a credential has not paid comes first', () => {
    const credentialProblem = { type: 'invalid-challenge' as const, detail: 'The challenge has expired.' };
    expect(bodyOf({ credentialProblem })).toMatchObject({
      type: 'https://paymentauth.org/problems/invalid-challenge',
      title: 'Invalid Challenge',
      status: 402,
      detail: expect.stringMatching(/^The challenge has expired\. This call costs 1 unit/),
    });
  });
});

describe('the largest case', () => {
  /** As long as custom domains, base paths, billing paths, ids of customers and of plans, and numbers get. */
  const id = 'p'.repeat(32);
  const host = `${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(60)}.example`.slice(0, 253);
  const base = `https://${host}/${'b'.repeat(300)}`;
  const price = { amount: 99_999_999, currency: 'usd' };
  const catalogue: Catalogue = {
    ...CATALOGUE,
    plans: [plan('free', 10 ** 12), plan(id, 10 ** 12, 'day', { ...price, interval: 'month' })],
    topUps: [{ id, name: 'n'.repeat(100), units: 10 ** 12, price }],
  };
  const refusal: RefusedCall = {
    ...call,
    customer: 'c'.repeat(64),
    cost: 10 ** 9,
    networkId: `profile_${'n'.repeat(120)}`,
    resourceUrl: `${base}/${'r'.repeat(2_000)}`,
    billingUrl: `${base}/${'b'.repeat(64)}`,
    credentialProblem: { type: 'verification-failed', detail: 'd'.repeat(150) },
  };

  test.each(['quota_exhausted', 'payment_failed', 'route_not_in_plan', 'usage_plan_quota_exceeded'] as const)(
    'of %s fits the context of an authorizer, and its headers what API Gateway sends',
    (reason) => {
      const { body, headers } = paymentRequired(catalogue, { ...refusal, reason, plans: [id] });
      // What a call that is served carries beside it, where API Gateway keeps a quota of its own.
      const allowed = { customer: refusal.customer, plan: id, report: 'r'.repeat(700), numbers: '1'.repeat(100) };
      const context = { ...allowed, problem: JSON.stringify(body), ...headers };
      const bytes = Object.entries(context).reduce((sum, [name, value]) => sum + name.length + (value?.length ?? 0), 0);
      expect(bytes).toBeLessThan(6 * 1_024);
      expect(JSON.stringify(headers).length).toBeLessThan(10_240 - 2_000);
      expect(headers.link).toBeDefined();
      expect(headers.paymentRequired).toBeUndefined();
    },
  );

  test('that is sent with a common domain and a long path has all headers', () => {
    const origin = 'https://abcde12345.execute-api.eu-central-1.amazonaws.com/prod';
    const resourceUrl = `${origin}/${'r'.repeat(1_000 - origin.length)}`;
    const { headers } = paymentRequired(catalogue, { ...refusal, resourceUrl, billingUrl: `${origin}/billing` });
    expect(headers).toMatchObject({ paymentRequired: expect.any(String), wwwAuthenticate: expect.any(String) });
  });
});

test.each(['quota_exhausted', 'payment_failed', 'route_not_in_plan', 'usage_plan_quota_exceeded'] as const)(
  '%s says what to do, and is small as a rule',
  (reason) => {
    const { body, headers } = paymentRequired(CATALOGUE, { ...call, reason, plans: ['max'], networkId: 'profile_1' });
    expect(body.detail).toContain('at checkoutUrl');
    expect(isValidBody(body)).toBe(true);
    expect(JSON.stringify({ body, headers }).length).toBeLessThan(3_072);
  },
);
