import type { PlanEntry } from '../../lib/private/catalogue';
import { newCustomerId, newKeyId } from './api-key';
import type { Audit } from './audit';
import { type Balance, type OpeningBalance, openingBalance } from './balance';
import type { EpochSeconds } from './clock';
import type { KeyOwner } from './imported-keys';
import { type KeyRecord, type KeyStore, MAX_KEYS } from './keys';

/** A key that was made elsewhere; of itself there is its hash alone. */
export interface ForeignKey {
  readonly hash: Uint8Array;
  readonly name: string;
  /** Whose it is to be; a new customer's where it is absent. */
  readonly customer?: string;
  /** What a new customer is on; the default plan where it is absent. */
  readonly plan?: PlanEntry;
  readonly expiresAt?: EpochSeconds;
}

/** Whose a key is, or is about to be: a run has ended before the owner's balance had it. */
export interface ClaimedKey extends KeyOwner {
  readonly isPending: boolean;
}

/** Where imported keys are written. */
export interface KeyImports {
  find(hash: Uint8Array): Promise<ClaimedKey | undefined>;

  /** Notes whose a key is about to be; false where it is somebody's. */
  claim(hash: Uint8Array, owner: KeyOwner): Promise<boolean>;

  /** Makes a customer with the key; false where there is one of that id. */
  open(customer: string, opening: OpeningBalance, record: KeyRecord, hash: Uint8Array): Promise<boolean>;

  /** Notes that the owner's balance has the key. */
  settle(hash: Uint8Array): Promise<void>;

  /** Forgets whose a key was about to be. */
  release(hash: Uint8Array): Promise<void>;
}

export interface KeyImportDependencies {
  readonly imports: KeyImports;
  readonly keys: KeyStore;
  readonly balance: (customer: string) => Promise<Balance | undefined>;
  readonly audit: Audit;
  readonly defaultPlan: PlanEntry;
  readonly newLinkSecret: () => Uint8Array;
}

export type ImportOutcome =
  | { readonly kind: 'imported' | 'present' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Makes a key that was made elsewhere a customer's. It can be repeated, and cut off anywhere: whose the key is is written first, so that the
 * next run carries on with the same customer; and that it is done is written last, so that a key which was revoked since stays so.
 */
export async function importKey(
  key: ForeignKey,
  now: EpochSeconds,
  dependencies: KeyImportDependencies,
): Promise<ImportOutcome> {
  const { imports, balance: balanceOf } = dependencies;
  const claimed = await imports.find(key.hash);
  if (claimed !== undefined && key.customer !== undefined && key.customer !== claimed.customer) {
    return refused('it is the key of another customer');
  }
  if (claimed?.isPending === false) {
    return { kind: 'present' };
  }
  const customer = claimed?.customer ?? key.customer;
  const balance = customer === undefined ? undefined : await balanceOf(customer);
  if (balance !== undefined && key.plan !== undefined && balance.plan !== key.plan.id) {
    return refused(`the customer is on plan ${balance.plan}`);
  }
  const owner = claimed ?? { customer: customer ?? newCustomerId(), keyId: newKeyId() };
  if (claimed === undefined && !(await imports.claim(key.hash, owner))) {
    // Another run was first: what it has written counts.
    return importKey(key, now, dependencies);
  }
  const outcome = await letIn(key, owner, balance, now, dependencies);
  if (outcome !== 'added') {
    await imports.release(key.hash);
    return refused(outcome === 'full' ? `the customer has ${MAX_KEYS} keys, and no more fit` : 'there is no customer');
  }
  await imports.settle(key.hash);
  return { kind: 'imported' };
}

function letIn(
  { hash, name, plan, expiresAt }: ForeignKey,
  { customer, keyId }: KeyOwner,
  balance: Balance | undefined,
  now: EpochSeconds,
  { imports, keys, audit, defaultPlan, newLinkSecret }: KeyImportDependencies,
): Promise<'added' | 'full' | 'unknown'> {
  const record = { keyId, name, createdAt: now, expiresAt };
  return audit.record(customer, { what: 'key.imported', key: keyId, name }, async () => {
    if (balance?.keys[keyId] !== undefined) {
      return 'added';
    }
    const opening = openingBalance(plan ?? defaultPlan, now, newLinkSecret());
    const isOpened = balance === undefined && (await imports.open(customer, opening, record, hash));
    return isOpened ? 'added' : keys.add(customer, record, hash, now);
  });
}

function refused(reason: string): ImportOutcome {
  return { kind: 'refused', reason };
}
