import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../cli/program';
import type { CustomerState, LedgerLine } from '../../lib/private/operations';
import { type FakeAws, type FunctionAnswers, startAws } from './aws';

const STATE: CustomerState = {
  customer: 'ada',
  plan: 'pro',
  standing: 'active',
  graceEndsAt: null,
  periodStart: '2026-11-01T00:00:00.000Z',
  periodEnd: '2026-12-01T00:00:00.000Z',
  limit: 10_000,
  included: 9_990,
  credits: 500,
  owed: 0,
};

const GRANT: LedgerLine = {
  id: 'grant#1',
  kind: 'grant',
  units: 500,
  plan: null,
  reason: 'outage',
  by: 'bob',
  state: 'applied',
  createdAt: '2026-11-23T12:00:00.000Z',
};

let aws: FakeAws;
let answers: FunctionAnswers;
let folder: string;
const environment = process.env;

beforeAll(async () => {
  const output = { paywall: 'Shop/Paywall', operations: 'Shop-Operations', reconciler: 'Shop-Reconciler' };
  const outputs = { ApiEndpoint: 'https://example.com/prod/', PaywallTool: JSON.stringify(output) };
  aws = await startAws(
    { name: 'Shop', outputs },
    {
      'Shop-Operations': (event) => answers['Shop-Operations']?.(event) ?? 'not expected',
      'Shop-Reconciler': (event) => answers['Shop-Reconciler']?.(event) ?? 'not expected',
    },
  );
  folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-cli-'));
});

afterAll(async () => {
  process.env = environment;
  rmSync(folder, { recursive: true });
  await aws.close();
});

beforeEach(() => {
  process.env = { ...environment, AWS_REGION: 'eu-west-1', ...aws.environment };
  answers = {};
  aws.invoked.length = 0;
  aws.signedFor.clear();
});

async function cli(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await run(args, { print: (text) => out.push(text), complain: (line) => err.push(line) });
  return { exitCode, out: out.join('\n'), err };
}

/** A fault is one line, and nothing else is printed. */
async function expectFault(exitCode: number, line: string | RegExp, ...args: string[]): Promise<void> {
  const { out, err, ...rest } = await cli(...args);
  expect(err).toEqual([typeof line === 'string' ? `cdk-paywall: ${line}` : expect.stringMatching(line)]);
  expect(err[0]).not.toContain('\n');
  expect([out, rest.exitCode]).toEqual(['', exitCode]);
}

const STACK = ['--stack', 'Shop'];

