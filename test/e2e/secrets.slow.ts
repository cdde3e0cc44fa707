import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { openTarget, type Target } from '../../cli/target';
import { FailurePolicy, Identity, Metering, Plan, Price, Quota, SignUp } from '../../lib';
import type { LocalStacks } from '../../local/local-stacks';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { Customer } from './customer';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

/**
 * Every function is made to do what it is there for, and to fail; and then nothing that it has printed, which is its logs and its metrics, and
 * nothing that is kept, holds a key, an e-mail address or a secret.
 */
const EMAIL = 'ada@example.com';
const FOREIGN_KEY = 'aBcDeFgHiJ0123456789aBcDeFgHiJ0123456789';
const KEY = /pw_(?:live|test)_[0-9A-Za-z]{20,}/;
const STRIPE_SECRET = /(?:sk|rk)_(?:live|test)_\w+|whsec_\w+/;
/** Of tokens, the first two parts of which are JSON. */
const TOKEN = /eyJ[\w-]+\.eyJ[\w-]+/;

let api: PaidApi;
let stripe: StripeSide;
let issuer: TestIssuer;
let operator: Target;
let dataDir: string;
const logged: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer();
  dataDir = mkdtempSync(join(tmpdir(), 'cdk-paywall-kept-'));
  api = await startPaidApi({ dataDir, log: (line) => logged.push(line) }, (app) =>
    everyAnswer(
      app,
      {
        plans: [
          Plan.free('free', { quota: Quota.perMonth(50) }),
          Plan.paid('pro', { quota: Quota.perMonth(1_000), price: Price.monthly(2900, 'usd') }),
        ],
        metering: Metering.exact(),
        failurePolicy: FailurePolicy.open({ callsPerMinute: 1 }),
        signUp: SignUp.open(),
        identities: [
          Identity.apiKeys({ imported: true }),
          Identity.jwt({ issuer: issuer.issuer, audience: ['paid-api'], customerClaim: 'email', planClaim: 'plan' }),
        ],
      },
      { routePlans: {} },
    ),
  );
  stripe = new StripeSide(api.server.stripe?.url ?? '');
  operator = await openTarget({ local: new URL(api.url).origin });
});

