import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import type { EpochSeconds } from './clock';
import { isLinkGenuine, signLink } from './link-signature';

/** Seconds that a person has to pay before the call is sent again. */
export const RETRY_LIFETIME = 3_600;

/** A call of a tool that waits for a payment. */
export interface WaitingCall {
  readonly customer: string;
  readonly tool: string;
  readonly args: unknown;
}

/** What the client sends back of it. Nothing in it is secret, and all of it is signed. */
export interface RetryState {
  /** Random, by which it is known to have been used. */
  readonly id: string;
  readonly expiresAt: EpochSeconds;
}

export type RetryFault = 'malformed' | 'not_of_this_call' | 'expired';

/** The state that lets one call, of one customer with these very arguments, be sent again. */
export function signRetryState(call: WaitingCall, { id, expiresAt }: RetryState, linkSecret: Uint8Array): string {
  return `${id}.${expiresAt.toString(36)}.${signLink('mcp_retry', partsOf(call, { id, expiresAt }), linkSecret)}`;
}

/** Reads a state that has come back. Of one that was tampered with, and of one of another call, the same is said. */
export function readRetryState(
  text: string,
  call: WaitingCall,
  now: EpochSeconds,
  linkSecret: Uint8Array,
): RetryState | RetryFault {
  const [, id, expiry, signature] = /^([\w-]{22})\.([0-9a-z]{1,9})\.([\w-]{22})$/.exec(text) ?? [];
  if (id === undefined || expiry === undefined || signature === undefined) {
    return 'malformed';
  }
  const state = { id, expiresAt: Number.parseInt(expiry, 36) };
  if (!isLinkGenuine('mcp_retry', partsOf(call, state), signature, linkSecret)) {
    return 'not_of_this_call';
  }
  return now < state.expiresAt ? state : 'expired';
}

function partsOf({ customer, tool, args }: WaitingCall, { id, expiresAt }: RetryState): (string | number)[] {
  const digest = createHash('sha256').update(canonicalJson(args)).digest('base64url');
  return [customer, tool, digest, id, expiresAt];
}

/** Which retries were used. `release` is that of kept requests: a retry that was refused again was none. */
export interface RetryStore {
  /** Marks a retry as used by a run; false where another has done so. */
  claimRetry(id: string, run: string, forgetAt: EpochSeconds): Promise<boolean>;
  release(id: string, run: string): Promise<void>;
}
