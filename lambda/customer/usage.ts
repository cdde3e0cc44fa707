import type { Catalogue } from '../../lib/private/catalogue';
import { allowance, creditsLeft, findPlan } from '../domain/balance';
import type { IdentifiedCustomer } from './identify';

/** What is left to a customer, and when more comes; null where there is no limit, or where nothing comes again. */
export interface Usage {
  readonly customer: string;
  readonly plan: string;
  readonly standing: string;
  /** ISO 8601, as the other times; absent where there is no grace. */
  readonly graceEndsAt?: string;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly included: number | null;
  readonly credits: number;
  readonly resetsAt: string | null;
}

export function usageOf({ customer, balance }: IdentifiedCustomer, catalogue: Catalogue): Usage {
  const plan = findPlan(catalogue, balance.plan);
  const { limit, remaining, included, resetsAt } = allowance(plan, balance);
  return {
    customer,
    plan: plan.id,
    standing: balance.standing,
    graceEndsAt: iso(balance.graceEndsAt),
    limit: limit ?? null,
    remaining: remaining ?? null,
    included: included ?? null,
    credits: creditsLeft(balance),
    resetsAt: iso(resetsAt) ?? null,
  };
}

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time * 1000).toISOString();
}
