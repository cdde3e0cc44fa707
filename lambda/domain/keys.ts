import { hashApiKey, type KeyMode, newApiKey } from './api-key';
import type { Audit } from './audit';
import { type EpochSeconds, NEVER } from './clock';

/** What is known of a key beside its hash, which stands on the balance. */
export interface KeyRecord {
  readonly keyId: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly createdAt: EpochSeconds;
  /** Absent where it does not expire. */
  readonly expiresAt?: EpochSeconds;
  /** Seconds that it was made for, and that whatever takes its place is made for; absent where it was made for good. */
  readonly lifetime?: number;
  readonly revokedAt?: EpochSeconds;
}

/** A record, and whether calls are served by the key at the moment. */
export interface ListedKey extends KeyRecord {
  readonly active: boolean;
}

/** The most keys that a customer has at a time: more would make the balance, which every call writes, larger than 1 KB. */
export const MAX_KEYS = 10;

/** The most records that are kept of a customer: whoever makes and revokes keys all day long does not fill the table. */
export const MAX_RECORDS = 1_000;

/** The keys of customers. */
export interface KeyStore {
  /** Nothing where there is no such customer; the oldest first. Keys are listed for a month after they have opened something. */
  list(customer: string, now: EpochSeconds): Promise<readonly ListedKey[] | undefined>;

  /** Lets the key in from the next call on. `full`: the customer has `MAX_KEYS` that have not expired, or `MAX_RECORDS` of any. */
  add(customer: string, record: KeyRecord, hash: Uint8Array, now: EpochSeconds): Promise<'added' | 'full' | 'unknown'>;

  /** Lets the key in if the customer never had one; false where he had, or is unknown. */
  addFirst(customer: string, record: KeyRecord, hash: Uint8Array): Promise<boolean>;

  /** Makes a key expire, unless it would do so before; false where the customer has no such key. */
  expire(customer: string, keyId: string, at: EpochSeconds): Promise<boolean>;

  /** Takes a key away; false where the customer has no such key, or no longer has `beside`, the id of another one. */
  revoke(customer: string, keyId: string, now: EpochSeconds, beside?: string): Promise<boolean>;
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

/** A key that was made. Its text is here and nowhere else. */
export interface MadeKey {
  readonly text: string;
  readonly record: KeyRecord;
}

export type KeyOutcome =
  | ({ readonly kind: 'made' } & MadeKey)
  | { readonly kind: 'full' }
  | { readonly kind: 'unknown' };

/** `servedUntil` is when the old key ends. */
export type RotationOutcome =
  | ({ readonly kind: 'made'; readonly servedUntil: EpochSeconds } & MadeKey)
  | { readonly kind: 'full' }
  | { readonly kind: 'unknown' };

/** Makes a key. */
export async function createKey(
  customer: string,
  { mode, name, expiresAt }: NewKey,
  now: EpochSeconds,
  { keys, audit }: KeyDependencies,
): Promise<KeyOutcome> {
  const { text, key } = newApiKey(mode, customer);
  const lifetime = expiresAt === undefined ? undefined : expiresAt - now;
  const record = { keyId: key.keyId, name, createdAt: now, expiresAt, lifetime };
  const outcome = await audit.record(customer, { what: 'key.created', key: key.keyId, name }, () =>
    keys.add(customer, record, hashApiKey(text), now),
  );
  return outcome === 'added' ? { kind: 'made', text, record } : { kind: outcome };
}

/** Makes a customer's first key, and gives its text; nothing where he had one. */
export async function createFirstKey(
  customer: string,
  { mode, name }: NewKey,
  now: EpochSeconds,
  { keys, audit }: KeyDependencies,
): Promise<MadeKey | undefined> {
  const { text, key } = newApiKey(mode, customer);
  const record = { keyId: key.keyId, name, createdAt: now };
  const added = await audit.record(customer, { what: 'key.created', key: key.keyId, name }, () =>
    keys.addFirst(customer, record, hashApiKey(text)),
  );
  return added ? { text, record } : undefined;
}

/** Makes a key in place of another, which is served for `overlap` seconds more. It is made for as long as that one was. */
export async function rotateKey(
  customer: string,
  { keyId, overlap, mode }: { readonly keyId: string; readonly overlap: number; readonly mode: KeyMode },
  now: EpochSeconds,
  { keys, audit }: KeyDependencies,
): Promise<RotationOutcome> {
  const old = (await keys.list(customer, now))?.find((candidate) => candidate.keyId === keyId && candidate.active);
  if (old === undefined) {
    return { kind: 'unknown' };
  }
  const { text, key } = newApiKey(mode, customer);
  const { name, lifetime } = old;
  const expiresAt = lifetime === undefined ? undefined : now + lifetime;
  const record = { keyId: key.keyId, name, createdAt: now, expiresAt, lifetime };
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
  const servedUntil = Math.min(old.expiresAt ?? NEVER, now + overlap);
  return outcome === 'added' ? { kind: 'made', text, record, servedUntil } : { kind: outcome };
}

/** Takes a key away for good; false where the customer has no such key, or no longer has `beside`. */
export function revokeKey(
  customer: string,
  keyId: string,
  now: EpochSeconds,
  { keys, audit }: KeyDependencies,
  beside?: string,
): Promise<boolean> {
  return audit.record(customer, { what: 'key.revoked', key: keyId }, () => keys.revoke(customer, keyId, now, beside));
}

/** Takes a key away for good: not the last that its owner is served by, unless that `mayBeLast`. */
export async function revokeOwnKey(
  customer: string,
  { keyId, mayBeLast }: { readonly keyId: string; readonly mayBeLast: boolean },
  now: EpochSeconds,
  dependencies: KeyDependencies,
): Promise<'revoked' | 'unknown' | 'last'> {
  // Each attempt that fails is one in which the key that was counted on was taken away itself.
  for (let attempt = 0; attempt <= MAX_KEYS; attempt++) {
    const listed = (await dependencies.keys.list(customer, now)) ?? [];
    const key = listed.find((candidate) => candidate.keyId === keyId && candidate.revokedAt === undefined);
    if (key === undefined) {
      return 'unknown';
    }
    const needsOther = key.active && !mayBeLast;
    const other = needsOther ? longestLived(listed.filter((candidate) => candidate.keyId !== keyId)) : undefined;
    if (needsOther && other === undefined) {
      return 'last';
    }
    if (await revokeKey(customer, keyId, now, dependencies, other?.keyId)) {
      return 'revoked';
    }
    if (!needsOther) {
      return 'unknown';
    }
  }
  throw new Error(`the keys of customer ${customer} kept changing under a revocation`);
}

function longestLived(listed: readonly ListedKey[]): ListedKey | undefined {
  const active = listed.filter((key) => key.active);
  return active.toSorted((one, other) => (other.expiresAt ?? NEVER) - (one.expiresAt ?? NEVER))[0];
}
