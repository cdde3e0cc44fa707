import type { CustomerAnswer, CustomerState, KeyLine, ListedCustomer } from '../../lib/private/operations';
import { Tool } from './tool';

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

const LISTED: ListedCustomer = { ...STATE, createdAt: '2026-11-01T12:00:00.000Z' };

const KEY: KeyLine = {
  id: 'a1B2c3',
  name: 'laptop',
  createdAt: '2026-11-23T12:00:00.000Z',
  expiresAt: null,
  revokedAt: null,
  active: true,
};

const SECRET = `pw_test_${'a'.repeat(53)}`;

let tool: Tool;

beforeAll(async () => {
  tool = await Tool.start();
});

afterAll(() => tool.close());

beforeEach(() => {
  tool.asked();
  tool.answer = () => 'not expected';
});

const operator = expect.stringMatching(/./);

describe('customers list', () => {
  test('shows some, and how the next are asked for', async () => {
    const grace = { ...LISTED, customer: 'bob', standing: 'grace', graceEndsAt: '2026-11-26T00:00:00.000Z' } as const;
    const unlimited = { ...LISTED, customer: 'eve', limit: null, included: null, createdAt: null };
    tool.answer = () => ({ answer: { customers: [LISTED, grace, unlimited], after: 'eve' } });
    const { exitCode, out } = await tool.run('customers', 'list', '--limit', '3', '--after', 'abe');
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'customer  plan  included  credits  created (UTC)        standing',
      'ada       pro      9,990      500  2026-11-01 12:00:00  active',
      'bob       pro      9,990      500  2026-11-01 12:00:00  grace, until 2026-11-26 00:00:00 UTC',
      'eve       pro   no limit      500                       active',
      '',
      'there are more: --after eve',
    ]);
    expect(tool.asked()).toEqual([{ operation: 'customers', limit: 3, after: 'abe' }]);
  });

  test('says so where there are none, and is a document for machines', async () => {
    const answer = { customers: [], after: null };
    tool.answer = () => ({ answer });
    expect((await tool.run('customers', 'list')).out).toBe('no customers');
    expect(JSON.parse((await tool.run('customers', 'list', '--json')).out)).toEqual(answer);
    expect(tool.asked()[0]).toEqual({ operation: 'customers', limit: 50 });
  });
});

describe('customers show', () => {
  const answer: CustomerAnswer = {
    ...LISTED,
    stripeCustomer: 'cus_1',
    subscription: 'sub_1',
    keys: [KEY],
    history: [
      { date: '2026-11-22', units: 1_200, routes: { 'GET /items/{id}': 200, 'POST /search': 1_000 } },
      { date: '2026-11-23', units: 3, routes: { 'GET /items/{id}': 3 } },
    ],
    changes: [
      {
        at: '2026-11-23T12:00:00.000Z',
        who: 'operator bob',
        from: 'cli',
        what: 'customer.suspended',
        details: { reason: 'abuse' },
        outcome: null,
      },
    ],
  };

  test('tells all there is to know', async () => {
    tool.answer = () => ({ answer });
    const { out } = await tool.run('customers', 'show', 'ada');
    expect(out.split('\n').slice(7)).toEqual([
      'created   2026-11-01 12:00:00 UTC',
      'Stripe    cus_1, sub_1',
      '',
      'key     created (UTC)        state   name',
      'a1B2c3  2026-11-23 12:00:00  active  laptop',
      '',
      'day (UTC)   units  of that',
      '2026-11-22  1,200  POST /search: 1,000, GET /items/{id}: 200',
      '2026-11-23      3  GET /items/{id}: 3',
      '',
      'time (UTC)           who           from  what                outcome    details',
      '2026-11-23 12:00:00  operator bob  cli   customer.suspended  not known  reason=abuse',
    ]);
    expect(tool.asked()).toEqual([{ operation: 'customer', customer: 'ada' }]);
  });

  test('tells what a suspension gives way to, and what is not there', async () => {
    const bare = { stripeCustomer: null, subscription: null, createdAt: null, keys: [], history: [], changes: [] };
    const standing = { standing: 'suspended', graceEndsAt: '2026-11-26T00:00:00.000Z' } as const;
    tool.answer = () => ({ answer: { ...answer, ...bare, ...standing } });
    const { out } = await tool.run('customers', 'show', 'ada');
    expect(out).toContain('standing  suspended, then grace, until 2026-11-26 00:00:00 UTC\n');
    expect(out).toMatch(
      /\ncreated +unknown\nStripe +unknown there\n\nno keys\n\nnothing used in the last 30 days\n\nno changes$/,
    );
  });
});