describe('ledger', () => {
  const entry = (overrides: Partial<LedgerLine>): LedgerLine => ({ ...GRANT, by: null, reason: null, ...overrides });

  test('shows what a customer has, and below it what was entered', async () => {
    const entries = [
      entry({ id: 'subscription#sub_1#pro', kind: 'plan', plan: 'pro', units: 10_000 }),
      entry({ id: 'checkout_session#cs_1', kind: 'top_up', units: 1_000 }),
      entry({ id: 'refund#re_1', kind: 'clawback', units: -400, state: 'pending' }),
      entry({ id: 'grant#1', reason: 'outage', by: 'bob' }),
      entry({ id: 'subscription#sub_2#max', kind: 'plan', plan: 'max', units: null }),
    ];
    answers['Shop-Operations'] = () => ({ answer: { ...STATE, entries, before: 'subscription#sub_1#pro' } });
    const { exitCode, out, err } = await cli('ledger', 'ada', '--limit', '5', ...STACK);
    expect([exitCode, err]).toEqual([0, []]);
    expect(out.split('\n')).toEqual([
      'customer  ada',
      'plan      pro',
      'standing  active',
      'period    2026-11-01 00:00:00 to 2026-12-01 00:00:00 UTC',
      'included  9,990 of 10,000',
      'credits   500',
      'owed      0',
      '',
      'time (UTC)              units  what      note          entry',
      '2026-11-23 12:00:00   +10,000  plan      pro           subscription#sub_1#pro',
      '2026-11-23 12:00:00    +1,000  purchase                checkout_session#cs_1',
      '2026-11-23 12:00:00      -400  clawback  pending       refund#re_1',
      '2026-11-23 12:00:00      +500  grant     outage (bob)  grant#1',
      '2026-11-23 12:00:00  no limit  plan      max           subscription#sub_2#max',
      '',
      'there are older ones: --before subscription#sub_1#pro',
    ]);
    const event = { operation: 'ledger', customer: 'ada', limit: 5 };
    expect(aws.invoked).toEqual([{ name: 'Shop-Operations', event }]);
  });

  test('says so where there are none, no limit, no end, and a time of grace', async () => {
    const state = { ...STATE, limit: null, included: null, periodEnd: null, standing: 'grace' };
    const graceEndsAt = '2026-11-26T00:00:00.000Z';
    answers['Shop-Operations'] = () => ({ answer: { ...state, graceEndsAt, entries: [], before: null } });
    const { out } = await cli('ledger', 'ada', '--before', 'grant#1', ...STACK);
    expect(out).toMatch(/no limit[\s\S]*\n\nno entries$/);
    expect(out).toContain('standing  grace, until 2026-11-26 00:00:00 UTC\nperiod    since 2026-11-01 00:00:00 UTC');
    expect(aws.invoked[0]?.event).toMatchObject({ limit: 50, before: 'grant#1' });
  });

  test('is one document for machines', async () => {
    const answer = { ...STATE, entries: [GRANT], before: null };
    answers['Shop-Operations'] = () => ({ answer });
    const { out } = await cli('ledger', 'ada', '--json', ...STACK);
    expect(JSON.parse(out)).toEqual(answer);
  });

  test('of a customer that there is not is one line', async () => {
    answers['Shop-Operations'] = () => ({ refused: 'there is no customer "eve"' });
    await expectFault(1, 'there is no customer "eve"', 'ledger', 'eve', '--json', ...STACK);
  });

  test.each(['0', '1001', 'x', '1.5'])('of %s entries is not asked for', async (limit) => {
    await expectFault(
      2,
      /It must be a whole number between 1 and 1,000\.$/,
      'ledger',
      'ada',
      '--limit',
      limit,
      ...STACK,
    );
  });
});

