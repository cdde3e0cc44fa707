import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Identity, Metering } from '../../lib';
import type { CustomerAnswer, KeysAnswer } from '../../lib/private/operations';
import { runTool } from './built-tool';
import { Customer } from './customer';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

/** As API Gateway makes them. */
const FOREIGN_KEY = 'aBcDeFgHiJ0123456789aBcDeFgHiJ0123456789';

let api: PaidApi;
let stripe: StripeSide;
let folder: string;

beforeAll(async () => {
  const metering = Metering.leased({ maxLife: Duration.seconds(60) });
  api = await startPaidApi({}, (app) =>
    everyAnswer(app, { metering, identities: [Identity.apiKeys({ imported: true })] }),
  );
  stripe = new StripeSide(api.server.stripe?.url ?? '');
  folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-import-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await api.close();
});

/** Runs the built tool against the local gateway. */
const cli = (...args: string[]) => runTool(...args, '--local', new URL(api.url).origin);

/** What a command that does all that it is asked for answers to machines. */
async function answer<Answer>(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const callerWith = (apiKey: string) => Customer.withKey(api.url, stripe, apiKey);

/** Calls until an environment of the authorizer holds units in advance. */
async function keepBusy(caller: Customer): Promise<void> {
  for (let count = 0; count < 60; count++) {
    expect((await caller.call()).status).toBe(200);
  }
}

test('a customer is made, suspended, resumed and moved, and each is so for the next call', async () => {
  // GIVEN a customer whom an operator makes
  const made = await cli('customers', 'create', '--name', 'laptop', '--by', 'ada');
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^pw_test_\w+\n$/);
  const [, customer = ''] = /^customer (\w{14}) on plan free, key \w{6}: /.exec(made.stderr) ?? [];
  const caller = callerWith(made.stdout.trim());
  expect((await caller.call()).status).toBe(200);

  // THEN he is refused while he is suspended, and it does not look like something to be paid
  expect((await cli('customers', 'suspend', customer, '--reason', 'abuse', '--by', 'ada')).code).toBe(0);
  expect(await caller.call()).toMatchObject({ status: 403, checkoutUrl: undefined });
  expect((await cli('customers', 'resume', customer)).stdout).toMatch(new RegExp(`^${customer} is served again\n`));
  expect((await caller.call()).status).toBe(200);

  // AND he has his new plan with the key that he has
  expect((await caller.send('GET', 'pro')).status).toBe(402);
  expect((await cli('customers', 'move', customer, '--plan', 'pro')).code).toBe(0);
  expect((await caller.send('GET', 'pro')).status).toBe(200);
  const unknown = await cli('customers', 'move', customer, '--plan', 'gold', '--id', '1');
  expect(unknown).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^cdk-paywall: there is no plan "gold": the plans are free, .*pro \(to try again/),
  });

  // AND all of it is written down
  const shown = await answer<CustomerAnswer>('customers', 'show', customer);
  expect(shown.history.flatMap(({ routes }) => Object.keys(routes))).toContain('GET /pro');
  expect(shown.changes.map(({ who, from, what, outcome }) => [who, from, what, outcome])).toEqual([
    [expect.stringMatching(/^operator ./), 'cli', 'customer.moved', 'applied'],
    [expect.stringMatching(/^operator ./), 'cli', 'customer.resumed', 'applied'],
    ['operator ada', 'cli', 'customer.suspended', 'applied'],
    ['operator ada', 'cli', 'key.created', 'added'],
    ['operator ada', 'cli', 'customer.created', 'created'],
  ]);
  expect((await cli('customers', 'show', customer)).stdout).toMatch(/customer\.suspended +applied +reason=abuse\n/);
  expect((await cli('customers', 'list')).stdout).toContain(`${customer}  pro`);
});

test('a customer with a subscription is moved at Stripe', async () => {
  const caller = await Customer.signUp(api.url, stripe, 'pro');
  const { customer } = await caller.usage();
  const refused = await cli('customers', 'move', customer, '--plan', 'free');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/comes from the subscription sub_\w+: /)]);
  expect((await cli('customers', 'move', customer, '--plan', 'free', '--force')).code).toBe(0);
  expect((await caller.send('GET', 'pro')).status).toBe(402);
});

test('a payment that fails while a customer is suspended is known when he is resumed', async () => {
  // GIVEN a subscriber who is suspended
  const caller = await Customer.signUp(api.url, stripe, 'pro');
  const { customer } = await caller.usage();
  await cli('customers', 'suspend', customer, '--reason', 'abuse');
  // WHEN his renewal fails
  await stripe.pull(`customers/${await caller.atStripe()}/card?outcome=failed`);
  await stripe.advance(32 * 86_400);
  // THEN he stays suspended
  expect((await caller.call()).status).toBe(403);
  const suspended = await answer<CustomerAnswer>('customers', 'show', customer);
  expect(suspended).toMatchObject({ standing: 'suspended', graceEndsAt: expect.any(String) });
  // AND is in the time of grace that was begun meanwhile afterwards
  const { graceEndsAt } = suspended;
  expect(await answer('customers', 'resume', customer)).toMatchObject({ standing: 'grace', graceEndsAt });
});

