import { readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type DevServer, startDevServer } from '../../local/dev-server';
import { synth } from '../../local/template/synth';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { startStandInProvider } from '../support/model-provider';
import { Customer } from './customer';
import { StripeSide } from './stripe-side';

const EXAMPLES = resolve(__dirname, '../../examples');

interface Served {
  /** Where each API is, in their order, with a slash at the end. */
  readonly urls: readonly string[];
  readonly stripe: StripeSide;
  readonly server: DevServer;
}

const ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) {
    await end();
  }
});

/** Synthesizes an example as `cdk-paywall dev` does, in a process of its own, and serves it. */
async function serve(name: string, environment: Record<string, string> = {}): Promise<Served> {
  const output = join(EXAMPLES, name, 'cdk.out', 'test');
  Object.assign(process.env, environment);
  ending.push(() => rmSync(output, { recursive: true, force: true }));
  const assemblyDir = await synth({ dir: join(EXAMPLES, name), output });
  const server: DevServer = await startDevServer({ assemblyDir, port: 0, log: () => undefined });
  ending.push(() => server.close());
  expect(server.app.unserved).toEqual([]);
  return { urls: server.apis.map(({ url }) => url), stripe: new StripeSide(server.stripe?.url ?? ''), server };
}

/** Calls until the answer is another than 200, by a customer's key or by a token. */
async function callUntilRefused(url: string, headers: Record<string, string>, method = 'GET') {
  for (let served = 0; ; served++) {
    const response = await fetch(url, { method, headers: { Accept: 'application/json', ...headers } });
    if (response.status === 200) {
      await response.text();
    } else if (response.status === 429) {
      await sleep(1_000);
      served--;
    } else {
      return { served, status: response.status, body: (await response.json()) as Record<string, string> };
    }
  }
}

async function statusOf(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const response = await fetch(url, { method, headers });
  await response.text();
  return response.status;
}

test('every example is tried here, and is in the list', () => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(TRIED);
});

const TRIED = ['ai-gateway', 'existing-lambda-api', 'jwt-customers', 'top-up-only', 'two-apis'];

test('existing-lambda-api: the function is asked as before, and knows who calls', async () => {
  const { urls, stripe } = await serve('existing-lambda-api');
  const [url = ''] = urls;
  const customer = await Customer.signUp(url, stripe, 'free');
  const first = await customer.send('GET', 'any/path');
  expect(first.body).toMatchObject({ path: '/any/path', plan: 'free', customer: expect.any(String) });
  expect((await customer.send('POST', 'any/path')).status).toBe(200);
  const key = { 'x-api-key': customer.apiKey };
  // Twenty units a day, of which three are spent.
  expect(await callUntilRefused(`${url}x`, key)).toMatchObject({ served: 17, status: 402 });
  await customer.buy({ plan: 'pro' });
  expect(await statusOf(`${url}x`, key)).toBe(200);
});

test('top-up-only: ten calls to try it, and then what was bought', async () => {
  const upstream: Server = createServer((_, response) => response.end('{"text": "hallo"}'));
  await new Promise<void>((listening) => upstream.listen(0, '127.0.0.1', listening));
  ending.push(() => upstream.close());
  const { port } = upstream.address() as AddressInfo;
  const { urls, stripe } = await serve('top-up-only', { UPSTREAM: `http://127.0.0.1:${port}` });
  const [url = ''] = urls;
  const customer = await Customer.signUp(url, stripe, 'prepaid');
  const key = { 'x-api-key': customer.apiKey };
  const refusal = await callUntilRefused(`${url}translate`, key, 'POST');
  expect(refusal).toMatchObject({ served: 10, status: 402, body: { plan: 'prepaid', reason: 'quota_exhausted' } });
  await customer.buy({ topUp: 'small' });
  expect(await statusOf(`${url}translate`, key, 'POST')).toBe(200);
});

test('jwt-customers: all of a tenant spend from one balance, and pay for it', async () => {
  const issuer: TestIssuer = await startIssuer();
  ending.push(() => issuer.close());
  const { urls, stripe } = await serve('jwt-customers', { ISSUER: issuer.issuer });
  const [url = ''] = urls;
  const tokenOf = (sub: string) => issuer.token({ sub, aud: 'reports', tenant: 'acme' });
  const [ada, bob] = [tokenOf('ada'), tokenOf('bob')].map((token) => ({ Authorization: `Bearer ${token}` }));
  expect(await callUntilRefused(`${url}reports`, { ...ada })).toMatchObject({ served: 25, status: 402 });
  const refusal = await callUntilRefused(`${url}reports`, { ...bob });
  expect(refusal).toMatchObject({ served: 0, status: 402 });
  const payer = Customer.withKey(url, stripe, '');
  const link = await payer.send('GET', String(refusal.body.checkoutUrl));
  await payer.pay(link.location);
  expect(await statusOf(`${url}reports`, { ...ada })).toBe(200);
});

test('two-apis: a key opens both, and what one spends is missing in the other', async () => {
  const { urls, stripe } = await serve('two-apis');
  const [maps = '', routes = ''] = urls;
  const customer = await Customer.signUp(maps, stripe, 'free');
  const key = { 'x-api-key': customer.apiKey };
  // Sixty units, and ten a route.
  expect(await statusOf(`${routes}route`, key)).toBe(200);
  expect(await callUntilRefused(`${maps}tiles`, key)).toMatchObject({ served: 50, status: 402 });
  expect(await statusOf(`${routes}route`, key)).toBe(402);
  await customer.buy({ topUp: '10k' });
  expect(await statusOf(`${routes}route`, key)).toBe(200);
  expect(await statusOf(`${maps}tiles`, key)).toBe(200);
});

test('ai-gateway: a chat costs its tokens, and the larger model is for who pays', async () => {
  const provider = await startStandInProvider();
  ending.push(() => provider.close());
  const { urls, stripe, server } = await serve('ai-gateway', { OPENAI_BASE_URL: `${provider.url}/v1` });
  const secrets = new SecretsManagerClient({
    endpoint: server.secretsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const key = server.app.secrets.find(({ name }) => name.includes('ProviderKey'));
  await secrets.send(new PutSecretValueCommand({ SecretId: key?.arn, SecretString: 'sk-provider' }));
  const [url = ''] = urls;
  const customer = await Customer.signUp(url, stripe, 'free');
  const chat = async (model: string) => {
    const response = await fetch(`${url}v1/chat/completions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${customer.apiKey}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'one two three four five' }] }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  provider.next({ words: 2_000 });
  expect(await chat('default')).toMatchObject({ status: 200, body: { usage: { completion_tokens: 2_000 } } });
  const { input = 0 } = provider.requests[0] ?? {};
  const units = Math.ceil((input * 2_500 + 2_000 * 20_000) / 1_000_000);
  await expect(eventually(async () => (await customer.usage()).remaining, 500 - units)).resolves.toBe(500 - units);
  expect(await chat('gpt-5')).toMatchObject({ status: 402, body: { reason: 'route_not_in_plan' } });
  await customer.buy({ plan: 'pro' });
  expect((await chat('gpt-5')).status).toBe(200);
});

/** What is read, once it is what it should be, or has stayed otherwise for too long. */
async function eventually<T>(read: () => Promise<T>, expected: T): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await read();
    if (found === expected || Date.now() > deadline) {
      return found;
    }
    await sleep(100);
  }
}
