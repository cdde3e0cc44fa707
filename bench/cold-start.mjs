/**
 * What a client of DynamoDB costs the authorizer: from the start of the process to the first decision, and CPU for a warm call.
 *
 *     node bench/cold-start.mjs [runs]
 *
 * Run `npm run build` first: the bundle that is measured is the one that is deployed. Runs are interleaved, so that whatever else
 * the machine does meets all of them. Every call is another customer's, so that none can be answered without the store.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { record } from './record.mjs';

/** What runs in processes of its own. */
export const PROGRAMS = join(import.meta.dirname, 'cold-start');
export const DEPLOYED = join(import.meta.dirname, '..', 'assets', 'authorizer', 'index.js');
const WARM_UP = 300;
const MEASURED = 500;

export const BUNDLING = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  mainFields: ['module', 'main'],
  // What verifies tokens, and what pays, is loaded where there is a call for it, and there is none here.
  external: ['./tokens', './agent-payments'],
};

/** Medians for each client: bytes of the bundle, milliseconds to the first decision, microseconds of CPU for a warm call. */
export async function measureColdStart(runs = 21) {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-paywall-bench-'));
  let store;
  try {
    const bundles = await bundleAll(folder);
    store = await startStore(folder, { customers: 1 + WARM_UP + MEASURED, units: 1_000_000 });
    const [first, ...others] = store.events;
    const calls = { first: JSON.stringify(first), others: join(folder, 'events.json') };
    await writeFile(calls.others, JSON.stringify(others));
    const results = Object.fromEntries(Object.keys(bundles).map((name) => [name, []]));
    for (let run = 0; run < runs; run++) {
      for (const [name, bundle] of Object.entries(bundles)) {
        results[name].push(await runOnce(bundle, calls, store.environment));
      }
    }
    return await Promise.all(Object.entries(bundles).map(([name, bundle]) => summarize(name, bundle, results[name])));
  } finally {
    store?.process.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleAll(folder) {
  const [empty, sdk] = [join(folder, 'empty.js'), join(folder, 'sdk.js')];
  await Promise.all([
    writeFile(empty, 'exports.handler = async () => ({});'),
    build({ ...BUNDLING, entryPoints: [join(PROGRAMS, 'sdk-authorizer.ts')], outfile: sdk, minify: true }),
  ]);
  return { 'empty handler': empty, 'lean client': DEPLOYED, 'AWS SDK': sdk };
}

/** The embedded store in a process of its own, with so many customers of so many units, and a call of each. */
export async function startStore(folder, { customers, units }) {
  const program = join(folder, 'store.js');
  await build({
    ...BUNDLING,
    entryPoints: [join(PROGRAMS, 'store.ts')],
    outfile: program,
    // LevelDB's native code, which dynalite loads and the embedded store never uses.
    alias: { level: 'memory-level' },
  });
  const child = fork(program, [String(customers), String(units)], { execArgv: ['--no-warnings'] });
  const [{ environment, events }] = await once(child, 'message');
  return { process: child, environment, events };
}

async function runOnce(bundle, { first, others }, environment) {
  const args = [join(PROGRAMS, 'invoke.cjs'), bundle, first, others, String(WARM_UP)];
  // The SDK's warning about the version of Node.js is none of what is measured.
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(lastLine(output));
}

async function summarize(name, bundle, results) {
  const medianOf = (figure) => median(results.map((result) => result[figure]));
  const { size } = await stat(bundle);
  return { name, bundleBytes: size, firstDecisionMs: medianOf('firstDecision'), warmCpuUs: medianOf('warmCpu') };
}

/** What a program tells at its end, after whatever the handler that it has called wrote. */
export function lastLine(output) {
  return output.trimEnd().split('\n').at(-1);
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const runs = Number(process.argv[2] ?? 21);
  const loadAverage = Number(loadavg()[0]?.toFixed(1));
  const figures = await measureColdStart(runs);
  console.log('client          bundle, KB   first decision, ms   warm call, µs of CPU');
  for (const { name, bundleBytes, firstDecisionMs, warmCpuUs } of figures) {
    const columns = [(bundleBytes / 1024).toFixed(1), firstDecisionMs.toFixed(1), warmCpuUs.toFixed(0)];
    console.log(name.padEnd(14), columns[0].padStart(11), columns[1].padStart(20), columns[2].padStart(22));
  }
  await record('coldStart', { runs, loadAverage, figures });
}
