import type { EpochSeconds } from './clock';
import { isLinkGenuine, signLink } from './link-signature';

/** How long the link in a 402 leads to a checkout. */
export const LINK_LIFETIME = 86_400;

/** What a checkout link says; whether it is genuine only the customer's `linkSecret` can tell. */
export interface CheckoutToken {
  readonly customer: string;
  readonly expiresAt: EpochSeconds;
  readonly signature: string;
}

/**
 * The token of a link that lets its holder pay for a customer, and do nothing else. It is signed with a secret that only the
 * customer's balance holds, so a refusal needs no second look-up, and a new secret revokes every link.
 */
export function signCheckoutToken(customer: string, expiresAt: EpochSeconds, linkSecret: Uint8Array): string {
  const signature = signLink('checkout', [customer, expiresAt], linkSecret);
  return `${customer}.${expiresAt.toString(36)}.${signature}`;
}

/** Reads a token; nothing where the text is none. */
export function parseCheckoutToken(text: string): CheckoutToken | undefined {
  const [, customer, expiry, signature] = /^(\w{1,64})\.([0-9a-z]{1,9})\.([\w-]{22})$/.exec(text) ?? [];
  if (customer === undefined || expiry === undefined || signature === undefined) {
    return undefined;
  }
  return { customer, expiresAt: Number.parseInt(expiry, 36), signature };
}

/** Whether a token is the customer's own; its expiry is the caller's to check. */
export function isGenuine(token: CheckoutToken, linkSecret: Uint8Array): boolean {
  return isLinkGenuine('checkout', [token.customer, token.expiresAt], token.signature, linkSecret);
}