afterAll(async () => {
  await api.close();
  await issuer.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Invokes each of the app's functions with what none of them can do anything with. */
async function invokeAllWithNoise(secret: string): Promise<void> {
  const stacks = (await (await fetch(new URL('/_local/stacks', api.url))).json()) as LocalStacks;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new LambdaClient({ endpoint: stacks.LambdaEndpoint, region: 'us-east-1', credentials });
  const Payload = JSON.stringify({
    operation: 'createKey',
    body: secret,
    headers: { 'x-api-key': secret },
    Records: [{ body: secret }],
  });
  for (const { name } of api.server.app.functions) {
    await client.send(new InvokeCommand({ FunctionName: name, Payload }));
  }
  client.destroy();
}

test('nothing that is printed or kept holds a key, an address or a secret, whatever goes well or wrong', async () => {
  // GIVEN customers who have come in every way, and who call, pay, and keep their keys
  const buyer = await Customer.signUp(api.url, stripe, 'pro');
  const { body: opened } = await buyer.send('POST', 'billing/sign-up');
  const guest = Customer.withKey(api.url, stripe, opened.apiKey);
  const { body: second } = await guest.send('POST', 'billing/keys', { name: 'second' });
  await guest.send('POST', `billing/keys/${second.id}/rotate`, { overlap: 60 });
  await guest.send('DELETE', `billing/keys/${second.id}`);
  await guest.send('POST', 'billing/keys', { name: guest.apiKey });
  await guest.send('GET', `items/1?api_key=${guest.apiKey}`);
  const token = issuer.token({ email: EMAIL, plan: 'gold' });
  const user = Customer.withKey(api.url, stripe, token);
  expect((await fetch(new URL('items/1', api.url), { headers: { Authorization: `Bearer ${token}` } })).status).toBe(
    200,
  );
  await user.send('GET', 'billing/usage');
  await fetch(new URL('reported?units=3', api.url), { headers: { 'x-api-key': buyer.apiKey } });
  await fetch(new URL('items/1?status=500', api.url), { headers: { 'x-api-key': buyer.apiKey } });

  // AND an operator who imports, and sees to customers and keys
  const hash = createHash('sha256').update(FOREIGN_KEY).digest('base64url');
  const by = 'ada';
  expect(await operator.operate('import', { rows: [{ hash, name: 'old' }], by })).toMatchObject({
    rows: [{ outcome: 'imported' }],
  });
  expect((await fetch(new URL('items/1', api.url), { headers: { 'x-api-key': FOREIGN_KEY } })).status).toBe(200);
  const made = await operator.operate('open', { name: 'first', by });
  const { customer } = made;
  const created = await operator.operate('createKey', { customer, name: 'second', by });
  await operator.operate('rotateKey', { customer, keyId: created.key.id, overlap: 60, by });
  await operator.operate('revokeKey', { customer, keyId: created.key.id, now: true, by });
  await operator.operate('suspend', { customer, reason: 'abuse', by });
  await operator.operate('grant', { customer, units: 5, reason: 'outage', by, id: 'grant-1' });
  await operator.reconcile();
  // AND a renewal that fails, and one of which the bank wants its money back
  await stripe.pull(`customers/${await buyer.atStripe()}/card?outcome=failed`);
  await stripe.advance(32 * 86_400);

  // (what is looked for is what there is)
  expect([KEY.test(made.apiKey), TOKEN.test(token), STRIPE_SECRET.test('sk_test_local')]).toEqual([true, true, true]);

  // AND functions of which each is asked what it cannot do, with a key in it
  await invokeAllWithNoise(made.apiKey);
  const kept = keptText();

  // AND a store that cannot answer, when a call is to be given back and a subscription renewed
  await fetch(new URL('items/1?status=500', api.url), { headers: { 'x-api-key': opened.apiKey } });
  await api.breakStore();
  await stripe.pull('clock?advance=86400');
  expect((await buyer.call()).status).toBe(503);
  expect((await guest.send('GET', 'billing/keys')).status).toBe(500);
  await expect(operator.operate('customer', { customer })).rejects.toThrow();
  await expect(operator.operate('import', { rows: [{ hash, name: 'old' }], by })).rejects.toThrow();
  await invokeAllWithNoise(made.apiKey);

  // THEN each has printed that it could not
  const failures = [
    'a call could not be metered',
    'a billing request failed',
    'an operation failed',
    'a webhook could not be processed',
    'an event could not be processed',
    'calls could not be settled',
  ];
  const unprinted = () => failures.filter((failure) => !logged.some((line) => line.includes(failure)));
  for (let waited = 0; unprinted().length > 0 && waited < 30; waited++) {
    await sleep(500);
  }
  expect(unprinted()).toEqual([]);
  // AND none of it, nor anything that is kept, has what nobody is to read
  expect(kept.length).toBeGreaterThan(10_000);
  for (const [what, secret] of Object.entries({
    KEY,
    EMAIL: new RegExp(EMAIL),
    FOREIGN: new RegExp(FOREIGN_KEY),
    TOKEN,
    STRIPE_SECRET,
  })) {
    expect([what, logged.filter((line) => secret.test(line))]).toEqual([what, []]);
    expect([what, kept.match(secret)?.[0]]).toEqual([what, undefined]);
  }
}, 120_000);

/** All that the store keeps. What Stripe's stand-in keeps is Stripe's, and secrets are Secrets Manager's. */
function keptText(): string {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const ofStore = files.filter(({ parentPath, name }) => !/stripe|secret/i.test(join(parentPath, name)));
  return ofStore.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n');
}
