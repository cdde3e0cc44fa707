/**
 * Whether the time of a refusal tells a stranger something of the key that he has sent: the deployed authorizer, over the embedded store,
 * with keys that are refused for each reason that there is, and one that is served beside them.
 *
 *     node bench/key-timing.mjs [calls]
 *
 * Run `npm run build` first. Kinds of keys take turns call by call, so that whatever else the machine does meets all of them; no key is
 * sent twice, as it would be refused from memory, but where that is what is measured. The figures are the handler's, in one process and
 * with a store on the same machine: a stranger sees them through API Gateway, Lambda and the network, whose own spread is milliseconds.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { BUNDLING, DEPLOYED, lastLine } from './cold-start.mjs';
import { record } from './record.mjs';

const PROGRAMS = join(import.meta.dirname, 'key-timing');

async function measure(calls) {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-paywall-bench-'));
  let store;
  try {
    const program = join(folder, 'store.js');
    await build({
      ...BUNDLING,
      entryPoints: [join(PROGRAMS, 'store.ts')],
      outfile: program,
      // LevelDB's native code, which dynalite loads and the embedded store never uses.
      alias: { level: 'memory-level' },
    });
    store = fork(program, [String(calls)], { execArgv: ['--no-warnings'] });
    const [{ environment, kinds }] = await once(store, 'message');
    const file = join(folder, 'kinds.json');
    await writeFile(file, JSON.stringify(kinds));
    const args = [join(PROGRAMS, 'call-in-turns.cjs'), DEPLOYED, file];
    const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return JSON.parse(lastLine(output));
  } finally {
    store?.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

const calls = Number(process.argv[2] ?? 5_000);
const loadAverage = Number(loadavg()[0]?.toFixed(1));
const figures = await measure(calls);
console.log('requests   p10, µs   p50, µs   p90, µs   median ± 95 %   a key that');
for (const { kind, requests, p10, p50, p90, error } of figures) {
  const columns = [requests.toFixed(2).padStart(8), ...[p10, p50, p90].map((value) => String(value).padStart(9))];
  console.log(`${columns.join(' ')} ${`± ${error}`.padStart(15)}   ${kind}`);
}
await record('keyTiming', { calls, loadAverage, figures });
