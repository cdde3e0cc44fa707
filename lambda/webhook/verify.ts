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
  if (signature === undefined || isFromTheFuture(signature, now)) {
    return undefined;
  }
  for (const secret of secrets) {
    try {
      return Stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE, undefined, now * 1000);
    } catch {
      // Several secrets are valid while one is rotated: the next may fit.
    }
  }
  return undefined;
}

/** Stripe's library refuses old signatures only. */
function isFromTheFuture(signature: string, now: EpochSeconds): boolean {
  const times = [...signature.matchAll(/(?:^|,)\s*t=(\d+)/g)].map((match) => Number(match[1]));
  return times.some((time) => time > now + TOLERANCE);
}
