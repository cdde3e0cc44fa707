import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { FaultRule } from '../../../local/faults/fault';
import type { Customer } from '../customer';
import { everyAnswer } from '../paid-api';
import { BadDay, withoutWaiting } from './bad-day';

const PATIENCE = 60_000;

let day: BadDay;
let secrets: SecretsManagerClient;
let secretKey: string;
let webhookSecret: string;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    everyAnswer(app);
    withoutWaiting(app);
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  secrets = new SecretsManagerClient({ endpoint: day.api.server.secretsUrl, region: 'us-east-1', credentials });
  const [paywall] = day.api.server.paywalls;
  [secretKey, webhookSecret] = [String(paywall?.stripeSecretKeyArn), String(paywall?.webhookSecretArn)];
}, PATIENCE);

beforeEach(() => forget());

afterEach(() => day.faults.clear());

afterAll(async () => {
  secrets.destroy();
  await day.end();
});

/** Past the time for which functions keep what they have read. */
async function forget(): Promise<void> {
  await day.stripe.pull('clock?advance=301');
}

async function textOf(SecretId: string): Promise<string> {
  return (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
}

async function put(SecretId: string, SecretString: string): Promise<void> {
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

const checkout = (caller: Customer) => caller.send('POST', 'billing/checkout', { topUp: '100' });

/** What has been paid, and was not brought yet. */
async function paid(rule?: FaultRule) {
  const { customer, caller } = await day.customer();
  const { body } = await checkout(caller);
  await forget();
  const active = rule === undefined ? undefined : day.faults.add(rule);
  await caller.pressPay(body.url);
  return { customer, caller, active };
}

const credits = async (customer: string) => (await day.api.balanceOf(customer))?.credits;

test.each([
  ['is away', { kind: 'reset' }],
  ['throttles', { kind: 'throttled' }],
  ['has lost the secrets', { kind: 'error', status: 400, type: 'ResourceNotFoundException' }],
  ['does not let them be read', { kind: 'error', status: 400, type: 'AccessDeniedException' }],
] as const)(
  'while Secrets Manager %s, nothing is sold, calls are served, and events wait for it',
  async (_, fault) => {
    const { customer, caller, active } = await paid({ boundary: 'secretsmanager', fault });
    expect(await checkout(caller)).toMatchObject({ status: 500, body: { title: 'Internal Server Error' } });
    expect((await caller.call()).status).toBe(200);
    expect(await credits(customer)).toBe(0);
    // The operator is told by the log which secret it is; and the caller is not.
    for (const [what, arn] of [
      ['a webhook could not be processed', webhookSecret],
      ['a billing request failed', secretKey],
    ] as const) {
      expect(day.logged.some((line) => line.includes(what) && line.includes(arn))).toBe(true);
    }
    active?.lift();
    await day.delivered();
    expect(await credits(customer)).toBe(100);
    expect((await checkout(caller)).status).toBe(201);
  },
  PATIENCE,
);

test(
  'a webhook secret that does not fit refuses events, which come again and are taken seconds after the right one is there',
  async () => {
    const right = await textOf(webhookSecret);
    await put(webhookSecret, 'whsec_another');
    const { customer } = await paid();
    const deliveries = day.api.server.stripe?.deliveries() ?? [];
    expect(deliveries.some(({ lastStatus, state }) => lastStatus === 400 && state === 'pending')).toBe(true);
    expect(await credits(customer)).toBe(0);
    await put(webhookSecret, `whsec_newer ${right}`);
    await day.delivered();
    expect(await credits(customer)).toBe(100);
    await put(webhookSecret, right);
  },
  PATIENCE,
);

test(
  'a secret key that Stripe takes no more fails billing and no call, until the new one is read',
  async () => {
    const right = await textOf(secretKey);
    const { caller } = await day.customer();
    await put(secretKey, 'sk_test_withdrawn');
    await forget();
    expect((await checkout(caller)).status).toBe(500);
    expect((await caller.call()).status).toBe(200);
    expect(day.logged.join('\n')).not.toContain('sk_test_withdrawn');
    await put(secretKey, right);
    await forget();
    expect((await checkout(caller)).status).toBe(201);
  },
  PATIENCE,
);
