/** The time, and what is due at some time; tests bring one that they can turn. */
export interface Clock {
  now(): number;
  /** Gives what takes it back. */
  after(milliseconds: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    // What waits for a message keeps no process alive.
    const timer = setTimeout(run, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
