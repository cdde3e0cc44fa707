import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { WeatherStack } from '../../bin/demo/weather-stack';
import { type DevServer, startDevServer } from '../../local/dev-server';
import { synthesize } from './paid-api';

test('with a data folder, keys, balances and checkouts survive a restart', async () => {
  const assemblyDir = synthesize((app: App) => new WeatherStack(app, 'Weather'));
  const dataDir = mkdtempSync(join(tmpdir(), 'cdk-paywall-data-'));
  const start = () => startDevServer({ assemblyDir, dataDir, port: 0, log: () => undefined });
  try {
    // GIVEN a customer who has signed up, called twice, and opened a checkout
    const first = await start();
    const { url, claim } = await post(first, 'billing/checkout', { plan: 'free' });
    const welcome = await press(url);
    const { apiKey } = await get(welcome, { 'X-Checkout-Claim': claim });
    await call(first, apiKey);
    await call(first, apiKey);
    const { url: topUpUrl } = await post(first, 'billing/checkout', { topUp: '1k' }, apiKey);
    await first.close();
    // WHEN
    const second = await start();
    // THEN
    expect((await call(second, apiKey)).quota).toEqual({ plan: 'free', cost: 1, remaining: 47 });
    await press(new URL(new URL(topUpUrl).pathname, second.stripe?.url).href);
    expect((await call(second, apiKey)).quota.remaining).toBe(1_046);
    await second.close();
  } finally {
    rmSync(assemblyDir, { recursive: true });
    rmSync(dataDir, { recursive: true });
  }
});

async function get(url: string, headers: Record<string, string>) {
  const response = await fetch(url, { headers: { Accept: 'application/json', ...headers } });
  return response.json();
}

function call({ apis }: DevServer, apiKey: string) {
  return get(`${apis[0]?.url}forecast/berlin`, { 'x-api-key': apiKey });
}

async function post({ apis }: DevServer, path: string, body: object, apiKey?: string) {
  const headers = apiKey === undefined ? undefined : { 'x-api-key': apiKey };
  const response = await fetch(`${apis[0]?.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

async function press(url: string): Promise<string> {
  const body = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  const response = await fetch(url, { method: 'POST', redirect: 'manual', body });
  return response.headers.get('location') ?? '';
}
