import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { WeatherStack } from '../../bin/demo/weather-stack';
import { synthesize } from './paid-api';

const CLI = resolve(__dirname, '../../assets/cli/index.js');

let assembly: string;
let folder: string;

beforeAll(() => {
  assembly = synthesize((app) => new WeatherStack(app, 'Weather'));
  folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-dev-'));
});

afterAll(() => {
  rmSync(assembly, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the built tool to its end, or until what it prints fits. */
function run(args: string[], { until, env = {} }: { until?: RegExp; env?: Record<string, string> } = {}) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    const child = spawn(process.execPath, [CLI, 'dev', ...args], { cwd: folder, env: { ...process.env, ...env } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (until?.test(stdout)) {
        child.kill('SIGINT');
      }
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** A fault that the user can mend is one line, and a non-zero exit. */
async function expectOneLine(args: string[], line: RegExp, env?: Record<string, string>): Promise<void> {
  const { code, stderr } = await run(args, { env });
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
  expect(code).toBe(1);
}

test('--once walks the whole way, and ends with 0', async () => {
  const { code, stdout, stderr } = await run(['--once', '--port', '0', '--app', assembly]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toMatch(/GET +\/forecast\/\{city\} +1 unit/);
  expect(stdout).toMatch(/GET +\/prod\/forecast\/city +200 ×50 +[\d.]+ ms/);
  expect(stdout).toMatch(/GET +\/prod\/forecast\/city +402 +[\d.]+ ms/);
  expect(stdout).toMatch(/POST \/prod\/billing\/stripe\/webhook +200 +[\d.]+ ms/);
  expect(stdout).toMatch(/GET +\/prod\/forecast\/city +200 +[\d.]+ ms +the very next call/);
  expect(stdout).toMatch(/pw_test_[0-9A-Za-z]{53}/);
});

test('it serves until it is interrupted, and ends with 0', async () => {
  const { code, stdout } = await run(['--port', '0', '--app', assembly], { until: /Serving until Ctrl-C/ });
  expect([code, stdout]).toEqual([0, expect.stringContaining('Weather/Api is served on http://127.0.0.1:')]);
  expect(stdout).toMatch(/curl -X POST "http:\/\/127\.0\.0\.1:\d+\/local\/clock\?advance=2678400"/);
});

test('a walk of a route that does something else than it should ends with 1', async () => {
  await expectOneLine(
    ['--once', '--port', '0', '--app', assembly, '--walk', 'GET /nowhere'],
    /must answer 402, but answered 403/,
  );
});

test('a port that is taken', async () => {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await expectOneLine(
    ['--port', String(port), '--app', assembly],
    new RegExp(`port ${port} of 127.0.0.1 is taken: .*--port`),
  );
  server.close();
});

test('a folder without an app', async () => {
  await expectOneLine([], /there is no cdk\.json in .*: run this in the folder of a CDK app, or pass --app/);
});

test('an app that does not synthesize', async () => {
  writeFileSync(join(folder, 'broken.js'), 'throw new Error("`plans` must hold at least one plan, got: []");');
  await expectOneLine(
    ['--app', 'node broken.js'],
    /failed with exit code 1: .*`plans` must hold at least one plan, got: \[\]/,
  );
});

test('a bundle that is missing', async () => {
  const copy = synthesize((app) => new WeatherStack(app, 'Weather'));
  for (const asset of readdirSync(copy).filter((name) => name.startsWith('asset.'))) {
    rmSync(join(copy, asset), { recursive: true });
  }
  await expectOneLine(['--app', copy], /the code of the function Weather\/\S+ is missing: there is no .*; build it/);
  rmSync(copy, { recursive: true });
});

test('a live key of Stripe', async () => {
  const env = { STRIPE_SECRET_KEY: 'sk_live_1' };
  await expectOneLine(['--app', assembly], /STRIPE_SECRET_KEY must be a test key/, env);
});

test('a test key of Stripe takes the place of the stand-in', async () => {
  const nobody = 'http://127.0.0.1:9';
  const env = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: '', STRIPE_API_BASE: nobody };
  const { code, stdout } = await run(['--port', '0', '--app', assembly], { until: /Serving/, env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/stripe listen --forward-to http:\/\/127\.0\.0\.1:\d+\/prod\/billing\/stripe\/webhook/);
  expect(stdout).toContain('its events are listed every 5 seconds: no tunnel is needed');
  expect(stdout).not.toContain('stand-in');
  expect(stdout).not.toContain('/local/');
});

test.each([
  ['--port', 'x'],
  ['--port', '70000'],
])('a port that is none: %s %s', async (...args) => {
  const { code, stderr } = await run(args);
  expect([code, stderr]).toEqual([2, expect.stringContaining('a port is a whole number from 0 to 65535')]);
});
