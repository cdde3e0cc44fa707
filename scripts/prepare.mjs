// Makes a checkout ready: installs the dependencies if they are missing or older than the lock file, and builds what is older
// than its sources. Needs Node and npm alone.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  run('npm', ['ci', '--no-audit', '--no-fund']);
}
const sources = ['lib', 'lambda', 'backend', 'local', 'cli', 'bin', 'scripts', 'package-lock.json'];
if (modified('assets/cli/index.js') < Math.max(...sources.map(newest))) {
  run(process.execPath, [join(root, 'scripts', 'build-assets.mjs')]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
    process.exit(status ?? 1);
  }
}

function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The youngest change at or below a path. */
function newest(path) {
  const full = join(root, path);
  if (!statSync(full).isDirectory()) {
    return modified(path);
  }
  const entries = readdirSync(full).map((name) => newest(join(path, name)));
  return Math.max(modified(path), ...entries);
}
