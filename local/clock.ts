import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LocalClockOptions {
  /** The file that keeps how far ahead it is. @default - it is forgotten */
  readonly file?: string;
  /** Milliseconds since the epoch, moved by nobody. @default - the machine's clock */
  readonly machine?: () => number;
}

interface Waiting {
  readonly due: number;
  readonly run: () => void;
  timer: NodeJS.Timeout;
}

/**
 * The one time of a local gateway: the machine's, and as far ahead of it as somebody has moved it. Who is late by it is as late
 * for all others: the stand-in for Stripe, the gateway, the store, and the functions, which read it from another thread.
 */
export class LocalClock {
  private readonly ahead = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  private readonly waiting = new Set<Waiting>();
  private readonly file: string | undefined;
  private readonly machine: () => number;

  constructor({ file, machine = () => Date.now() }: LocalClockOptions = {}) {
    this.file = file;
    this.machine = machine;
    this.ahead[0] = BigInt(file === undefined ? 0 : keptMillis(file));
  }

  /** How many milliseconds it is ahead of the machine's, as one 64-bit integer that other threads may read. */
  get shared(): SharedArrayBuffer {
    return this.ahead.buffer as SharedArrayBuffer;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.machine() + Number(this.ahead[0]);
  }

  /** Ahead only: what has happened has happened. What waits for a time that is over then runs soon after. */
  moveTo(time: number): void {
    const by = time - this.now();
    if (by < 0) {
      throw new RangeError(`the clock goes ahead only, got: ${by} ms`);
    }
    const ahead = Number(this.ahead[0]) + by;
    if (this.file !== undefined) {
      keepMillis(this.file, ahead);
    }
    Atomics.store(this.ahead, 0, BigInt(Math.round(ahead)));
    for (const one of this.waiting) {
      clearTimeout(one.timer);
      one.timer = this.timerFor(one);
    }
  }

  /** Runs something when so much of this time has passed; gives what takes it back. It keeps no process alive. */
  after(milliseconds: number, run: () => void): () => void {
    const one = { due: this.now() + milliseconds, run } as Waiting;
    one.timer = this.timerFor(one);
    this.waiting.add(one);
    return () => this.end(one);
  }

  private timerFor(one: Waiting): NodeJS.Timeout {
    const fire = () => {
      this.end(one);
      one.run();
    };
    return setTimeout(fire, Math.max(0, one.due - this.now())).unref();
  }

  private end(one: Waiting): void {
    clearTimeout(one.timer);
    this.waiting.delete(one);
  }
}

function keptMillis(file: string): number {
  try {
    const { ahead } = JSON.parse(readFileSync(file, 'utf8')) as { ahead: number };
    return ahead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return 0;
    }
    throw error;
  }
}

function keepMillis(file: string, ahead: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify({ ahead: Math.round(ahead) }));
  renameSync(`${file}.new`, file);
}
