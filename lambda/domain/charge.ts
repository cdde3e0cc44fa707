import type { Catalogue } from '../../lib/private/catalogue';
import { type Balance, findPlan } from './balance';
import type { Clock, EpochSeconds } from './clock';
import { periodEnd } from './period';

/** One call that wants to be served. */
export interface ChargeRequest {
  readonly customer: string;
  readonly keyId: string;
  /** SHA-256 of the key that the caller sent. */
  readonly keyHash: Uint8Array;
  readonly cost: number;
  /** The ids of the plans that include the route; every plan does where it is absent. */
  readonly plans?: readonly string[];
}

/** What the quota engine needs of a store. Each method is one atomic write. */
export interface SpendingStore {
  /**
   * Takes `cost` from the balance, if the key is the customer's, the standing good, the route in the plan, the period not over and
   * the units there; answers with the balance after it. Else it changes nothing, and answers with the balance as it is.
   */
  spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome>;

  /** Starts the period that ends at `next` in place of the one that ended at `ended`, unless another call has done so. */
  rollOver(customer: string, ended: EpochSeconds, included: number, next: EpochSeconds): Promise<void>;
}

export type SpendOutcome =
  | { readonly spent: true; readonly balance: Balance }
  | { readonly spent: false; readonly balance: Balance | undefined };

export type PaymentReason = 'quota_exhausted' | 'payment_failed' | 'route_not_in_plan';

export type Decision =
  | { readonly kind: 'granted'; readonly balance: Balance }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'payment_required'; readonly reason: PaymentReason; readonly balance: Balance };

type Refusal = Exclude<Decision, { kind: 'granted' }> | { readonly kind: 'period_over'; readonly balance: Balance };

/** A call meets at most one end of a period; the rest is room for other calls that roll the same period over. */
const MAX_ATTEMPTS = 4;

/** Decides one call: one write when it is served or refused, three when it is the first after the end of a period. */
export async function charge(
  store: SpendingStore,
  catalogue: Catalogue,
  request: ChargeRequest,
  clock: Clock,
): Promise<Decision> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const now = clock();
    const outcome = await store.spend(request, now);
    if (outcome.spent) {
      return { kind: 'granted', balance: outcome.balance };
    }
    const refusal = explain(outcome.balance, request, now);
    if (refusal === undefined) {
      continue;
    }
    if (refusal.kind !== 'period_over') {
      return refusal;
    }
    const { quota } = findPlan(catalogue, refusal.balance.plan);
    await store.rollOver(request.customer, refusal.balance.periodEnd, quota.units, periodEnd(quota.period, now));
  }
  throw new Error(`the balance of customer ${request.customer} kept changing under ${MAX_ATTEMPTS} attempts to spend`);
}

/** Why a store refused to spend; nothing where the balance would now allow it. */
export function explain(balance: Balance | undefined, request: ChargeRequest, now: EpochSeconds): Refusal | undefined {
  const known = balance?.keys[request.keyId];
  if (balance === undefined || known === undefined || !sameBytes(known, request.keyHash)) {
    return { kind: 'unauthorized' };
  }
  if (balance.standing === 'suspended') {
    return { kind: 'suspended' };
  }
  if (balance.standing === 'grace' && now >= (balance.graceEndsAt ?? 0)) {
    return { kind: 'payment_required', reason: 'payment_failed', balance };
  }
  if (request.plans !== undefined && !request.plans.includes(balance.plan)) {
    return { kind: 'payment_required', reason: 'route_not_in_plan', balance };
  }
  if (now >= balance.periodEnd) {
    return { kind: 'period_over', balance };
  }
  return balance.remaining < request.cost
    ? { kind: 'payment_required', reason: 'quota_exhausted', balance }
    : undefined;
}

/** In constant time for equal lengths, so that an answer's delay tells nothing of a stored hash. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) {
    difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  }
  return difference === 0;
}
