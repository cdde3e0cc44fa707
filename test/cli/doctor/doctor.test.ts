import { run } from '../../../cli/program';
import { version } from '../../../cli/version';
import type { PaymentsDiagnosis } from '../../../lib/private/operations-doctor';
import { type FakeAws, startAws } from '../aws';
import { PaidServer } from './paid-server';

const FACTS: PaymentsDiagnosis = {
  now: '2026-11-23T12:00:00.000Z',
  secretKey: { value: 'live' },
  account: { value: { id: 'acct_1', chargesEnabled: true, date: '2026-11-23T12:00:01.000Z' } },
  endpoints: { value: [{ id: 'we_1', enabled: true, apiVersion: '1', events: ['invoice.paid'] }] },
  apiVersion: '1',
  handledEvents: ['invoice.paid'],
  newestEvent: { value: null },
  cursor: { value: { created: '2026-11-23T11:40:00.000Z', failing: 0 } },
  deadLetters: { value: 0 },
};

const before = process.env;
let api: PaidServer;
let aws: FakeAws;
let answers: Record<string, object | string>;

/** A stack whose output `doctor` reads, unless it was deployed by a version before. */
async function deploy(outputs: Record<string, object>): Promise<void> {
  await aws?.close();
  const texts = Object.entries(outputs).map(([name, value]) => [name, JSON.stringify(value)]);
  const ask = (name: string) => (event: { operation?: unknown }) => answers[String(event.operation ?? name)] ?? 'none';
  aws = await startAws(
    { name: 'Shop', outputs: Object.fromEntries(texts) },
    { Operations: ask('Operations'), Reconciler: ask('Reconciler'), Webhook: ask('Webhook') },
  );
  process.env = { ...before, AWS_REGION: 'eu-west-1', ...aws.environment };
}

const TOOL = { paywall: 'Shop/Paywall', operations: 'Operations', reconciler: 'Reconciler' };
const doctorOutput = () => ({
  paywall: 'Shop/Paywall',
  version,
  table: 'T',
  webhook: 'Webhook',
  apis: [{ url: api.url, billingPath: 'billing' }],
});

beforeAll(async () => {
  api = await PaidServer.start();
});

beforeEach(async () => {
  api.reset();
  const states = ['lapsed', 'exhausted', 'suspended'];
  answers = {
    Reconciler: FACTS,
    Webhook: { signingSecrets: { value: 1 } },
    openProbes: { answer: { probes: states.map((state) => ({ state, customer: state, apiKey: state })) } },
    closeProbes: { answer: { closed: 3 } },
  };
  await deploy({ Tool: TOOL, Doctor: doctorOutput() });
});

afterAll(async () => {
  process.env = before;
  await aws.close();
  await api.close();
});

async function doctor(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const output = { print: (text: string) => out.push(text), complain: (line: string) => err.push(line) };
  const exitCode = await run(['doctor', ...args], output);
  return { exitCode, out: out.join('\n'), err };
}

test('a paywall is looked at from all sides, and who was made for it is taken away', async () => {
  const { exitCode, out, err } = await doctor('--stack', 'Shop', '--by', 'ada', '--json');
  const { findings, ...counts } = JSON.parse(out);
  expect([exitCode, err]).toEqual([0, []]);
  // The table and the Region's keys cannot be asked for here, which is a warning each.
  expect(counts).toEqual({ version, ok: 18, warnings: 5, failures: 0 });
  expect(findings.find(({ check }: { check: string }) => check === 'clock.stripe')).toEqual({
    check: 'clock.stripe',
    status: 'ok',
    found: '1 s from the functions’',
    todo: null,
  });
  const asked = aws.invoked.map(({ name, event }) => [name, event]);
  expect(asked).toEqual(
    expect.arrayContaining([
      ['Reconciler', { diagnose: true, webhookUrl: `${api.url}/billing/stripe/webhook` }],
      ['Webhook', { diagnose: true }],
      ['Operations', { operation: 'openProbes', by: 'ada' }],
    ]),
  );
  expect(asked.at(-1)).toEqual([
    'Operations',
    { operation: 'closeProbes', customers: ['lapsed', 'exhausted', 'suspended'], by: 'ada' },
  ]);
});

