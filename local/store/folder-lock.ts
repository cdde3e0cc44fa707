import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FILE = 'lock';
const heldHere = new Set<string>();

/** Keeps a second store off the folder, whose journal would mix with this one's; returns what gives the folder back. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(resolve(folder), FILE);
  const owner = ownerOf(path);
  if (owner !== undefined) {
    throw new Error(
      `${folder} is in use by process ${owner}: stop that one, or remove ${path} if it is another program`,
    );
  }
  rmSync(path, { force: true });
  writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
  heldHere.add(path);
  return () => {
    heldHere.delete(path);
    rmSync(path, { force: true });
  };
}

/** The process that holds the lock, unless it has ended without giving it back. */
function ownerOf(path: string): number | undefined {
  if (heldHere.has(path)) return process.pid;
  const pid = Number(readIfExists(path));
  return pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

function readIfExists(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, and is alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
