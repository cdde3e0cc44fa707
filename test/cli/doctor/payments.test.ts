import type { Finding } from '../../../cli/doctor/finding';
import { judgePayments, judgeSigningSecret } from '../../../cli/doctor/payments';
import type { PaymentsDiagnosis } from '../../../lib/private/operations-doctor';

const URL = 'https://api.example.com/prod/billing/stripe/webhook';
const ENDPOINT = {
  id: 'we_1',
  enabled: true,
  apiVersion: '2026-10-28.endive',
  events: ['invoice.paid', 'charge.refunded'],
};
const FACTS: PaymentsDiagnosis = {
  now: '2026-11-23T12:00:00.000Z',
  secretKey: { value: 'live' },
  account: { value: { id: 'acct_1', chargesEnabled: true, date: '2026-11-23T12:00:01.000Z' } },
  endpoints: { value: [ENDPOINT] },
  apiVersion: '2026-10-28.endive',
  handledEvents: ['charge.refunded', 'invoice.paid'],
  newestEvent: { value: { type: 'invoice.paid', created: '2026-11-23T11:40:00.000Z' } },
  cursor: { value: { created: '2026-11-23T11:40:00.000Z', failing: 0 } },
  deadLetters: { value: 0 },
};

/** What is said of one thing. */
function finding(check: string, facts: Partial<PaymentsDiagnosis>, url: string | null = URL): Finding | undefined {
  return judgePayments({ ...FACTS, ...facts }, url).find((one) => one.check === check);
}

test('all is well where all is as it should be', () => {
  const findings = judgePayments(FACTS, URL);
  expect(findings.map(({ check, status, todo }) => [check, status, todo])).toEqual(
    ['secret-key', 'account', 'webhook', 'events', 'dead-letters'].map((name) => [`stripe.${name}`, 'ok', null]),
  );
  expect(findings.map(({ found }) => found)).toEqual([
    'readable, of live mode',
    'acct_1, which can be paid',
    'we_1 is enabled for 2 types of events, in 2026-10-28.endive',
    'the newest of 2026-11-23 11:40:00 UTC (invoice.paid), reconciled up to 2026-11-23 11:40:00 UTC',
    'none',
  ]);
});

type Case = [what: string, check: string, facts: Partial<PaymentsDiagnosis>, status: string, found: RegExp];

const account = (chargesEnabled: boolean) => ({ value: { id: 'acct_1', chargesEnabled, date: null } });
const endpoints = (...overrides: Partial<typeof ENDPOINT>[]) => ({
  endpoints: { value: overrides.map((override) => ({ ...ENDPOINT, ...override })) },
});
const newest = (created: string) => ({ newestEvent: { value: { type: 'invoice.paid', created } } });

test.each<Case>([
  [
    'a secret that is not there',
    'stripe.secret-key',
    { secretKey: { error: 'gone' } },
    'failure',
    /cannot be read: gone/,
  ],
  ['a secret of another kind', 'stripe.secret-key', { secretKey: { value: 'unknown' } }, 'failure', /something else/],
  ['a key that Stripe does not know', 'stripe.account', { account: { error: 'no' } }, 'failure', /cannot be asked: no/],
  ['a restricted key', 'stripe.account', { account: { error: 'without the permission' } }, 'warning', /permission/],
  ['an account that cannot be paid', 'stripe.account', { account: account(false) }, 'failure', /cannot be paid/],
  [
    'a test account that cannot be paid yet',
    'stripe.account',
    { account: account(false), secretKey: { value: 'test' } },
    'warning',
    /test payments alone/,
  ],
  ['no endpoint', 'stripe.webhook', endpoints(), 'failure', /^missing at https:/],
  ['a disabled endpoint', 'stripe.webhook', endpoints({ enabled: false }), 'failure', /^disabled at https:/],
  [
    'another API version',
    'stripe.webhook',
    endpoints({ apiVersion: '2024-01-01' }),
    'failure',
    /has API version 2024-01-01/,
  ],
  [
    'too few events',
    'stripe.webhook',
    endpoints({ events: ['invoice.paid'] }),
    'failure',
    /does not get charge.refunded/,
  ],
  ['too many events', 'stripe.webhook', endpoints({ events: [...ENDPOINT.events, 'a.b'] }), 'warning', /also a\.b$/],
  ['all events', 'stripe.webhook', endpoints({ events: ['*'] }), 'warning', /also \*$/],
  ['two endpoints', 'stripe.webhook', endpoints({}, { id: 'we_2' }), 'warning', /1 other endpoint at the same URL/],
  ['endpoints that may not be seen', 'stripe.webhook', { endpoints: { error: 'no' } }, 'warning', /not known: no/],
  ['a reconciler that never ran', 'stripe.events', { cursor: { value: null } }, 'warning', /has not run yet/],
  [
    'events that cannot be listed',
    'stripe.events',
    { newestEvent: { error: 'no' } },
    'failure',
    /cannot be listed: no/,
  ],
  ['a cursor that cannot be read', 'stripe.events', { cursor: { error: 'no' } }, 'failure', /cannot be listed: no/],
  [
    'an event that fails',
    'stripe.events',
    { cursor: { value: { created: '2026-11-23T11:40:00.000Z', failing: 2 } } },
    'warning',
    /2 events fail/,
  ],
  ['dead letters', 'stripe.dead-letters', { deadLetters: { value: 3 } }, 'failure', /^3 events wait$/],
  ['a queue that cannot be asked', 'stripe.dead-letters', { deadLetters: { error: 'no' } }, 'warning', /not known: no/],
])('%s is told, with what to do', (_, check, facts, status, found) => {
  expect(finding(check, facts)).toEqual({
    check,
    status,
    found: expect.stringMatching(found),
    todo: expect.stringMatching(/./),
  });
});

test('a reconciler is late by the event that waits for it, and not by a time without events', () => {
  const old = { value: { created: '2026-11-20T00:00:00.000Z', failing: 0 } };
  const statuses = ['2026-11-23T11:30:00.000Z', '2026-11-23T10:00:00.000Z', '2026-11-21T00:00:00.000Z'].map(
    (created) => finding('stripe.events', { ...newest(created), cursor: old })?.status,
  );
  expect(statuses).toEqual(['ok', 'warning', 'failure']);
  expect(finding('stripe.events', { ...newest('2026-11-20T00:00:00.000Z'), cursor: old })?.status).toBe('ok');
  expect(finding('stripe.events', { newestEvent: { value: null }, cursor: old })?.found).toMatch(/^none in 30 days/);
});

test('no endpoint is looked for where events come by EventBridge, and none is missed on this machine', () => {
  expect(finding('stripe.webhook', endpoints(), null)?.status).toBe('ok');
  expect(finding('stripe.webhook', endpoints(), 'http://127.0.0.1:4020/prod/billing/stripe/webhook')?.status).toBe(
    'warning',
  );
});

test('a signing secret is in place, several are while one is rotated, or there is none', () => {
  expect(judgeSigningSecret({ signingSecrets: { value: 1 } })).toMatchObject({ status: 'ok', found: 'in place' });
  expect(judgeSigningSecret({ signingSecrets: { value: 2 } })).toMatchObject({
    status: 'ok',
    found: expect.stringMatching(/2 of them/),
  });
  expect(judgeSigningSecret({ signingSecrets: { value: 0 } })).toMatchObject({ status: 'failure' });
  expect(judgeSigningSecret({ signingSecrets: { error: 'no' } })).toMatchObject({ status: 'failure' });
});
