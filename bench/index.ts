import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figuresOf } from './measure';
import { misses, results, table } from './report';
import { scenarios } from './scenarios';
import { inParallel } from './workers';

const FILE = join(__dirname, 'results.json');

const ROOT = join(__dirname, '..');

/** In a process of its own, beside DynamoDB Local; says so and does nothing where there is no Java. */
function onDynamoDbLocal(args: readonly string[]): void {
  const tsx = [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), '--no-warnings'];
  const program = [...tsx, join(__dirname, 'dynamodb-local', 'index.ts')];
  const lane = [join(ROOT, 'scripts', 'dynamodb-local.mjs'), '--run', ...program, ...args];
  process.exitCode = spawnSync(process.execPath, lane, { stdio: 'inherit' }).status ?? 1;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--dynamodb-local')) {
    onDynamoDbLocal(args);
    return;
  }
  const quick = args.includes('--quick');
  const seeds = quick ? [1] : [1, 2, 3];
  const scale = quick ? 0.05 : 1;
  const start = performance.now();
  const all = scenarios(scale);
  const jobs = seeds.flatMap((seed) => all.map((_, scenario) => ({ scale, scenario, seed })));
  const samples = await inParallel(jobs, (done) => {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${done} of ${jobs.length} runs`);
    }
  });
  const figures = figuresOf(samples.flat());
  const seconds = Math.round((performance.now() - start) / 1_000);
  process.stdout.write(`\n${table(all, figures)}\n\nMedians of ${seeds.length} seeds; ${seconds} s.\n`);
  if (quick) {
    // Too short for the figures to mean anything: it shows that the benchmark runs.
    return;
  }
  // What other programs have measured has sections of its own there.
  const recorded = { ...JSON.parse(readFileSync(FILE, 'utf8')), ...results(all, figures, { seeds, seconds }) };
  writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
  for (const { figure, atMost } of misses(all, figures)) {
    process.stdout.write(
      `missed: ${figure.scenario}, ${figure.variant}, ${figure.metric}: ${figure.median.toFixed(2)}, not ${atMost}\n`,
    );
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
