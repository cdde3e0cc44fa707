import type { Finding } from '../../../cli/doctor/finding';
import { checkGateway } from '../../../cli/doctor/gateway';
import { describedRoute, parseRoute } from '../../../cli/doctor/route';
import type { Probe } from '../../../lib/private/operations-doctor';
import { PaidServer } from './paid-server';

let api: PaidServer;

beforeAll(async () => {
  api = await PaidServer.start();
});

beforeEach(() => api.reset());

afterAll(() => api.close());

const PROBES: readonly Probe[] = (['lapsed', 'exhausted', 'suspended'] as const).map((state) => ({
  state,
  customer: state,
  apiKey: state,
}));

async function look(probes = PROBES, route = parseRoute('GET /items/{id}')): Promise<Record<string, Finding>> {
  const findings = await checkGateway({ url: api.url, billingPath: 'billing', route, probes });
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
}

test('an API that answers as it should has nothing wrong with it', async () => {
  const findings = Object.values(await look());
  expect(findings.map(({ check, status }) => [check, status])).toEqual(
    ['reachable', 'clock', 'cors', '401', '402', '402-exhausted', '403', 'unknown-path', 'too-large'].map((name) => [
      name === 'clock' ? 'clock.gateway' : `gateway.${name}`,
      'ok',
    ]),
  );
  const found = findings.map((finding) => finding.found);
  expect(found).toContain(
    'GET /items/doctor by one who has no units: 402 with WWW-Authenticate, Link, RateLimit, RateLimit-Policy, Retry-After, PAYMENT-REQUIRED',
  );
  expect(found).toContain('403 {"message":"Missing Authentication Token"}');
});

type Spoiled = [
  what: string,
  call: Parameters<PaidServer['spoil']>[0],
  change: Parameters<PaidServer['spoil']>[1],
  check: string,
  status: Finding['status'],
  found: RegExp,
];

const without = (name: string) => ({ headers: { [name]: undefined } });

test.each<Spoiled>([
  ['plans that are not there', 'plans', { status: 404 }, 'gateway.reachable', 'failure', /answered with 404/],
  ['something else in the place of plans', 'plans', { body: '<html>' }, 'gateway.reachable', 'failure', /with 200/],
  [
    'a clock that is behind',
    'plans',
    { headers: { Date: 'Mon, 23 Nov 2020 12:00:00 GMT' } },
    'clock.gateway',
    'failure',
    /s from this/,
  ],
  ['no challenge', 'anonymous', without('WWW-Authenticate'), 'gateway.401', 'failure', /WWW-Authenticate is missing/],
  [
    'a challenge that was renamed',
    'anonymous',
    { headers: { 'WWW-Authenticate': undefined, 'x-amzn-remapped-www-authenticate': 'Bearer' } },
    'gateway.401',
    'failure',
    /renamed to x-amzn-remapped/,
  ],
  [
    'no word against caches',
    'anonymous',
    without('Cache-Control'),
    'gateway.401',
    'failure',
    /cache-control is missing/,
  ],
  ['an authorizer that fails', 'lapsed', { status: 503 }, 'gateway.402', 'failure', /503, and not 402/],
  [
    'a refusal that no page may read',
    'lapsed',
    without('Access-Control-Allow-Origin'),
    'gateway.402',
    'failure',
    /no page can read/,
  ],
  [
    'a body of another status',
    'lapsed',
    { body: '{"status":403}' },
    'gateway.402',
    'failure',
    /no problem document of 402/,
  ],
  ['a body that is no JSON', 'suspended', { body: 'no' }, 'gateway.403', 'failure', /no problem document of 403/],
  [
    'another content type',
    'suspended',
    { headers: { 'Content-Type': 'application/json' } },
    'gateway.403',
    'warning',
    /content-type is application\/json/,
  ],
  ['headers that were not taken', 'exhausted', without('Link'), 'gateway.402-exhausted', 'warning', /no header link$/],
  [
    'no time to wait',
    'exhausted',
    without('Retry-After'),
    'gateway.402-exhausted',
    'warning',
    /no header retry-after$/,
  ],
  [
    'a time that is none',
    'exhausted',
    { headers: { 'Retry-After': 'soon' } },
    'gateway.402-exhausted',
    'failure',
    /no number of seconds/,
  ],
  [
    'a name in the place of its value',
    'lapsed',
    { headers: { RateLimit: 'context.authorizer.rateLimit' } },
    'gateway.402',
    'failure',
    /has left a name where its value should be, in ratelimit: context\.authorizer/,
  ],
  [
    'a link to something else',
    'lapsed',
    { headers: { Link: '<x>; rel="next"' } },
    'gateway.402',
    'failure',
    /no rel="payment"/,
  ],
  ['no word to x402', 'lapsed', without('PAYMENT-REQUIRED'), 'gateway.402', 'warning', /no header payment-required$/],
  [
    'a challenge to agents that was renamed',
    'exhausted',
    { headers: { 'WWW-Authenticate': undefined, 'x-amzn-remapped-www-authenticate': 'Payment id="1"' } },
    'gateway.402-exhausted',
    'failure',
    /renamed to x-amzn-remapped/,
  ],
  ['a broken x402', 'lapsed', { headers: { 'PAYMENT-REQUIRED': '!' } }, 'gateway.402', 'failure', /no JSON in base64/],
  [
    'another scheme',
    'lapsed',
    { headers: { 'WWW-Authenticate': 'Basic' } },
    'gateway.402',
    'failure',
    /something else than Payment/,
  ],
  ['a suspension that looks payable', 'suspended', { status: 402 }, 'gateway.403', 'failure', /402, and not 403/],
  ['a greedy route', 'unknown', { status: 200 }, 'gateway.unknown-path', 'warning', /^200/],
  ['something in front that takes all', 'large', { status: 201 }, 'gateway.too-large', 'warning', /^201 to a body/],
])('%s is seen', async (_, call, change, check, status, found) => {
  api.spoil(call, change);
  const finding = (await look())[check];
  expect(finding).toEqual({ check, status, found: expect.stringMatching(found), todo: expect.stringMatching(/./) });
});