test('a revoked key is served from leased units for a while, and with --now by nobody', async () => {
  // GIVEN a busy customer with two keys
  const { customer, apiKey } = await api.addCustomer({ plan: 'pro', remaining: 100_000 });
  const created = await cli('keys', 'create', customer, '--name', 'server', '--expires', '90d');
  expect([created.code, created.stderr]).toEqual([0, expect.stringMatching(/^key \w{6} of customer \w{14}: /)]);
  const caller = callerWith(created.stdout.trim());
  const { keys } = await answer<KeysAnswer>('keys', 'list', customer);
  const keyId = keys.find(({ name }) => name === 'server')?.id ?? '';
  await keepBusy(caller);

  // WHEN the one is revoked
  const revoked = await cli('keys', 'revoke', customer, keyId);
  expect([revoked.code, revoked.stdout]).toEqual([
    0,
    expect.stringMatching(/is revoked: a busy caller is refused once/),
  ]);

  // THEN it is served by whoever has verified it, and no longer once these are gone
  expect((await caller.call()).status).toBe(200);
  const atOnce = await cli('keys', 'revoke', customer, keyId, '--now');
  expect([atOnce.code, atOnce.stdout]).toEqual([
    0,
    expect.stringMatching(/was revoked already: it is refused everywhere/),
  ]);
  expect((await caller.call()).status).toBe(401);

  // AND the other one goes on
  expect((await callerWith(apiKey).call()).status).toBe(200);
});

test('a key is rotated, and the old one is served until the overlap is over', async () => {
  const made = await cli('customers', 'create');
  const old = callerWith(made.stdout.trim());
  const [, customer = '', keyId = ''] = /^customer (\w+) .* key (\w+):/.exec(made.stderr) ?? [];
  const rotated = await cli('keys', 'rotate', customer, keyId, '--overlap', '1h');
  const next = callerWith(rotated.stdout.trim());
  expect([(await old.call()).status, (await next.call()).status]).toEqual([200, 200]);
  await stripe.advance(3_601);
  expect([(await old.call()).status, (await next.call()).status]).toEqual([401, 200]);
});

test('keys of plain usage plans are imported, called with, paid for, and revoked', async () => {
  // GIVEN a file as API Gateway takes it
  const [file, report] = [join(folder, 'keys.csv'), join(folder, 'refused.csv')];
  const rows = [
    'Name,key,description,Enabled,usageplanIds,customer,plan',
    `"Doe, Jane",${FOREIGN_KEY},"a key\r\nof two lines",TRUE,"c7y23b,glvrsr",,`,
    'short,abc123,,TRUE,,,',
    `again,${FOREIGN_KEY},,TRUE,,,`,
    'gone,zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz,,false,,,',
    'other,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy,,,,,gold',
  ];
  writeFileSync(file, `\ufeff${rows.join('\r\n')}\r\n`);
  const caller = callerWith(FOREIGN_KEY);
  expect((await caller.call()).status).toBe(401);

  // WHEN it is imported
  const imported = await cli('import', file, '--report', report);

  // THEN what was refused is told, without the keys
  expect(imported.stdout).toBe('rows           5\nimported       1\nthere already  0\nrefused        4\n');
  expect([imported.code, imported.stderr]).toEqual([1, `cdk-paywall: 4 rows of 5 refused: see ${report}\n`]);
  const refused = readFileSync(report, 'utf8');
  expect(refused.split('\n').sort()).toEqual([
    '',
    '4,,"its key is too short: 6 characters, and not 20"',
    '5,,"it has the key of line 2"',
    '6,,"it is disabled"',
    '7,,"there is no plan ""gold"": the plans are free, slow, coarse, pro"',
    'line,customer,reason',
  ]);
  expect(`${imported.stdout}${imported.stderr}${refused}`).not.toMatch(/aBcDeFgHiJ|zzzz|yyyy|abc123/);

  // AND the old key is a key, once nobody remembers it as one that was made up
  await stripe.advance(11);
  expect((await caller.call()).status).toBe(200);
  const { customer } = await caller.usage();
  const again = await cli('import', file);
  expect(again.stdout).toMatch(/^rows +5\nimported +0\nthere already +1\nrefused +4\n$/);
  expect(again.stderr).toMatch(/^line 4: its key is too short[\s\S]*line 7: there is no plan "gold"/);

  // AND its quota ends, is paid for by the link, and goes on with the same key
  let last = await caller.call();
  for (let count = 0; last.status === 200 && count < 60; count++) {
    last = await caller.call();
  }
  expect(last).toMatchObject({ status: 402, reason: 'quota_exhausted' });
  const link = await caller.send('GET', last.checkoutUrl);
  await caller.pay(link.location);
  expect((await caller.call()).status).toBe(200);

  // AND it is revoked as any other, which no further import undoes
  const { keys } = await answer<KeysAnswer>('keys', 'list', customer);
  expect(keys).toMatchObject([{ name: 'Doe, Jane', active: true }]);
  expect((await cli('keys', 'revoke', customer, keys[0]?.id ?? '', '--now')).code).toBe(0);
  expect((await caller.call()).status).toBe(401);
  expect((await cli('import', file)).stdout).toMatch(/there already +1\n/);
  expect((await caller.call()).status).toBe(401);
  const shown = await answer<CustomerAnswer>('customers', 'show', customer);
  expect(shown.changes.map(({ what }) => what)).toEqual(['authorizer.renewed', 'key.revoked', 'key.imported']);
}, 60_000);
