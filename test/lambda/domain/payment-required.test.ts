import { type Balance, findPlan, openingBalance } from '../../../lambda/domain/balance';
import { parseCheckoutToken } from '../../../lambda/domain/checkout-link';
import { NEVER } from '../../../lambda/domain/clock';
import { paymentRequired, type RefusedCall } from '../../../lambda/domain/payment-required';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';

const call: RefusedCall = {
  customer: 'AAAABBBBCCCC01',
  reason: 'quota_exhausted',
  balance: balance({ remaining: 0, periodEnd: Date.UTC(2026, 11, 1) / 1000 }),
  cost: 1,
  requestId: '0b9f3c1e-0000-4000-8000-000000000000',
  billingUrl: 'https://api.example.com/prod/billing',
  now: NOW,
};

test('an exhausted quota is told with all that a client acts on', () => {
  const { body, headers } = paymentRequired(CATALOGUE, call);
  expect(body).toEqual({
    type: 'https://paymentauth.org/problems/payment-required',
    title: 'Payment Required',
    status: 402,
    detail:
      'This call costs 1 unit, and 0 are left on plan free. Pay at checkoutUrl, then send the call again. ' +
      'Units come back at 2026-12-01T00:00:00Z.',
    instance: 'urn:uuid:0b9f3c1e-0000-4000-8000-000000000000',
    reason: 'quota_exhausted',
    plan: 'free',
    limit: 50,
    remaining: 0,
    cost: 1,
    resetsAt: '2026-12-01T00:00:00Z',
    checkoutUrl: expect.stringMatching(/^https:\/\/api\.example\.com\/prod\/billing\/checkout\/[\w.-]+\?plan=pro$/),
  });
  expect(headers).toEqual({
    link: `<${body.checkoutUrl}>; rel="payment"`,
    rateLimitPolicy: '"month";q=50;w=2592000',
    rateLimit: '"month";r=0;t=648000',
    retryAfter: '648000',
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
    const { detail, checkoutUrl } = paymentRequired(catalogue, { ...call, ...changes, reason }).body;
    // What a failed renewal needs is to be paid, whatever is sold.
    expect(detail).toBe(checkoutUrl === undefined ? text : `${text} Pay at checkoutUrl, then send the call again.`);
    expect(checkoutUrl !== undefined).toBe(reason === 'payment_failed');
  },
);

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
    expect(Object.keys(JSON.parse(JSON.stringify(headers)))).toEqual(['link']);
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

test.each(['quota_exhausted', 'payment_failed', 'route_not_in_plan', 'usage_plan_quota_exceeded'] as const)(
  '%s says what to do, and fits the context of an authorizer',
  (reason) => {
    const { body, headers } = paymentRequired(CATALOGUE, { ...call, reason });
    expect(body.detail).toContain('Pay at checkoutUrl');
    // API Gateway's own limits on a context's size are far above what all headers together may be.
    expect(JSON.stringify({ body, headers }).length).toBeLessThan(2_048);
  },
);
