import type { EpochSeconds } from './clock';
import { NO_PLAN, type PlanArrivals } from './own-keys';

/** What is left of a customer who is deleted, or is being deleted. */
export interface Deletion {
  readonly at: EpochSeconds;
  readonly isDone: boolean;
  /** The hashes of the keys that opened something until then; none once it is done. */
  readonly keyHashes: readonly Uint8Array[];
  /** Whether API Gateway has surrogate keys of his own. */
  readonly hasOwnKeys: boolean;
}

/** Customers, as they are taken out of the store. Every method can be repeated. */
export interface CustomerDeletions {
  /** Nothing where the customer is there, or never was. */
  find(customer: string): Promise<Deletion | undefined>;

  /**
   * Ends a customer by one write: no key of his opens anything from then on, no payment counts, and nobody makes him anew but he himself,
   * by a token. False where there is none.
   */
  begin(customer: string, at: EpochSeconds): Promise<boolean>;

  /** Forgets whose the keys were that had been made elsewhere. */
  forgetKeys(customer: string, hashes: readonly Uint8Array[]): Promise<void>;

  /** Forgets who the customer was at Stripe. */
  forgetLink(customer: string, stripeCustomer: string): Promise<void>;

  /**
   * Deletes all items of his but the balance: the account, what is known of keys, the requests that are kept for him, and which refusals of
   * his were told. The ledger is not his alone, and stays.
   */
  sweep(customer: string): Promise<void>;

  /** Takes names, reasons and addresses out of what was written down about him. What was done, when, and by whom, stays. */
  redact(customer: string): Promise<void>;

  /** Leaves nothing of the balance but that he was deleted; false where he has come back meanwhile. */
  finish(customer: string): Promise<boolean>;
}

export interface DeletionDependencies {
  readonly deletions: CustomerDeletions;
  readonly account: (customer: string) => Promise<{ readonly stripeCustomer?: string }>;
  /** Absent where no plan gives its customers surrogate keys of their own. */
  readonly arrivals?: PlanArrivals;
  /** Waits until whatever had seen the customer before he was ended has come to its own end. */
  readonly settled: () => Promise<unknown>;
}

/**
 * `back`: a token has made him anew meanwhile. `unknown`: there is no such customer. `unchanged`: he had been deleted.
 */
export type DeletionOutcome = 'deleted' | 'unchanged' | 'back' | 'unknown';

/**
 * Deletes a customer for good, all but his entries in the ledger. It can be cut off anywhere: what is yet to be forgotten is noted on what
 * is left of the balance, and the next run carries on.
 */
export async function deleteCustomer(
  customer: string,
  at: EpochSeconds,
  { deletions, account, arrivals, settled }: DeletionDependencies,
): Promise<DeletionOutcome> {
  await deletions.begin(customer, at);
  const deletion = await deletions.find(customer);
  if (deletion === undefined) {
    return 'unknown';
  }
  if (deletion.isDone) {
    return 'unchanged';
  }
  if (deletion.hasOwnKeys) {
    await arrivals?.send({ customer, plan: NO_PLAN });
  }
  await deletions.forgetKeys(customer, deletion.keyHashes);
  // A payment that was under way may yet write an account, and a link from Stripe.
  await settled();
  const { stripeCustomer } = await account(customer);
  if (stripeCustomer !== undefined) {
    await deletions.forgetLink(customer, stripeCustomer);
  }
  await deletions.sweep(customer);
  await deletions.redact(customer);
  return (await deletions.finish(customer)) ? 'deleted' : 'back';
}
