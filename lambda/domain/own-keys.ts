import type { Catalogue } from '../../lib/private/catalogue';
import { findPlan } from './balance';
import { ownKeyOf } from './surrogate-key';

/** A customer has come to a plan. */
export interface PlanArrival {
  readonly customer: string;
  /** Its id, or `NO_PLAN`. */
  readonly plan: string;
}

/** What a deleted customer has come to. */
export const NO_PLAN = '';

/** Where arrivals wait, until no execution environment of the authorizer spends by the plan before. */
export interface PlanArrivals {
  send(arrival: PlanArrival): Promise<void>;
}

/** What API Gateway's control plane does for surrogate keys. Each can be repeated. */
export interface SurrogateKeys {
  /** Makes the key in the plan's usage plan; `ceiling` where the Region has no room for another. */
  make(value: string, plan: string): Promise<'made' | 'ceiling'>;
  remove(value: string): Promise<void>;
}

/** Which surrogate keys a customer's balance names. */
export interface OwnKeyStore {
  /** A deleted customer is on `NO_PLAN`. */
  find(customer: string): Promise<{ readonly plan: string; readonly surrogateKeys: readonly string[] } | undefined>;
  /** Names a key that is there. */
  add(customer: string, value: string): Promise<void>;
  /** Names the key of a plan no more; false where the customer is back on it. */
  drop(customer: string, value: string, plan: string): Promise<boolean>;
}

export interface OwnKeysDependencies {
  readonly store: OwnKeyStore;
  readonly keys: SurrogateKeys;
  readonly catalogue: Catalogue;
  readonly prefix: string;
  /** Told where a customer stays in a lane because the Region is full. */
  readonly onCeiling: () => void;
}

/**
 * Gives a customer a surrogate key of his own for the plan that he has come to, and takes away those of plans before. The balance
 * names a key after it is made, and no more before it is removed; meanwhile, and where there is no room, he is in a lane.
 */
export async function settleIn({ customer, plan }: PlanArrival, dependencies: OwnKeysDependencies): Promise<void> {
  const { store, keys, catalogue, prefix, onCeiling } = dependencies;
  const balance = await store.find(customer);
  if (balance === undefined || balance.plan !== plan) {
    // He has moved on since, and another arrival is on its way.
    return;
  }
  const served = plan === NO_PLAN ? undefined : findPlan(catalogue, plan);
  if (served?.ownThrottle === true) {
    const wanted = ownKeyOf(prefix, served.id, customer);
    // Also where the balance names it: what was removed by hand is made again.
    const outcome = await keys.make(wanted, served.id);
    if (outcome === 'ceiling') {
      onCeiling();
    } else {
      await store.add(customer, wanted);
    }
  }
  for (const { id } of catalogue.plans) {
    const value = ownKeyOf(prefix, id, customer);
    if (id !== plan && balance.surrogateKeys.includes(value) && (await store.drop(customer, value, id))) {
      await keys.remove(value);
    }
  }
}