describe('customers suspend, resume and move', () => {
  test('say what has become of him, and send who asks for it', async () => {
    tool.answer = () => ({ answer: { ...STATE, outcome: 'applied' } });
    const first = async (...args: string[]) => (await tool.run('customers', ...args)).out.split('\n')[0];
    expect(await first('suspend', 'ada', '--reason', 'abuse', '--by', 'bob')).toBe('ada is suspended');
    expect(await first('resume', 'ada')).toBe('ada is served again');
    expect(await first('move', 'ada', '--plan', 'pro', '--id', 'x1')).toBe('ada is on plan pro');
    expect(await first('move', 'ada', '--plan', 'pro', '--force')).toBe('ada is on plan pro');
    expect(tool.asked()).toEqual([
      { operation: 'suspend', customer: 'ada', reason: 'abuse', by: 'bob' },
      { operation: 'resume', customer: 'ada', by: operator },
      { operation: 'move', customer: 'ada', plan: 'pro', force: false, by: operator, id: 'x1' },
      { operation: 'move', customer: 'ada', plan: 'pro', force: true, by: operator, id: operator },
    ]);
    tool.answer = () => ({ answer: { ...STATE, outcome: 'unchanged' } });
    expect(await first('suspend', 'ada', '--reason', 'abuse')).toBe('ada was suspended already');
    expect(await first('resume', 'ada')).toBe('ada is not suspended');
    expect(await first('move', 'ada', '--plan', 'pro')).toBe('ada was moved before: nothing has changed');
  });

  test('what is refused is one line; a move tells how it is tried again', async () => {
    tool.answer = () => ({ refused: 'there is no plan "gold"' });
    const { exitCode, out, err } = await tool.run('customers', 'move', 'ada', '--plan', 'gold', '--id', 'x1');
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toEqual(['cdk-paywall: there is no plan "gold" (to try again without moving twice, add --id x1)']);
  });

  test('need a reason, a plan, and an id that is one', async () => {
    for (const [args, line] of [
      [['suspend', 'ada'], /required option '--reason <text>'/],
      [['move', 'ada'], /required option '--plan <plan>'/],
      [['move', 'ada', '--plan', 'pro', '--id', 'a#b'], /It must be 1 to 64 letters/],
    ] as const) {
      expect(await tool.run('customers', ...args)).toMatchObject({ exitCode: 2, err: [expect.stringMatching(line)] });
    }
  });
});

