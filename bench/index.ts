import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chosenSections, merged, SECTIONS } from './sections';

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
  for (const section of chosenSections(args)) {
    const { text, missed, results } = await SECTIONS[section](quick);
    process.stdout.write(`\n${text}\n`);
    if (quick) {
      // Too short for the figures to mean anything: it shows that the benchmark runs.
      continue;
    }
    // What is not measured now stays as it is, with the date that it has.
    const recorded = merged(JSON.parse(readFileSync(FILE, 'utf8')), section, results);
    writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
    for (const line of missed) {
      process.stdout.write(`missed: ${line}\n`);
    }
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
