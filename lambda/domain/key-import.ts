import type { PlanEntry } from '../../lib/private/catalogue';
import { newCustomerId, newKeyId } from './api-key';
import type { Audit, AuditEntry, Change } from './audit';
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

/** A new customer with his one key, and the entry that tells of it. */
export interface ImportedCustomer {
  readonly owner: KeyOwner;
  readonly hash: Uint8Array;
  readonly opening: OpeningBalance;
  readonly record: KeyRecord;
  readonly entry: AuditEntry;
}

/** The most customers that are made at once. */
export const MAX_OPENED = 25;

/** Where imported keys are written. */
export interface KeyImports {
  find(hash: Uint8Array): Promise<ClaimedKey | undefined>;

  /** Which of the keys are claimed, by the place of their hashes. */
  findAll(hashes: readonly Uint8Array[]): Promise<readonly (ClaimedKey | undefined)[]>;

  /** Makes customers, `MAX_OPENED` at most, with their keys, all of them or none; false where one of them could not be made. */
  openAll(customers: readonly ImportedCustomer[]): Promise<boolean>;

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
 * Sees to keys that can be seen to many at a time, which are all of most files: those that are there already, and those that are new
 * customers' own. It is done entirely or not at all, so that there is nothing to carry on. What it leaves out is for `importKey`.
 *
 * @param keys `MAX_OPENED` at most, no two of them the same
 */
export async function importTogether(
  keys: readonly ForeignKey[],
  now: EpochSeconds,
  { imports, audit, defaultPlan, newLinkSecret }: KeyImportDependencies,
): Promise<ReadonlyMap<ForeignKey, ImportOutcome>> {
  const claims = await imports.findAll(keys.map(({ hash }) => hash));
  const outcomes = new Map<ForeignKey, ImportOutcome>();
  const newcomers: ForeignKey[] = [];
  keys.forEach((key, index) => {
    const outcome = ofClaimed(key, claims[index]);
    if (outcome !== undefined) {
      outcomes.set(key, outcome);
    } else if (claims[index] === undefined && key.customer === undefined) {
      newcomers.push(key);
    }
  });
  const customers = newcomers.map(({ hash, name, plan, expiresAt }) => {
    const owner = { customer: newCustomerId(), keyId: newKeyId() };
    return {
      owner,
      hash,
      opening: openingBalance(plan ?? defaultPlan, now, newLinkSecret()),
      record: { keyId: owner.keyId, name, createdAt: now, expiresAt },
      entry: audit.entryOf(imported(owner.keyId, name), 'added'),
    };
  });
  if (customers.length > 0 && (await imports.openAll(customers))) {
    for (const key of newcomers) {
      outcomes.set(key, { kind: 'imported' });
    }
  }
  return outcomes;
}

/** What there is to say of a key that is somebody's; nothing where it is nobody's, or is yet to be let in. */
function ofClaimed({ customer }: ForeignKey, claimed: ClaimedKey | undefined): ImportOutcome | undefined {
  if (claimed !== undefined && customer !== undefined && customer !== claimed.customer) {
    return refused('it is the key of another customer');
  }
  return claimed?.isPending === false ? { kind: 'present' } : undefined;
}

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
  const known = ofClaimed(key, claimed);
  if (known !== undefined) {
    return known;
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
  return audit.record(customer, imported(keyId, name), async () => {
    if (balance?.keys[keyId] !== undefined) {
      return 'added';
    }
    const opening = openingBalance(plan ?? defaultPlan, now, newLinkSecret());
    const isOpened = balance === undefined && (await imports.open(customer, opening, record, hash));
    return isOpened ? 'added' : keys.add(customer, record, hash, now);
  });
}

function imported(key: string, name: string): Change {
  return { what: 'key.imported', key, name };
}

function refused(reason: string): ImportOutcome {
  return { kind: 'refused', reason };
}
