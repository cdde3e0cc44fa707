/** Runs something later; what it gives takes that back. */
export type Schedule = (millis: number, run: () => void) => () => void;

/** By the machine's own clock; what waits for its time keeps no process alive. */
export const unrefSchedule: Schedule = (millis, run) => {
  const timer = setTimeout(run, millis).unref();
  return () => clearTimeout(timer);
};
