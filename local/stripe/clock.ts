import { invalidRequest } from './errors';
import type { Store } from './store';

const CLOCK = 'clock';

/** The stand-in's time: that of the machine, and as far ahead of it as somebody has moved it. */
export class Clock {
  private pinned: number | undefined;

  constructor(
    private readonly store: Store,
    /** Milliseconds since the epoch, moved by nobody. */
    private readonly real: () => number,
  ) {}

  /** Milliseconds since the epoch. */
  now(): number {
    return this.pinned ?? this.real() + (this.store.get('clock', CLOCK)?.ahead ?? 0);
  }

  /** Ahead only: what has happened has happened. Seconds since the epoch. */
  moveTo(to: number): void {
    const now = Math.floor(this.now() / 1_000);
    if (to < now) {
      throw invalidRequest(`The clock goes ahead only, and it is ${now} already, got: ${to}`, { param: 'to' });
    }
    const ahead = this.store.get('clock', CLOCK)?.ahead ?? 0;
    this.store.put('clock', { id: CLOCK, ahead: ahead + (to - now) * 1_000 });
  }

  /** Does something at the time that it was due, for whatever it stamps to say so. Seconds since the epoch. */
  at<R>(due: number, work: () => R): R {
    this.pinned = due * 1_000;
    try {
      return work();
    } finally {
      this.pinned = undefined;
    }
  }
}
