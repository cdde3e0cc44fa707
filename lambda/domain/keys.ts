import { hashApiKey, type KeyMode, newApiKey } from './api-key';
import type { Audit } from './audit';
import type { EpochSeconds } from './clock';

/** What is known of a key beside its hash, which stands on the balance. */
export interface KeyRecord {
  readonly keyId: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly createdAt: EpochSeconds;
  /** Absent where it does not expire. */
  readonly expiresAt?: EpochSeconds;
  readonly revokedAt?: EpochSeconds;
}

/** A record, and whether calls are served by the key at the moment. */
export interface ListedKey extends KeyRecord {
  readonly active: boolean;
}

/** The most keys that a customer has at a time: more would make the balance, which every call writes, larger than 1 KB. */
export const MAX_KEYS = 10;

/** The keys of customers. */
export interface KeyStore {
  /** Nothing where there is no such customer; the oldest first. */
  list(customer: string, now: EpochSeconds): Promise<readonly ListedKey[] | undefined>;

  /** Lets the key in from the next call on. `full`: the customer has `MAX_KEYS` that have not expired. */
  add(customer: string, record: KeyRecord, hash: Uint8Array, now: EpochSeconds): Promise<'added' | 'full' | 'unknown'>;

  /** Makes a key expire, unless it would do so before; false where the customer has no such key. */
  expire(customer: string, keyId: string, at: EpochSeconds): Promise<boolean>;

  /** Takes a key away; false where the customer has no such key. */
  revoke(customer: string, keyId: string, now: EpochSeconds): Promise<boolean>;
}

export interface KeyDependencies {
  readonly keys: KeyStore;
  readonly audit: Audit;
}

/** What a new key is to be. */
export interface NewKey {
  readonly mode: KeyMode;
  readonly name: string;
  readonly expiresAt?: EpochSeconds;
}

export type KeyOutcome =
  | { readonly kind: 'made'; readonly text: string; readonly record: KeyRecord }
  | { readonly kind: 'full' }
  | { readonly kind: 'unknown' };

/** Makes a key. Its text is in the answer and nowhere else. */
export async function createKey(
  customer: string,
  { mode, name, expiresAt }: NewKey,
  now: EpochSeconds,
  { keys, audit }: KeyDependencies,
): Promise<KeyOutcome> {
  const { text, key } = newApiKey(mode, customer);
  const record = { keyId: key.keyId, name, createdAt: now, expiresAt };
  const outcome = await audit.record(customer, { what: 'key.created', key: key.keyId, name }, () =>
    keys.add(customer, record, hashApiKey(text), now),
  );
  return outcome === 'added' ? { kind: 'made', text, record } : { kind: outcome };
}

/** Makes a key in place of another, which is served for `overlap` seconds more. */
export async function rotateKey(
  customer: string,
  { keyId, overlap, mode }: { readonly keyId: string; readonly overlap: number; readonly mode: KeyMode },
  now: EpochSeconds,
  { keys, audit }: KeyDependencies,
): Promise<KeyOutcome> {
  const old = (await keys.list(customer, now))?.find((candidate) => candidate.keyId === keyId && candidate.active);
  if (old === undefined) {
    return { kind: 'unknown' };
  }
  const { text, key } = newApiKey(mode, customer);
  const record = { keyId: key.keyId, name: old.name, createdAt: now };
  const outcome = await audit.record(
    customer,
    { what: 'key.rotated', key: keyId, by: key.keyId, overlap },
    async () => {
      const added = await keys.add(customer, record, hashApiKey(text), now);
      // After it: whoever is cut off in between has two keys, and not none.
      if (added === 'added') {
        await keys.expire(customer, keyId, now + overlap);
      }
      return added;
    },
  );
  return outcome === 'added' ? { kind: 'made', text, record } : { kind: outcome };
}

/** Takes a key away for good; false where the customer has no such key. */
export function revokeKey(
  customer: string,
  keyId: string,
  now: EpochSeconds,
  { keys, audit }: KeyDependencies,
): Promise<boolean> {
  return audit.record(customer, { what: 'key.revoked', key: keyId }, () => keys.revoke(customer, keyId, now));
}
