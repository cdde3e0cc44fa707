import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = join(import.meta.dirname, 'results.json');

/** Puts what one program measured into a section of its own in results.json; the others stay as they are. */
export async function record(section, measured) {
  const results = JSON.parse(await readFile(FILE, 'utf8'));
  results[section] = { date: new Date().toISOString(), node: process.version, ...measured };
  await writeFile(FILE, `${JSON.stringify(results, null, 2)}\n`);
}
