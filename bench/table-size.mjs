/**
 * Whether a call costs more the more customers there are: the deployed authorizer, call by call, over tables of a thousand customers
 * and of a million, with two keys each.
 *
 *     node bench/table-size.mjs [customers ...]
 *
 * Run `npm run build` first. Each table is in a process of its own, in the embedded store; the calls are of customers picked at random,
 * and come in turns from table to table, so that whatever else the machine does meets all of them. A million takes some minutes to
 * fill, and 6 GB of memory.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { BUNDLING, DEPLOYED, median } from './cold-start.mjs';
import { record } from './record.mjs';

const PROGRAMS = join(import.meta.dirname, 'table-size');
const SIZES = [1_000, 1_000_000];
const RUNS = 11;

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
      const child = fork(program, [String(customers)], { execArgv: ['--no-warnings', '--max-old-space-size=12288'] });
      const [{ environment, events }] = await once(child, 'message');
      const file = join(folder, `${customers}.json`);
      await writeFile(file, JSON.stringify(events));
      tables.push({ customers, child, environment, file, runs: [] });
    }
    for (let run = 0; run < RUNS; run++) {
      for (const table of tables) {
        table.runs.push(await callAll(table));
      }
    }
    return tables.map(({ customers, child, runs }) => {
      const medianOf = (figure) => Number(median(runs.map((run) => run[figure])).toFixed(3));
      child.kill();
      return {
        customers,
        p50Ms: medianOf('p50'),
        p99Ms: medianOf('p99'),
        requestsPerCall: medianOf('requestsPerCall'),
      };
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
  return JSON.parse(output);
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES;
const loadAverage = Number(loadavg()[0]?.toFixed(1));
const figures = await measure(sizes);
console.log('customers   added p50, ms   p99, ms   requests a call');
for (const { customers, p50Ms, p99Ms, requestsPerCall } of figures) {
  const columns = [
    customers.toLocaleString('en-US').padStart(9),
    p50Ms.toFixed(2).padStart(15),
    p99Ms.toFixed(2).padStart(9),
  ];
  console.log(`${columns.join(' ')} ${requestsPerCall.toFixed(2).padStart(17)}`);
}
await record('tableSize', { runs: RUNS, loadAverage, keysPerCustomer: 2, figures });