test('people are shown a line each, what is to be done below it, and how many there are', async () => {
  answers.Reconciler = { ...FACTS, deadLetters: { value: 2 } };
  const { exitCode, out, err } = await doctor('--stack', 'Shop');
  expect([exitCode, err]).toEqual([1, ['cdk-paywall: 1 failure found']]);
  expect(out).toMatch(/^ok {7}stack\.outputs {10}Shop\/Paywall: Operations, Reconciler$/m);
  expect(out).toMatch(/^failure {2}stripe\.dead-letters {4}2 events wait\n {32}→ run `cdk-paywall webhook replay`/m);
  expect(out).toMatch(/\n\n17 ok, 5 warnings, 1 failure$/);
});

test('what a function cannot answer is told, and keeps nothing else from being looked at', async () => {
  answers.Reconciler = 'Task timed out';
  answers.Webhook = 'no such secret';
  answers.openProbes = { refused: 'there is no operation "openProbes"' };
  const { exitCode, out } = await doctor('--stack', 'Shop', '--json');
  const { findings } = JSON.parse(out);
  const found = Object.fromEntries(
    findings.map(({ check, status, found: text }: Record<string, string>) => [check, [status, text]]),
  );
  expect(exitCode).toBe(1);
  expect(found).toMatchObject({
    stripe: ['failure', 'the function Reconciler failed: Task timed out'],
    'stripe.signing-secret': ['failure', 'the function Webhook failed: no such secret'],
    'gateway.probes': ['failure', 'there is no operation "openProbes"'],
    'gateway.401': ['ok', expect.any(String)],
    'gateway.402': ['warning', expect.any(String)],
  });
});

test('those who were made are taken away also where the API is gone', async () => {
  await deploy({
    Tool: TOOL,
    Doctor: { ...doctorOutput(), apis: [{ url: 'http://127.0.0.1:9', billingPath: 'billing' }] },
  });
  await doctor('--stack', 'Shop', '--route', 'GET /items');
  expect(aws.invoked.at(-1)?.event).toMatchObject({ operation: 'closeProbes' });
});

test('another version is a warning, and one that cannot be looked at a failure', async () => {
  await deploy({ Tool: TOOL, Doctor: { ...doctorOutput(), version: '0.0.9' } });
  expect((await doctor('--stack', 'Shop')).out).toMatch(`0.0.9, and this tool’s is ${version}`);
  await deploy({ Tool: TOOL });
  const { exitCode, out } = await doctor('--stack', 'Shop');
  expect([exitCode, out]).toEqual([
    1,
    expect.stringMatching(/failure {2}stack\.version {2}a version was deployed that/),
  ]);
  // A version before would take the question for its schedule.
  expect(aws.invoked).toEqual([]);
});

test('a stack with a clock far from Stripe’s is told', async () => {
  answers.Reconciler = { ...FACTS, now: '2026-11-23T12:10:00.000Z' };
  expect((await doctor('--stack', 'Shop')).out).toMatch(/failure {2}clock\.stripe +599 s from the functions’/);
});

test('without a stack, what HTTP tells is looked at', async () => {
  const { exitCode, out } = await doctor('--url', `${api.url}/`, '--json');
  const { findings } = JSON.parse(out);
  expect(exitCode).toBe(0);
  expect(findings.map(({ check, status }: { check: string; status: string }) => [check, status])).toEqual([
    ['gateway.reachable', 'ok'],
    ['clock.gateway', 'ok'],
    ['gateway.cors', 'ok'],
    ['gateway.401', 'ok'],
    ['gateway.402', 'warning'],
    ['gateway.unknown-path', 'ok'],
    ['gateway.too-large', 'ok'],
  ]);
  expect(aws.invoked).toEqual([]);
});

test.each([
  [[], /name a deployed stack, --stack <name>, the local gateway, --local, or an API/],
  [['--url', 'ftp://x'], /It must be an http or https URL/],
  [['--stack', 'Shop', '--route', 'items'], /It must be a method and a path/],
])('%j is not understood', async (args, complaint) => {
  const { exitCode, err } = await doctor(...args);
  expect([exitCode, err.join()]).toEqual([2, expect.stringMatching(complaint)]);
});
