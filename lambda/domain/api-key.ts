import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `pw_live_<customer><key id><secret><checksum>`, base62. A key names its customer, so that one write authenticates and charges;
 * its checksum tells typing errors and noise apart from keys before any look-up.
 */
export interface ApiKey {
  readonly mode: KeyMode;
  readonly customer: string;
  readonly keyId: string;
}

/** Whether payments are real, as in Stripe's own keys. */
export type KeyMode = 'live' | 'test';

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Digits of a customer's id. */
export const CUSTOMER_LENGTH = 14;
const KEY_ID_LENGTH = 6;
/** 62^27 is more than 2^160. */
const SECRET_LENGTH = 27;
/** 62^6 is more than 2^32. */
const CHECKSUM_LENGTH = 6;

const [CUSTOMER, KEY_ID, SECRET, CHECKSUM] = [CUSTOMER_LENGTH, KEY_ID_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH].map(
  (length) => `[0-9A-Za-z]{${length}}`,
);
const KEY_CUSTOMER = new RegExp(`^${CUSTOMER}$`);
const PATTERN = new RegExp(`^pw_(live|test)_(${CUSTOMER})(${KEY_ID})${SECRET}(${CHECKSUM})$`);
/** A whole key, or enough of one to be taken for it, in any text. */
const KEY_IN_TEXT = /pw_(live|test)_[0-9A-Za-z]{20}/;
const LENGTH = 'pw_live_'.length + CUSTOMER_LENGTH + KEY_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH;

/** Whether keys can name a customer of that id: those whom tokens name may have others. */
export function isKeyCustomer(customer: string): boolean {
  return KEY_CUSTOMER.test(customer);
}

/** Whether a text holds what looks like a key, which must not be kept. */
export function holdsApiKey(text: string): boolean {
  return KEY_IN_TEXT.test(text);
}

/** A new customer's id. */
export function newCustomerId(): string {
  return randomBase62(CUSTOMER_LENGTH);
}

/** The id of whoever is made a customer by a claim: always the same, so that a form which is sent twice makes one. */
export function customerIdOf(claim: string): string {
  let rest = BigInt(`0x${createHash('sha256').update(`customer|${claim}`).digest('hex')}`);
  let text = '';
  for (let digit = 0; digit < CUSTOMER_LENGTH; digit++) {
    text += BASE62[Number(rest % 62n)];
    rest /= 62n;
  }
  return text;
}

/** A new key's id. */
export function newKeyId(): string {
  return randomBase62(KEY_ID_LENGTH);
}

/** A new key of a customer's. The text is shown once, and stored nowhere. */
export function newApiKey(mode: KeyMode, customer: string): { readonly text: string; readonly key: ApiKey } {
  const keyId = newKeyId();
  const body = `pw_${mode}_${customer}${keyId}${randomBase62(SECRET_LENGTH)}`;
  return { text: `${body}${checksum(body)}`, key: { mode, customer, keyId } };
}

/** Reads a key; nothing where the text is none. */
export function parseApiKey(text: string): ApiKey | undefined {
  // The length first: a pattern is not run over what a stranger made long.
  if (text.length !== LENGTH) {
    return undefined;
  }
  const [, mode, customer, keyId, sum] = PATTERN.exec(text) ?? [];
  if (mode === undefined || customer === undefined || keyId === undefined) {
    return undefined;
  }
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === sum ? { mode: mode as KeyMode, customer, keyId } : undefined;
}

/** What is stored of a key, and compared. A key has too many bits to be guessed, so a slow hash would gain nothing. */
export function hashApiKey(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    text = `${BASE62[rest % 62]}${text}`;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function randomBase62(length: number): string {
  return Array.from({ length }, () => BASE62[randomInt(62)]).join('');
}
