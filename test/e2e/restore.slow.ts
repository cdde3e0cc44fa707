import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './built-tool';
import { Customer } from './customer';
import { type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

let dataDir: string;
let api: PaidApi | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cdk-paywall-restore-'));
});

afterEach(async () => {
  await api?.close();
  rmSync(dataDir, { recursive: true });
});

const start = async () => {
  api = await startPaidApi({ dataDir });
  return { api, stripe: new StripeSide(api.server.stripe?.url ?? '') };
};

/** The table as it was at a moment; Stripe forgets nothing. */
const table = () => join(dataDir, 'dynamodb');
const backup = () => join(dataDir, 'backup');

test('after a restore, `reconcile` brings every payment since, and `keys create` who has signed up since', async () => {
  // GIVEN a customer from before the point in time
  const first = await start();
  const ada = await Customer.signUp(first.api.url, first.stripe, 'free');
  const { remaining: before } = await ada.usage();
  await first.api.close();
  cpSync(table(), backup(), { recursive: true });
  // AND a purchase, some calls and a sign-up after it
  const second = await start();
  const later = Customer.withKey(second.api.url, second.stripe, ada.apiKey);
  await later.buy({ topUp: '100' });
  await later.call();
  const bob = await Customer.signUp(second.api.url, second.stripe, 'free');
  await second.api.close();
  // WHEN the table is as it was
  rmSync(table(), { recursive: true });
  cpSync(backup(), table(), { recursive: true });
  const third = await start();
  const local = ['--local', new URL(third.api.url).origin];
  const adaAgain = Customer.withKey(third.api.url, third.stripe, ada.apiKey);
  expect((await adaAgain.usage()).remaining).toBe(before);
  const { code, stdout } = await runTool('reconcile', ...local, '--json');
  // THEN the purchase is there, and the calls since the point in time are not
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ failed: 0 });
  expect(JSON.parse(stdout).missed).toBeGreaterThan(0);
  expect((await adaAgain.usage()).remaining).toBe(before + 100);
  // AND who has signed up since is a customer again, found by his Checkout Session, whose key is not
  const bobAgain = Customer.withKey(third.api.url, third.stripe, bob.apiKey);
  expect(await bobAgain.call()).toMatchObject({ status: 401 });
  const listed = JSON.parse((await runTool('customers', 'list', ...local, '--json')).stdout);
  expect(listed.customers).toHaveLength(2);
  const { data: sessions } = await third.stripe.api.checkout.sessions.list({ limit: 1 });
  const keyFor = ['keys', 'create', sessions[0]?.metadata?.customer ?? '', '--name', 'after the restore'];
  const { stdout: created, stderr } = await runTool(...keyFor, ...local, '--json');
  expect(stderr).toBe('');
  const made = JSON.parse(created);
  expect(await Customer.withKey(third.api.url, third.stripe, made.apiKey).call()).toMatchObject({ status: 200 });
  // AND nothing is brought twice
  const again = JSON.parse((await runTool('reconcile', ...local, '--json')).stdout);
  expect(again).toMatchObject({ missed: 0, failed: 0 });
  expect((await adaAgain.usage()).remaining).toBe(before + 100);
}, 120_000);
