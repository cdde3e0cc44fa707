import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretModel } from './template/model';

const FILE = 'secrets.json';

/** What an earlier start generated for secrets, by name: what it has signed or encrypted must stay readable. */
export async function keptSecretValues(dataDir: string | undefined): Promise<Record<string, string>> {
  if (dataDir === undefined) {
    return {};
  }
  try {
    return JSON.parse(await readFile(join(dataDir, FILE), 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return {};
    }
    throw error;
  }
}

/** Keeps the values for the next start, readable by their owner alone. */
export async function keepSecretValues(dataDir: string | undefined, secrets: readonly SecretModel[]): Promise<void> {
  if (dataDir === undefined) {
    return;
  }
  const values = Object.fromEntries(secrets.map(({ name, value }) => [name, value]));
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, FILE);
  await writeFile(`${file}.new`, JSON.stringify(values), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
