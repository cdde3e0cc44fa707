import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { EpochSeconds } from './clock';

/** Seconds for which a key that was typed in is good for the page. */
export const SESSION_LIFETIME = 3_600;

/** Seconds for which a key that was just made waits to be shown. */
export const NEW_KEY_LIFETIME = 120;

/** What a key is sealed for, so that nothing of one kind passes for one of the other. */
export type SealPurpose = 'session' | 'new_key';

/** What a sealed key says of itself. Whether it is genuine only the customer's `linkSecret` can tell. */
export interface SealedKey {
  readonly customer: string;
  readonly expiresAt: EpochSeconds;
  readonly sealed: Uint8Array;
}

const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/** Longer than any key that is let in by a form. */
const MAX_LENGTH = 2_048;

/**
 * Seals a key, to be kept by its owner's browser. It is opened by the secret that only the customer's balance holds: a browser, or whoever
 * reads its cookies, has no key; and a key that was taken away opens nothing, since it is judged anew each time.
 */
export function sealKey(
  purpose: SealPurpose,
  apiKey: string,
  { customer, expiresAt, linkSecret }: Omit<SealedKey, 'sealed'> & { readonly linkSecret: Uint8Array },
): string {
  const iv = randomBytes(IV_LENGTH);
  const cipher = createCipheriv('aes-256-gcm', cipherKey(purpose, linkSecret), iv);
  cipher.setAAD(ownerBytes({ customer, expiresAt }));
  const sealed = Buffer.concat([iv, cipher.update(apiKey, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return [Buffer.from(customer).toString('base64url'), expiresAt.toString(36), sealed.toString('base64url')].join('.');
}

/** Reads what `sealKey` has made; nothing where the text is none of it. */
export function parseSealedKey(text: string): SealedKey | undefined {
  const [, customer, expiry, sealed] =
    (text.length <= MAX_LENGTH && /^([\w-]{1,400})\.([0-9a-z]{1,9})\.([\w-]{38,})$/.exec(text)) || [];
  if (customer === undefined || expiry === undefined || sealed === undefined) {
    return undefined;
  }
  return {
    customer: Buffer.from(customer, 'base64url').toString(),
    expiresAt: Number.parseInt(expiry, 36),
    sealed: Buffer.from(sealed, 'base64url'),
  };
}

/** The key; nothing where it has expired, was touched, or was sealed with another secret or for something else. */
export function openKey(
  purpose: SealPurpose,
  { customer, expiresAt, sealed }: SealedKey,
  linkSecret: Uint8Array,
  now: EpochSeconds,
): string | undefined {
  if (now >= expiresAt || sealed.length < IV_LENGTH + TAG_LENGTH) {
    return undefined;
  }
  const key = cipherKey(purpose, linkSecret);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH });
  decipher.setAAD(ownerBytes({ customer, expiresAt }));
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  try {
    const opened = [decipher.update(sealed.subarray(IV_LENGTH, -TAG_LENGTH)), decipher.final()];
    return Buffer.concat(opened).toString();
  } catch {
    return undefined;
  }
}

function cipherKey(purpose: SealPurpose, linkSecret: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', linkSecret, '', `cdk-paywall page ${purpose}`, 32));
}

function ownerBytes({ customer, expiresAt }: Omit<SealedKey, 'sealed'>): Buffer {
  return Buffer.from(`${expiresAt}|${customer}`);
}
