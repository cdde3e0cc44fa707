import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Challenge, Credential, Method, z } from 'mppx';
import { McpClient } from 'mppx/mcp/client';
import { paymentAuthorization, paymentChallenges } from '../../lambda/domain/mcp-payment.ts';
import { mcpApp } from '../e2e/mcp-app.ts';
import { startGateway } from './paid-api.mjs';

const BIN = join(import.meta.dirname, 'node_modules', '.bin');

const api = await startGateway(mcpApp);
const url = new URL('billing/mcp', api.url);

/** A client of the SDK's maintenance line, which most agents are built on. */
async function connect(apiKey, capabilities = {}) {
  const client = new Client({ name: 'oracle', version: '1' }, { capabilities });
  const headers = apiKey === undefined ? {} : { 'x-api-key': apiKey };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

async function pay(link) {
  const led = await fetch(link, { redirect: 'manual' });
  const body = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  const paid = await fetch(led.headers.get('location'), { method: 'POST', redirect: 'manual', body });
  assert.equal(paid.status, 303);
}

/** Asks until what was paid counts, as an agent would. */
async function credited(client) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { structuredContent } = await client.callTool({ name: 'get_payment_context', arguments: {} });
    if (structuredContent.remaining > 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('the payment has not come');
}

test('the v1 client, which shows no links, reads the refusal, and runs the request that was kept once it is paid', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const client = await connect(apiKey);
  const refused = await client.callTool({ name: 'getItem', arguments: { id: '1' } });
  assert.equal(refused.isError, true);
  assert.equal(refused.structuredContent.status, 402);
  await pay(refused.structuredContent.checkoutUrl);
  await credited(client);
  const { token } = refused.structuredContent.resume;
  const { structuredContent } = await client.callTool({ name: 'resume_request', arguments: { token } });
  assert.deepEqual([structuredContent.status, structuredContent.answer.status], ['used', 200]);
  await client.close();
});

test('the v1 client, which shows links, is told by its own error, and its call is served once it is paid', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const client = await connect(apiKey, { elicitation: { url: {} } });
  const call = () => client.callTool({ name: 'getItem', arguments: { id: '1' } });
  const error = await call().catch((reason) => reason);
  assert.equal(error.name, 'McpError');
  assert.equal(error.code, -32042);
  const [{ mode, url: link }] = error.elicitations;
  assert.equal(mode, 'url');
  await pay(link);
  await credited(client);
  const { structuredContent } = await call();
  assert.equal(structuredContent.status, 200);
  await client.close();
});

test('mppx leaves a refusal without a challenge as it is, so that others read it', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 0 });
  const charge = Method.toClient(
    Method.from({
      name: 'stripe',
      intent: 'charge',
      schema: { credential: { payload: z.object({ spt: z.string() }) }, request: z.object({ amount: z.string() }) },
    }),
    { createCredential: () => assert.fail('nothing was asked to be paid') },
  );
  const client = McpClient.wrap(await connect(apiKey), { methods: [charge] });
  const result = await client.callTool({ name: 'getItem', arguments: { id: '1' } });
  assert.equal(result.structuredContent.reason, 'quota_exhausted');
  await client.close();
});

test('challenges and credentials change their form between HTTP and MCP as mppx changes it', () => {
  const request = { amount: '500', currency: 'usd', methodDetails: { networkId: 'profile_1' } };
  const said = {
    id: 'c"1',
    realm: 'api',
    method: 'stripe',
    intent: 'charge',
    request,
    expires: '2030-01-01T00:00:00Z',
  };
  const challenge = Challenge.from({ ...said, description: 'One hundred units, at once' });
  const header = `Bearer realm="api", ${Challenge.serialize(challenge)}, ${Challenge.serialize({ ...challenge, id: 'c2' })}`;
  const read = paymentChallenges(header);
  assert.deepEqual(read, JSON.parse(JSON.stringify(Challenge.deserializeList(header))));
  assert.ok(read.every((each) => Challenge.Schema.safeParse(each).success));
  const credential = Credential.from({ challenge, payload: { spt: 'spt_1' } });
  assert.deepEqual(Credential.deserialize(paymentAuthorization(JSON.parse(JSON.stringify(credential)))), credential);
});

test('the inspector lists the tools, and calls one', async () => {
  const { apiKey } = await api.addCustomer();
  const header = `x-api-key: ${apiKey}`;
  const listed = await run('inspector', [
    '--cli',
    `${url}`,
    '--transport',
    'http',
    '--header',
    header,
    '--method',
    'tools/list',
  ]);
  const names = JSON.parse(listed).tools.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 6), [
    'get_payment_context',
    'list_plans',
    'start_checkout',
    'get_payment_status',
    'resume_request',
    'getItem',
  ]);
  const calling = ['--method', 'tools/call', '--tool-name', 'get_payment_context'];
  const called = await run('inspector', ['--cli', `${url}`, '--transport', 'http', '--header', header, ...calling]);
  assert.equal(JSON.parse(called).structuredContent.remaining, 50);
});

// The others want tools, resources or prompts that a server has for this test alone: docs/mcp.md names them.
for (const scenario of [
  'server-initialize',
  'ping',
  'tools-list',
  'server-sse-polling',
  'server-sse-multiple-streams',
]) {
  test(`conformance: ${scenario}`, async () => {
    const output = mkdtempSync(join(tmpdir(), 'cdk-paywall-conformance-'));
    try {
      const printed = await run('conformance', ['server', '--url', `${url}`, '--scenario', scenario, '-o', output]);
      assert.match(printed, /Passed: (\d+)\/\1, 0 failed/);
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  });
}

/** Runs a program of the oracles' own, by the version of Node.js that they want. */
async function run(name, args) {
  const child = spawn(join(BIN, 'node'), [join(BIN, name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed, complained, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  assert.equal(status, 0, `${printed}\n${complained}`);
  return printed;
}
