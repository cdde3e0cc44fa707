// Runs the clients that others wrote, in test/oracles, against the local gateway. They have a lock file of their own, since they weigh
// more than everything else together; it is installed first, where it is younger than what is there.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'test', 'oracles');

if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  run('npm', ['ci', '--no-audit', '--no-fund'], folder);
}
const named = process.argv.slice(2);
const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
const wanted = files.filter((name) => named.length === 0 || named.some((part) => name.includes(part)));
const paths = wanted.map((name) => join(folder, name));
run(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=1', ...paths], root);

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${command} ${args.slice(0, 2).join(' ')} … failed${error ? `: ${error.message}` : ''}`);
    process.exit(status ?? 1);
  }
}

function modified(path) {
  return statSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
