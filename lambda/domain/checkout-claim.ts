import { createHash } from 'node:crypto';
import { sameBytes } from './charge';

/** 192 bits, so that none is guessed. */
export const CLAIM_BYTES = 24;

const PATTERN = /^[\w-]{32}$/;

/** What proves that somebody has started a checkout, as text, made of that many random bytes. */
export function claimText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** What Stripe keeps of a claim, and whoever sees the checkout's metadata can do nothing with. */
export function hashClaim(claim: string): string {
  return createHash('sha256').update(claim).digest('base64url');
}

export function isClaim(text: string): boolean {
  return PATTERN.test(text);
}

/** Whether one of the claims is the one that was hashed. All are compared, each in constant time. */
export function isClaimed(claims: readonly string[], hash: string | undefined): boolean {
  const known = Buffer.from(hash ?? '', 'base64url');
  const matching = claims.filter((claim) => sameBytes(Buffer.from(hashClaim(claim), 'base64url'), known));
  return hash !== undefined && matching.length > 0;
}
