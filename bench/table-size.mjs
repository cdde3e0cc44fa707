/**
 * Whether a call costs more the more customers there are: the deployed authorizer, call by call, over tables of a thousand customers
 * and of a million, with two keys each: one of our own, whose hash is on the balance that the call writes, and an imported one, which
 * has an item of its own that tells whose it is.
 *
 *     node bench/table-size.mjs [customers ...]
 *
 * Run `npm run build` first. Each table is in a process of its own, in the embedded store; the calls are of customers picked at random,
 * and come in turns from table to table, so that whatever else the machine does meets all of them. A million customers are four million
 * items, and take a minute to fill and 6 GB of memory.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { BUNDLING, DEPLOYED, lastLine, median } from './cold-start.mjs';
import { record } from './record.mjs';

const PROGRAMS = join(import.meta.dirname, 'table-size');
const SIZES = [1_000, 100_000, 1_000_000];
const KINDS = {
  own: 'own key',
  importedFirst: 'imported, new to the environment',
  importedKnown: 'imported, known to it',
};
const RUNS = 5;
/** What is filled is collected once, then left alone: a pause over millions of items is Node.js's, and no table's of DynamoDB. */
const STORE_ARGS = ['--no-warnings', '--expose-gc', '--max-old-space-size=12288', '--max-semi-space-size=256'];

async function measure(sizes) {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-paywall-bench-'));
  const tables = [];
  try {
    const program = join(folder, 'store.js');
    await build({
      ...BUNDLING,
      entryPoints: [join(PROGRAMS, 'store.ts')],
      outfile: program,
      // LevelDB's native code, which dynalite loads and the embedded store never uses.
      alias: { level: 'memory-level' },
    });
    for (const customers of sizes) {
      const child = fork(program, [String(customers)], { execArgv: STORE_ARGS });
      const started = performance.now();
      const [{ environment, calls, stored }] = await once(child, 'message');
      const fillSeconds = Math.round((performance.now() - started) / 1000);
      const file = join(folder, `${customers}.json`);
      await writeFile(file, JSON.stringify(calls));
      tables.push({ customers, ...stored, fillSeconds, child, environment, file, runs: [] });
    }
    for (let run = 0; run < RUNS; run++) {
      for (const table of tables) {
        table.runs.push(await callAll(table));
      }
    }
    return tables.map(({ customers, items, keys, fillSeconds, runs }) => {
      const figuresOf = (kind) => {
        const medianOf = (figure) => Number(median(runs.map((run) => run[kind][figure])).toFixed(3));
        return { p50Ms: medianOf('p50'), p99Ms: medianOf('p99'), requestsPerCall: medianOf('requestsPerCall') };
      };
      const calls = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, figuresOf(kind)]));
      return { customers, keys, items, fillSeconds, calls };
    });
  } finally {
    for (const { child } of tables) {
      child.kill();
    }
    await rm(folder, { recursive: true, force: true });
  }
}

async function callAll({ environment, file }) {
  const args = [join(PROGRAMS, 'call-all.cjs'), DEPLOYED, file];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(lastLine(output));
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES;
const loadAverage = Number(loadavg()[0]?.toFixed(1));
const figures = await measure(sizes);
console.log('customers   added p50, ms   p99, ms   requests a call   calls by');
for (const { customers, calls } of figures) {
  for (const [kind, { p50Ms, p99Ms, requestsPerCall }] of Object.entries(calls)) {
    const columns = [
      customers.toLocaleString('en-US').padStart(9),
      p50Ms.toFixed(2).padStart(15),
      p99Ms.toFixed(2).padStart(9),
      requestsPerCall.toFixed(2).padStart(17),
    ];
    console.log(`${columns.join(' ')}   ${KINDS[kind]}`);
  }
}
await record('tableSize', { runs: RUNS, loadAverage, figures });
