import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunTimeApiKey } from './api-key-registry';

const FORMAT = 1;
const FILE = 'api-keys.json';

/** What an earlier start left: balances name the keys that were made at run time. */
export async function readKeptApiKeys(dataDir: string | undefined): Promise<RunTimeApiKey[]> {
  if (dataDir === undefined) {
    return [];
  }
  const file = join(dataDir, FILE);
  const kept = parse(await readIfExists(file));
  if (kept?.format !== FORMAT) {
    throw new Error(`${file} is not a state that this version can read; delete it to start afresh`);
  }
  return kept.apiKeys;
}

/** Keeps the keys for the next start, in one file, which is replaced as a whole and in the order of the changes. */
export class ApiKeyKeeper {
  private written: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataDir: string | undefined,
    private readonly current: () => RunTimeApiKey[],
  ) {}

  /** Resolves when all that has changed before is on the disk. */
  keep(): Promise<void> {
    const { dataDir } = this;
    if (dataDir !== undefined) {
      const write = () => this.write(dataDir);
      this.written = this.written.then(write, write);
    }
    return this.written;
  }

  /** Resolves when nothing is being written; what failed was told to whoever asked for it. */
  settled(): Promise<void> {
    return this.written.catch(() => undefined);
  }

  private async write(dataDir: string): Promise<void> {
    await mkdir(dataDir, { recursive: true });
    const file = join(dataDir, FILE);
    const content = JSON.stringify({ format: FORMAT, apiKeys: this.current() });
    await writeFile(`${file}.new`, content, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  }
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function parse(content: string | undefined): { format: number; apiKeys: RunTimeApiKey[] } | undefined {
  if (content === undefined) {
    return { format: FORMAT, apiKeys: [] };
  }
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
