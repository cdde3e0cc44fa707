import { createHmac } from 'node:crypto';
import { sameBytes } from './charge';

/** What a link is for, so that none of one kind passes for one of another. */
type Purpose = 'checkout' | 'report' | 'payment' | 'kept_request' | 'mcp_retry' | 'page_form';

type Parts = readonly (string | number)[];

/** 128 bits of an HMAC over what a link says, in 22 characters. */
export function signLink(purpose: Purpose, parts: Parts, linkSecret: Uint8Array): string {
  return signature(purpose, parts, linkSecret).toString('base64url');
}

export function isLinkGenuine(purpose: Purpose, parts: Parts, signed: string, linkSecret: Uint8Array): boolean {
  return sameBytes(signature(purpose, parts, linkSecret), Buffer.from(signed, 'base64url'));
}

function signature(purpose: Purpose, parts: Parts, linkSecret: Uint8Array): Buffer {
  return createHmac('sha256', linkSecret)
    .update([purpose, ...parts].join('|'))
    .digest()
    .subarray(0, 16);
}
