/**
 * What CPU a call takes that is decided from a block of leased units:
 *
 *     node bench/leased-call.mjs [runs]
 *
 * Run `npm run build` first: the bundle that is measured is the one that is deployed. It runs in a process of its own, as in an
 * execution environment, and all calls are one customer's; the write of one call in a thousand is in the figure. What Lambda's
 * runtime does around the handler is not. CPU time, not time that passes: whatever else the machine does counts less.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { BUNDLING, DEPLOYED, median, PROGRAMS, startStore } from './cold-start.mjs';
import { record } from './record.mjs';

const TARGET_US = 20;
const WARM_UP = 20_000;
const MEASURED = 50_000;

/** `Metering.leased()` without options. */
const LEASED = { PAYWALL_METERING: JSON.stringify({ maxBlock: 1_000, life: 5_000 }) };

async function measure(runs) {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-paywall-bench-'));
  let store;
  try {
    store = await startStore(folder, 1);
    const domain = join(folder, 'domain.js');
    await build({ ...BUNDLING, entryPoints: [join(PROGRAMS, 'leased-domain.ts')], outfile: domain, minify: true });
    const leased = { ...store.environment, ...LEASED };
    const subjects = [
      { name: 'the handler', bundle: DEPLOYED, environment: leased },
      { name: 'the handler, with a usagePlanQuota', bundle: DEPLOYED, environment: withUsagePlanQuota(leased) },
      { name: 'the decision alone', bundle: domain, environment: leased },
    ].map((subject) => ({ ...subject, cpu: [] }));
    for (let run = 0; run < runs; run++) {
      for (const { bundle, environment, cpu } of subjects) {
        cpu.push(await cpuOfACall(bundle, store.events[0], environment));
      }
    }
    return subjects.map(({ name, cpu }) => ({ name, cpuUs: Number(median(cpu).toFixed(2)) }));
  } finally {
    store?.process.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every answer then carries the 402 that API Gateway gives once its own quota is used up. */
function withUsagePlanQuota(environment) {
  const catalogue = JSON.parse(environment.PAYWALL_CATALOGUE);
  const plans = catalogue.plans.map((plan) => ({ ...plan, usagePlanQuota: true }));
  return { ...environment, PAYWALL_CATALOGUE: JSON.stringify({ ...catalogue, plans }) };
}

async function cpuOfACall(bundle, event, environment) {
  const args = [join(PROGRAMS, 'invoke-busy.cjs'), bundle, JSON.stringify(event), String(WARM_UP), String(MEASURED)];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(output).cpu;
}

const runs = Number(process.argv[2] ?? 21);
const load = loadavg()[0];
const figures = await measure(runs);
for (const { name, cpuUs } of figures) {
  console.log(name.padEnd(36), `${cpuUs.toFixed(1)} µs of CPU`.padStart(18));
}
console.log(
  `medians of ${runs} runs; target for the handler: ≤ ${TARGET_US} µs; load average at the start: ${load.toFixed(1)}`,
);
await record('leasedCall', { runs, loadAverage: Number(load.toFixed(1)), targetUs: TARGET_US, figures });