test('where nobody takes payments by agents, there is no challenge to them, which is well', async () => {
  api.spoil('lapsed', without('WWW-Authenticate'));
  api.spoil('exhausted', without('WWW-Authenticate'));
  expect(await look()).toMatchObject({ 'gateway.402': { status: 'ok' }, 'gateway.402-exhausted': { status: 'ok' } });
});

test('a route that is open is called no further', async () => {
  api.spoil('anonymous', { status: 200, body: '{}' });
  expect(await look()).toMatchObject({ 'gateway.401': { status: 'failure', todo: expect.stringMatching(/--route/) } });
  expect(api.called).not.toEqual(expect.arrayContaining(['lapsed']));
});

test('who has no units does not call what costs nothing, for a backend would answer', async () => {
  const { body } = api.answers.lapsed;
  api.spoil('lapsed', { body: body.replace('"cost":1', '"cost":0') });
  expect(await look()).not.toHaveProperty(['gateway.402-exhausted']);
  expect(api.called).not.toContain('exhausted');
});

test('an API that knows no keys is told, and tried no further', async () => {
  api.spoil('lapsed', { status: 401 });
  expect(await look()).toMatchObject({
    'gateway.402': { status: 'warning', todo: expect.stringMatching(/tokens alone/) },
  });
  expect(api.called).not.toContain('suspended');
});

test('without customers who are refused, what anybody sees is looked at', async () => {
  expect(await look([])).toMatchObject({ 'gateway.401': { status: 'ok' }, 'gateway.402': { status: 'warning' } });
  const findings = await checkGateway({ url: api.url, billingPath: 'billing', probes: [] });
  expect(findings.find(({ check }) => check === 'gateway.401')).toMatchObject({
    status: 'warning',
    todo: "name one: --route 'GET /items'",
  });
});

test('where CORS is off, no refusal is to have its headers', async () => {
  api.spoil('preflight', { status: 403, headers: { 'Access-Control-Allow-Origin': undefined } });
  api.spoil('suspended', without('Access-Control-Allow-Origin'));
  expect(await look()).toMatchObject({
    'gateway.cors': { found: 'off for /items/doctor' },
    'gateway.403': { status: 'ok' },
  });
});

test('an API that nobody serves is a failure', async () => {
  const findings = await checkGateway({ url: 'http://127.0.0.1:9', billingPath: 'billing', probes: PROBES });
  expect(findings).toMatchObject([
    { check: 'gateway.reachable', status: 'failure', found: expect.stringMatching(/^http:\/\/127/) },
  ]);
});

test('the route is the first that can be answered with 402, and changes nothing if there is such a one', async () => {
  expect(await describedRoute(api.url)).toEqual({ method: 'GET', path: '/items/doctor' });
  api.spoil('openapi', { body: '{"paths":{"/health":{"get":{"responses":{"200":{}}}}}}' });
  expect(await describedRoute(api.url)).toBeUndefined();
  api.spoil('openapi', { status: 403, body: 'no' });
  expect(await describedRoute(api.url)).toBeUndefined();
  expect(parseRoute('items')).toBeUndefined();
  expect(parseRoute('LOOK /items')).toBeUndefined();
});
