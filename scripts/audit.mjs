// Asks the registry for known faults of what the bundles hold; faults of what only builds and tests are printed, and fail nothing. Not every
// registry answers audits: then nothing is known, and that is said.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const notices = join(root, 'assets', 'THIRD-PARTY-NOTICES.txt');
if (!existsSync(notices)) {
  console.error('assets/THIRD-PARTY-NOTICES.txt is missing: run `npm run build` first');
  process.exit(1);
}
const shipped = new Set([...readFileSync(notices, 'utf8').matchAll(/^-{80}\n(\S+) \S+ \(/gm)].map(([, name]) => name));

const { stdout } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8' });
const { vulnerabilities, message, error } = JSON.parse(stdout || '{}');
if (vulnerabilities === undefined) {
  console.log(`audit skipped: the registry does not answer (${message ?? error?.summary ?? 'no reason given'})`);
  process.exit(0);
}
const found = Object.values(vulnerabilities);
const [mine, others] = [found.filter(({ name }) => shipped.has(name)), found.filter(({ name }) => !shipped.has(name))];
for (const { name, severity, range } of others) {
  console.log(`not shipped: ${name} ${range} (${severity})`);
}
for (const { name, severity, range } of mine) {
  console.error(`shipped: ${name} ${range} (${severity})`);
}
console.log(`${shipped.size} packages are shipped, ${mine.length} of them with known faults`);
process.exitCode = mine.length === 0 ? 0 : 1;
