import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { GRANT_ID, MAX_BY } from '../../lib/private/operations';
import { number } from '../output';

/** Reads a whole number from 1 on. */
export function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > max) {
      throw new InvalidArgumentError(`It must be a whole number between 1 and ${number(max)}.`);
    }
    return value;
  };
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Reads a time such as `90d`, `24h`, `30m` or `0s`, as seconds. */
export function duration(max: number): (text: string) => number {
  return (text) => {
    const [, count = '', unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
    const seconds = Number(count) * (SECONDS[unit as keyof typeof SECONDS] ?? Number.NaN);
    if (!(seconds <= max)) {
      throw new InvalidArgumentError(`It must be a time such as 90d, 24h, 30m or 60s, of at most ${max / SECONDS.d}d.`);
    }
    return seconds;
  };
}

/** What every change takes: who asks for it. */
export interface ByOptions {
  readonly by: string;
}

/** Adds the option of every command that changes something. */
export function withBy(command: Command): Command {
  return command.addOption(
    new Option('--by <name>', 'who asks for it: it is written down').default(userName(), 'your name on this machine'),
  );
}

/** Reads what tells a change from others. */
export function parseId(text: string): string {
  if (!GRANT_ID.test(text)) {
    throw new InvalidArgumentError('It must be 1 to 64 letters, digits, -, _, . and :.');
  }
  return text;
}

function userName(): string {
  try {
    return userInfo().username.slice(0, MAX_BY);
  } catch {
    // A container may run under a number that has no name.
    return 'unknown';
  }
}