describe('grant', () => {
  const args = (...more: string[]) => ['grant', 'ada', '500', '--reason', 'outage', ...more, ...STACK];

  test('sends who, what for, and an id of its own, each time another', async () => {
    answers['Shop-Operations'] = () => ({ answer: { ...STATE, outcome: 'applied', entry: GRANT } });
    const { exitCode, out } = await cli(...args());
    await cli(...args('--by', 'carol'));
    expect([exitCode, out.split('\n')[0]]).toEqual([0, '500 units granted to ada: grant#1']);
    expect(out).toContain('credits   500');
    const [first, second] = aws.invoked.map(({ event }) => event);
    expect(first).toEqual({
      operation: 'grant',
      customer: 'ada',
      units: 500,
      reason: 'outage',
      by: expect.stringMatching(/./),
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(second?.by).toBe('carol');
    expect(second?.id).not.toBe(first?.id);
  });

  test('by an id that was granted before says that nothing has changed', async () => {
    answers['Shop-Operations'] = () => ({ answer: { ...STATE, outcome: 'duplicate', entry: GRANT } });
    const { exitCode, out } = await cli(...args('--id', '1'));
    const line = 'grant#1 had been granted before, 500 units to ada: nothing has changed';
    expect([exitCode, out.split('\n')[0], aws.invoked[0]?.event.id]).toEqual([0, line, '1']);
    expect(JSON.parse((await cli(...args('--id', '1', '--json'))).out)).toMatchObject({ outcome: 'duplicate' });
  });

  test('that was sent again over a connection that broke is this very grant', async () => {
    answers['Shop-Operations'] = () => ({ answer: { ...STATE, outcome: 'duplicate', entry: GRANT } });
    expect((await cli(...args())).out).toMatch(/^500 units granted to ada/);
    expect(JSON.parse((await cli(...args('--json'))).out)).toMatchObject({ outcome: 'applied' });
  });

  test('of which nobody knows whether it was done tells how to try again', async () => {
    answers['Shop-Operations'] = () => '2026-11-23T12:00:00Z 1 Task timed out after 600.00 seconds';
    await expectFault(
      1,
      /^cdk-paywall: the function Shop-Operations failed: .* timed out .* \(to try again without granting twice, add --id [0-9a-f-]{36}\)$/,
      ...args(),
    );
  });

  test.each([
    ['0', /whole number between 1 and 1,000,000,000,000/],
    ['-5', /whole number/],
    ['1.5', /whole number/],
    ['1e3', /whole number/],
    ['1000000000001', /whole number/],
  ])('of %s units is not asked for', async (units, line) => {
    await expectFault(2, line, 'grant', 'ada', units, '--reason', 'outage', ...STACK);
    expect(aws.invoked).toEqual([]);
  });

  test('needs a reason, and an id that is one', async () => {
    await expectFault(2, "required option '--reason <text>' not specified", 'grant', 'ada', '5', ...STACK);
    await expectFault(2, /It must be 1 to 64 letters/, ...args('--id', 'a#b'));
  });
});

describe('reconcile', () => {
  test('tells what was listed, missed and failed', async () => {
    answers['Shop-Reconciler'] = () => ({ listed: 1_200, missed: 3, failed: 0 });
    expect(await cli('reconcile', ...STACK)).toEqual({
      exitCode: 0,
      out: 'listed  1,200\nmissed  3\nfailed  0',
      err: [],
    });
  });

  test('fails where an event has, with the numbers all the same', async () => {
    answers['Shop-Reconciler'] = () => ({ listed: 2, missed: 0, failed: 1 });
    const { exitCode, out, err } = await cli('reconcile', '--json', ...STACK);
    expect(JSON.parse(out)).toEqual({ listed: 2, missed: 0, failed: 1 });
    expect(err).toEqual([
      'cdk-paywall: 1 event failed: the next runs try again, and what fails for an hour waits for webhook replay',
    ]);
    expect(exitCode).toBe(1);
  });
});

describe('webhook replay', () => {
  const processed = { id: 'evt_1', type: 'invoice.paid', outcome: 'processed', reason: null };
  const duplicate = { ...processed, id: 'evt_2', outcome: 'duplicate' };
  const failed = { id: 'evt_3', type: null, outcome: 'failed', reason: 'Stripe has no such event' };

  test('without ids carries out what is in the queue', async () => {
    answers['Shop-Operations'] = () => ({ answer: { events: [], more: false } });
    const { exitCode, out } = await cli('webhook', 'replay', ...STACK);
    expect([exitCode, out]).toEqual([0, 'the dead-letter queue is empty']);
    expect(aws.invoked[0]?.event).toEqual({ operation: 'replay' });
  });

  test('tells what has become of each event, and fails where one has', async () => {
    answers['Shop-Operations'] = () => ({ answer: { events: [processed, duplicate, failed], more: false } });
    const { exitCode, out, err } = await cli('webhook', 'replay', 'evt_1', 'evt_2', 'evt_3', ...STACK);
    expect(aws.invoked[0]?.event.events).toEqual(['evt_1', 'evt_2', 'evt_3']);
    expect(out.split('\n')).toEqual([
      'event  type          outcome            reason',
      'evt_1  invoice.paid  processed',
      'evt_2  invoice.paid  already processed',
      'evt_3                failed             Stripe has no such event',
    ]);
    expect([exitCode, err]).toEqual([1, ['cdk-paywall: 1 event of 3 failed']]);
  });

  test('is not done while there is more', async () => {
    answers['Shop-Operations'] = () => ({ answer: { events: [processed], more: true } });
    const { exitCode, err } = await cli('webhook', 'replay', ...STACK);
    expect([exitCode, err]).toEqual([1, ['cdk-paywall: there are more than one run takes: run it again']]);
  });

  test('takes ids of events, and not too many', async () => {
    await expectFault(2, /An event of Stripe begins with evt_\.$/, 'webhook', 'replay', 'ch_1', ...STACK);
    const ids = Array.from({ length: 101 }, (_, index) => `evt_${index}`);
    await expectFault(2, 'at most 100 events are replayed at once, got: 101', 'webhook', 'replay', ...ids, ...STACK);
  });
});

describe('where it is asked', () => {
  test('a stack that there is not', async () => {
    await expectFault(1, 'ValidationError: Stack with id Nope does not exist', 'reconcile', '--stack', 'Nope');
  });

  test('a paywall that there is not', async () => {
    await expectFault(
      2,
      'the stack Shop has no paywall Other; name one of these by --paywall: Shop/Paywall',
      ...['reconcile', '--paywall', 'Other', ...STACK],
    );
  });

  test('the Region and the credentials are those of the AWS CLI, or the Region that is named', async () => {
    answers['Shop-Reconciler'] = () => ({ listed: 0, missed: 0, failed: 0 });
    await cli('reconcile', ...STACK);
    expect([...aws.signedFor]).toEqual(['AKIAEXAMPLE/eu-west-1']);
    await cli('reconcile', '--region', 'us-west-2', ...STACK);
    expect([...aws.signedFor]).toEqual(['AKIAEXAMPLE/eu-west-1', 'AKIAEXAMPLE/us-west-2']);
  });

  test('a profile that is named counts, and not the credentials of the environment', async () => {
    const file = join(folder, 'config');
    writeFileSync(
      file,
      '[profile shop]\nregion = ap-south-1\naws_access_key_id = AKIASHOP\naws_secret_access_key = example\n',
    );
    process.env.AWS_CONFIG_FILE = file;
    delete process.env.AWS_REGION;
    answers['Shop-Reconciler'] = () => ({ listed: 0, missed: 0, failed: 0 });
    const warned = jest.spyOn(console, 'warn').mockReturnValue();
    expect(await cli('reconcile', '--profile', 'shop', ...STACK)).toMatchObject({ exitCode: 0, err: [] });
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
    expect([...aws.signedFor]).toEqual(['AKIASHOP/ap-south-1']);
  });

  test('a profile that there is not', async () => {
    await expectFault(1, /CredentialsProviderError: /, 'reconcile', '--profile', 'nope', ...STACK);
  });

  test('a Region that is none, or missing', async () => {
    await expectFault(1, /^cdk-paywall: Region not accepted: /, 'reconcile', '--region', 'eu/west', ...STACK);
    delete process.env.AWS_REGION;
    await expectFault(1, 'Region is missing', 'reconcile', ...STACK);
  });

  test('neither a stack nor the local gateway, or both', async () => {
    await expectFault(2, 'name a deployed stack, --stack <name>, or the local gateway, --local', 'reconcile');
    await expectFault(
      2,
      /'--stack <name>' cannot be used with option '--local \[url\]'/,
      'reconcile',
      '--local',
      ...STACK,
    );
    await expectFault(2, /'--region <region>' cannot be used/, 'reconcile', '--local', '--region', 'eu-west-1');
  });

  test('a local gateway that is not there, or is none', async () => {
    await expectFault(
      1,
      /^cdk-paywall: no local gateway answers at http:\/\/127\.0\.0\.1:1: start it/,
      'reconcile',
      '--local',
      'http://127.0.0.1:1',
    );
    const url = aws.environment.AWS_ENDPOINT_URL ?? '';
    await expectFault(1, /is no local gateway of this version: it says 400$/, 'reconcile', '--local', url);
  });

  test('an argument that was taken for the gateway’s URL', async () => {
    await expectFault(
      2,
      /argument 'ada' is invalid\. .* Put --local behind the arguments\.$/,
      'ledger',
      '--local',
      'ada',
    );
  });
});

test.each([[['ledgr']], [['webhook', 'reply']], [['ledger']], [['ledger', 'ada', '--nope']]])(
  'what is not understood is one line, and exit code 2: %j',
  async (args) => {
    await expectFault(2, /^cdk-paywall: (unknown (command|option) '|missing required argument 'customer')/, ...args);
  },
);

test('help is what was asked for; without a command it is what was not', async () => {
  const { exitCode, out } = await cli('--help');
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/dev \[options\][\s\S]*Exit codes: 0 done, 1 failed, 2 /)]);
  expect(await cli()).toMatchObject({ exitCode: 2, out: '' });
});
