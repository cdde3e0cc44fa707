import {
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry } from './database';

/** The first line of a journal says whose it is. */
export interface JournalHeader {
  readonly format: string;
  readonly version: number;
}

const HEADER: JournalHeader = { format: 'cdk-paywall store', version: 1 };
const FILE = 'journal.jsonl';

/** How long an entry may be in the operating system's hands only: a power cut loses it, the end of the process does not. */
const SYNC_DELAY_MS = 100;

/** A journal that is this large, and several times what a compaction left of it, is compacted while the store runs. */
const COMPACTION_BYTES = 32 * 1024 * 1024;
const COMPACTION_RATIO = 4;

const CHUNK_LENGTH = 1024 * 1024;

/**
 * The changes of a store, one JSON line each, in one file that only grows. A line is handed to the operating system
 * before its change is answered. A compaction writes the same kind of file anew, with one line per item.
 */
export class Journal<E extends object = Entry> {
  private readonly path: string;
  private file: number | undefined;
  private size = 0;
  private compactedSize = 0;
  private syncTimer: NodeJS.Timeout | undefined;

  constructor(
    folder: string,
    private readonly header: JournalHeader = HEADER,
  ) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, FILE);
  }

  /** What was recorded. What follows the last line's end was cut off before it could be answered, and is left out. */
  *replay(): Generator<E> {
    if (!existsSync(this.path)) return;
    const lines = readFileSync(this.path, 'utf8').split('\n');
    lines.pop();
    for (const [index, line] of lines.entries()) {
      const entry = parse(line);
      if (entry === undefined) throw new Error(`${this.path} is damaged at line ${index + 1}: repair or remove it`);
      if (index === 0) checkHeader(entry, this.header, this.path);
      else yield entry as E;
    }
  }

  /** Throws, and leaves the journal as it was, where the line cannot be written. */
  append(entry: E): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    const file = this.opened();
    try {
      writeWhole(file, line);
    } catch (error) {
      ftruncateSync(file, this.size);
      throw error;
    }
    this.size += line.length;
    this.syncTimer ??= setTimeout(() => this.sync(), SYNC_DELAY_MS).unref();
  }

  get isLarge(): boolean {
    return this.size > Math.max(COMPACTION_BYTES, COMPACTION_RATIO * this.compactedSize);
  }

  /** Replaces the file in one step: whenever the process ends, there is the old one or the new one. */
  compact(snapshot: Iterable<E>): void {
    const next = `${this.path}.next`;
    this.compactedSize = writeFile(next, this.header, snapshot);
    this.release();
    renameSync(next, this.path);
    syncFolder(dirname(this.path));
    this.file = openSync(this.path, 'a');
    this.size = this.compactedSize;
  }

  close(): void {
    if (this.file !== undefined) fsyncSync(this.file);
    this.release();
  }

  private opened(): number {
    if (this.file === undefined) throw new Error('the journal is closed');
    return this.file;
  }

  private sync(): void {
    this.syncTimer = undefined;
    // A file that was replaced or closed meanwhile was synced then.
    if (this.file !== undefined) fsync(this.file, () => {});
  }

  private release(): void {
    clearTimeout(this.syncTimer);
    this.syncTimer = undefined;
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

function parse(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function checkHeader(header: object, expected: JournalHeader, path: string): void {
  if (JSON.stringify(header) === JSON.stringify(expected)) return;
  throw new Error(`${path} is not a journal of this version: ${JSON.stringify(header)}`);
}

/** Returns the size of what it wrote, and made durable. */
function writeFile(path: string, header: JournalHeader, entries: Iterable<object>): number {
  const file = openSync(path, 'w');
  try {
    let size = 0;
    for (const chunk of chunksOf(header, entries)) {
      writeWhole(file, chunk);
      size += chunk.length;
    }
    fsyncSync(file);
    return size;
  } finally {
    closeSync(file);
  }
}

function* chunksOf(header: JournalHeader, entries: Iterable<object>): Generator<Buffer> {
  let chunk = `${JSON.stringify(header)}\n`;
  for (const entry of entries) {
    chunk += `${JSON.stringify(entry)}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

/** One call may write a part only, where the disk is nearly full. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Makes the rename durable; Windows can neither open a folder nor needs to. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  fsyncSync(file);
  closeSync(file);
}
