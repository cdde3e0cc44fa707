import { isUtf8 } from 'node:buffer';
import Stripe from 'stripe';
import type { EpochSeconds } from '../domain/clock';

/** How far a signature's time may be from ours, in seconds: Stripe's own default. */
export const TOLERANCE = 300;

/**
 * The event, if one of the secrets signed it within the tolerance; else nothing.
 * https://docs.stripe.com/webhooks#verify-official-libraries
 */
export function verify(
  body: Buffer,
  signature: string | undefined,
  secrets: readonly string[],
  now: EpochSeconds,
): Stripe.Event | undefined {
  // Stripe's library verifies the text that bytes decode to: other bytes may decode to the same, where some of them are no UTF-8.
  if (signature === undefined || isFromTheFuture(signature, now) || !isUtf8(body)) {
    return undefined;
  }
  for (const secret of secrets) {
    try {
      const event = Stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE, undefined, now * 1000);
      return isEvent(event) ? event : undefined;
    } catch {
      // Several secrets are valid while one is rotated: the next may fit.
    }
  }
  return undefined;
}

/** Stripe's library takes any JSON. */
function isEvent(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'object' in json && json.object === 'event';
}

/** Stripe's library refuses old signatures only. */
function isFromTheFuture(signature: string, now: EpochSeconds): boolean {
  const times = [...signature.matchAll(/(?:^|,)\s*t=(\d+)/g)].map((match) => Number(match[1]));
  return times.some((time) => time > now + TOLERANCE);
}