describe('keys', () => {
  test('are printed once, alone on standard output, with a sentence beside', async () => {
    tool.answer = () => ({ answer: { ...STATE, customer: 'ada', key: KEY, apiKey: SECRET } });
    const shown = 'its text is shown this once';
    expect(await tool.run('customers', 'create', '--plan', 'pro')).toEqual({
      exitCode: 0,
      out: SECRET,
      err: [`customer ada on plan pro, key a1B2c3: ${shown}`],
    });
    expect(await tool.run('keys', 'create', 'ada', '--name', 'laptop', '--expires', '90d')).toEqual({
      exitCode: 0,
      out: SECRET,
      err: [`key a1B2c3 of customer ada: ${shown}`],
    });
    expect(await tool.run('keys', 'rotate', 'ada', 'old001', '--overlap', '0s')).toEqual({
      exitCode: 0,
      out: SECRET,
      err: [`key a1B2c3 in place of old001, which is served no more: ${shown}`],
    });
    expect((await tool.run('keys', 'rotate', 'ada', 'old001')).err).toEqual([
      `key a1B2c3 in place of old001, which is served for 86,400 seconds yet: ${shown}`,
    ]);
    expect(tool.asked()).toEqual([
      { operation: 'open', plan: 'pro', name: 'first key', by: operator },
      { operation: 'createKey', customer: 'ada', name: 'laptop', lifetime: 90 * 86_400, by: operator },
      { operation: 'rotateKey', customer: 'ada', keyId: 'old001', overlap: 0, by: operator },
      { operation: 'rotateKey', customer: 'ada', keyId: 'old001', overlap: 86_400, by: operator },
    ]);
  });

  test('are a document for machines, and nothing beside', async () => {
    tool.answer = () => ({ answer: { customer: 'ada', key: KEY, apiKey: SECRET } });
    const { out, err } = await tool.run('keys', 'create', 'ada', '--name', 'laptop', '--json');
    expect([JSON.parse(out), err]).toEqual([{ customer: 'ada', key: KEY, apiKey: SECRET }, []]);
  });

  test('are listed with what has become of each', async () => {
    const revokedAt = '2026-11-24T00:00:00.000Z';
    const keys = [
      KEY,
      { ...KEY, id: 'a1B2c4', expiresAt: revokedAt },
      { ...KEY, id: 'a1B2c5', expiresAt: revokedAt, active: false },
      { ...KEY, id: 'a1B2c6', revokedAt, active: false },
    ];
    tool.answer = () => ({ answer: { customer: 'ada', keys } });
    expect((await tool.run('keys', 'list', 'ada')).out.split('\n')).toEqual([
      'key     created (UTC)        state                        name',
      'a1B2c3  2026-11-23 12:00:00  active                       laptop',
      'a1B2c4  2026-11-23 12:00:00  until 2026-11-24 00:00:00    laptop',
      'a1B2c5  2026-11-23 12:00:00  expired 2026-11-24 00:00:00  laptop',
      'a1B2c6  2026-11-23 12:00:00  revoked 2026-11-24 00:00:00  laptop',
    ]);
  });

  test('are revoked, and it is said for whom that holds', async () => {
    const answer = { customer: 'ada', keyId: 'a1B2c3', outcome: 'applied', everywhere: false };
    tool.answer = ({ now }) => ({ answer: { ...answer, everywhere: now } });
    const revoked = 'key a1B2c3 of customer ada is revoked';
    expect((await tool.run('keys', 'revoke', 'ada', 'a1B2c3')).out).toBe(
      `${revoked}: a busy caller is refused once his lease has ended`,
    );
    expect((await tool.run('keys', 'revoke', 'ada', 'a1B2c3', '--now')).out).toBe(
      `${revoked}: it is refused everywhere`,
    );
    expect(tool.asked().map(({ now }) => now)).toEqual([false, true]);
  });

  test.each([
    [['create', 'ada'], /required option '--name <name>'/],
    [
      ['create', 'ada', '--name', 'x', '--expires', '90'],
      /It must be a time such as 90d, 24h, 30m or 60s, of at most 3650d/,
    ],
    [['create', 'ada', '--name', 'x', '--expires', '3651d'], /It must be a time/],
    [['rotate', 'ada', 'k', '--overlap', '-1h'], /It must be a time .* of at most 90d/],
    [['revoke', 'ada'], /missing required argument 'key'/],
  ])('%j is not understood', async (args, line) => {
    expect(await tool.run('keys', ...args)).toMatchObject({ exitCode: 2, out: '', err: [expect.stringMatching(line)] });
    expect(tool.asked()).toEqual([]);
  });
});
