/**
 * What CPU a call takes that is decided in memory, from a block of leased units or from a refusal of a moment ago:
 *
 *     node bench/leased-call.mjs [runs]
 *
 * Run `npm run build` first: the bundle that is measured is the one that is deployed. It runs in a process of its own, as in an
 * execution environment, and all calls are one customer's; what few of them ask the store is in the figure. What Lambda's runtime
 * does around the handler is not. It is CPU time: what else the machine does counts less than in time that passes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { BUNDLING, DEPLOYED, lastLine, median, PROGRAMS, startStore } from './cold-start.mjs';
import { record } from './record.mjs';

const TARGET_US = 20;
const WARM_UP = 20_000;
const MEASURED = 50_000;
const PLENTY = 1_000_000_000;

/** `Metering.leased()` without options. */
const METERING = JSON.stringify({ maxBlock: 1_000, life: 5_000 });

async function measure(runs) {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-paywall-bench-'));
  const stores = [];
  const start = async (units) => {
    const store = await startStore(folder, { customers: 1, units });
    stores.push(store);
    return { event: store.events[0], environment: { ...store.environment, PAYWALL_METERING: METERING } };
  };
  try {
    const [rich, poor] = [await start(PLENTY), await start(0)];
    const domain = join(folder, 'domain.js');
    await build({ ...BUNDLING, entryPoints: [join(PROGRAMS, 'leased-domain.ts')], outfile: domain, minify: true });
    const subjects = [
      { name: 'granted', ...rich, bundle: DEPLOYED },
      { name: 'granted, the decision alone', ...rich, bundle: domain },
      { name: 'granted, with a usagePlanQuota', ...rich, ...withUsagePlanQuota(rich), bundle: DEPLOYED },
      { name: 'refused', ...poor, bundle: DEPLOYED },
    ].map((subject) => ({ ...subject, cpu: [] }));
    for (let run = 0; run < runs; run++) {
      for (const { cpu, ...subject } of subjects) {
        cpu.push(await cpuOfACall(subject));
      }
    }
    return subjects.map(({ name, cpu }) => ({ name, cpuUs: Number(median(cpu).toFixed(2)) }));
  } finally {
    for (const { process: child } of stores) {
      child.kill();
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every answer then carries the 402 that API Gateway gives once its own quota is used up. */
function withUsagePlanQuota({ environment }) {
  const catalogue = JSON.parse(environment.PAYWALL_CATALOGUE);
  const plans = catalogue.plans.map((plan) => ({ ...plan, usagePlanQuota: true }));
  return { environment: { ...environment, PAYWALL_CATALOGUE: JSON.stringify({ ...catalogue, plans }) } };
}

async function cpuOfACall({ bundle, event, environment }) {
  const args = [join(PROGRAMS, 'invoke-busy.cjs'), bundle, JSON.stringify(event), String(WARM_UP), String(MEASURED)];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(lastLine(output)).cpu;
}

const runs = Number(process.argv[2] ?? 21);
const loadAverage = Number(loadavg()[0]?.toFixed(1));
const figures = await measure(runs);
for (const { name, cpuUs } of figures) {
  console.log(name.padEnd(32), `${cpuUs.toFixed(1)} µs of CPU`.padStart(18));
}
console.log(
  `medians of ${runs} runs, load average ${loadAverage} at the start; target: ≤ ${TARGET_US} µs for what is granted`,
);
await record('leasedCall', { runs, loadAverage, targetUs: TARGET_US, figures });
