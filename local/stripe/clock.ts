import type { LocalClock } from '../clock';
import { invalidRequest } from './errors';

/** The end of the year 9999, in seconds: the last that can be written as a date. */
const LAST = 253_402_300_799;

/** The stand-in's time: the local gateway's, but for what happens by itself meanwhile, each thing at its own. */
export class Clock {
  private pinned: number | undefined;

  constructor(private readonly local: LocalClock) {}

  /** Milliseconds since the epoch. */
  now(): number {
    return this.pinned ?? this.local.now();
  }

  /** Moves everybody's clock, once what is due until then is done. Seconds since the epoch, and ahead only. */
  moveTo(to: number, passTime: () => void): void {
    const now = Math.floor(this.now() / 1_000);
    if (to < now) {
      throw invalidRequest(`The clock goes ahead only, and it is ${now} already, got: ${to}`, { param: 'to' });
    }
    if (to > LAST) {
      throw invalidRequest(`The clock goes to ${LAST} at most, got: ${to}`, { param: 'to' });
    }
    const time = this.now() + (to - now) * 1_000;
    this.at(time / 1_000, passTime);
    // What has thrown has changed nothing; so this comes last.
    this.local.moveTo(Math.max(time, this.local.now()));
  }

  /** Does something at the time that it was due, for whatever it stamps to say so. Seconds since the epoch. */
  at<R>(due: number, work: () => R): R {
    const before = this.pinned;
    this.pinned = due * 1_000;
    try {
      return work();
    } finally {
      this.pinned = before;
    }
  }
}
