import type { Catalogue, PlanEntry } from '../../lib/private/catalogue';
import type { EpochSeconds } from './clock';
import { periodEnd } from './period';

/**
 * - `active`: served.
 * - `grace`: a payment has failed; served until `graceEndsAt`.
 * - `suspended`: refused by the operator, whatever is paid.
 */
export type Standing = 'active' | 'grace' | 'suspended';

/**
 * What a customer may still spend.
 *
 * `remaining` holds both the plan's units and the bought ones, so that one decrement spends the plan's first and is split over
 * both where need be. `credits` tells how many of the remaining are bought, as of the last time that units were added: the
 * lesser of the two is what is left of them.
 */
export interface Balance {
  readonly plan: string;
  readonly standing: Standing;
  /** Set in `grace` alone. */
  readonly graceEndsAt?: EpochSeconds;
  readonly remaining: number;
  readonly credits: number;
  readonly periodEnd: EpochSeconds;
  /** Signs the customer's checkout links. */
  readonly linkSecret: Uint8Array;
  /** Key id → SHA-256 of the key. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** Bought units that are left. They survive the period. */
export function creditsLeft(balance: Balance): number {
  return Math.min(balance.remaining, balance.credits);
}

/** The plan's own units that are left of this period. */
export function includedLeft(balance: Balance): number {
  return balance.remaining - creditsLeft(balance);
}

/** The plan of that id; one that is sold no more is served as the default plan. */
export function findPlan(catalogue: Catalogue, id: string): PlanEntry {
  const plan =
    catalogue.plans.find((candidate) => candidate.id === id) ??
    catalogue.plans.find((candidate) => candidate.id === catalogue.defaultPlan);
  if (plan === undefined) {
    throw new Error(`the catalogue has no plan ${id}, and no default plan`);
  }
  return plan;
}

/** The balance as it stands at `now`, though nothing has been written since its period ended. */
export function asOf(balance: Balance, catalogue: Catalogue, now: EpochSeconds): Balance {
  if (now < balance.periodEnd) {
    return balance;
  }
  const { quota } = findPlan(catalogue, balance.plan);
  const credits = creditsLeft(balance);
  return { ...balance, remaining: credits + quota.units, credits, periodEnd: periodEnd(quota.period, now) };
}

/** The balance of a customer who has just come. */
export function openingBalance(plan: PlanEntry, now: EpochSeconds, linkSecret: Uint8Array): Omit<Balance, 'keys'> {
  return {
    plan: plan.id,
    standing: 'active',
    remaining: plan.quota.units,
    credits: 0,
    periodEnd: periodEnd(plan.quota.period, now),
    linkSecret,
  };
}
