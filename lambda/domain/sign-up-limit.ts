import { createHash } from 'node:crypto';
import type { EpochSeconds } from './clock';

const HOUR = 3_600;

/** Counts what may happen only so often. */
export interface SignUpCounter {
  /** Counts one more, unless there are `limit` already. The counter is kept until `expiresAt`. */
  count(id: string, limit: number, expiresAt: EpochSeconds): Promise<boolean>;
}

export type SignUpAdmission =
  | { readonly admitted: true }
  /** Seconds until the next hour begins. */
  | { readonly admitted: false; readonly retryAfter: number };

/** Whether a source address may sign up once more this hour, by the clock; if so, it has done it. */
export async function admitSignUp(
  { address, paywall, perHour }: { readonly address: string; readonly paywall: string; readonly perHour: number },
  now: EpochSeconds,
  counter: SignUpCounter,
): Promise<SignUpAdmission> {
  const hour = Math.floor(now / HOUR);
  const ends = (hour + 1) * HOUR;
  const network = createHash('sha256')
    .update(`${paywall}|${networkOf(address)}`)
    .digest('base64url')
    .slice(0, 22);
  // An hour longer than it counts, so that clocks may differ.
  const admitted = await counter.count(`${network}#${hour}`, perHour, ends + HOUR);
  return admitted ? { admitted } : { admitted, retryAfter: ends - now };
}

/** What a source address counts as: itself, and of IPv6 its /64, in which one subscriber has all the addresses there are. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (mapped !== undefined || !address.includes(':')) {
    return mapped ?? address;
  }
  const [head = '', tail] = address.toLowerCase().split('::');
  const [left, right] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const missing = tail === undefined ? 0 : Math.max(0, 8 - (left?.length ?? 0) - (right?.length ?? 0));
  const groups = [...(left ?? []), ...Array<string>(missing).fill('0'), ...(right ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
