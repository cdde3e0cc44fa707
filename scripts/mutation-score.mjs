// Keeps of Stryker's report what is worth a commit: how many mutants of each file the tests have found. Run by `npm run test:mutation`.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

const counted = ['killed', 'timeout', 'survived', 'noCoverage'];

function countsOf(mutants) {
  const statuses = mutants.map(({ status }) => status[0].toLowerCase() + status.slice(1));
  const counts = Object.fromEntries(counted.map((name) => [name, statuses.filter((status) => status === name).length]));
  const found = counts.killed + counts.timeout;
  const score = (100 * found) / Math.max(1, found + counts.survived + counts.noCoverage);
  return { score: Math.floor(score * 100) / 100, ...counts };
}

const { files } = read('.cache/mutation.json');
const perFile = Object.entries(files).map(([path, { mutants }]) => [basename(path), countsOf(mutants)]);
const all = countsOf(Object.values(files).flatMap(({ mutants }) => mutants));
const summary = {
  date: new Date().toISOString(),
  node: process.version,
  stryker: read('package.json').devDependencies['@stryker-mutator/core'],
  mutated: 'lambda/domain',
  ...all,
  files: Object.fromEntries(perFile),
};
writeFileSync(join(root, 'bench', 'mutation.json'), `${JSON.stringify(summary, null, 2)}\n`);
console.log(`${all.score} % of the mutants were found; bench/mutation.json has the counts of each file`);
