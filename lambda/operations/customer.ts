import type { CustomerState } from '../../lib/private/operations';
import { asOf, type Balance, creditsLeft, findPlan, includedLeft, isUnlimited } from '../domain/balance';
import { type EpochSeconds, NEVER } from '../domain/clock';
import { type OperationsDependencies, RefusedError } from './dependencies';

/** Stripe's ids of customers. */
const STRIPE_CUSTOMER = /^cus_/;

/** The id of a customer who is named by it, or by the one that Stripe has given him. @throws RefusedError */
export async function findCustomer(named: unknown, dependencies: OperationsDependencies): Promise<string> {
  const { customers } = dependencies;
  const id = typeof named === 'string' && STRIPE_CUSTOMER.test(named) ? await customers.customerOf(named) : named;
  if (typeof id !== 'string' || id === '' || (await customers.balance(id)) === undefined) {
    throw new RefusedError(`there is no customer ${JSON.stringify(named)}`);
  }
  return id;
}

/** What a customer has. */
export async function stateOf(customer: string, dependencies: OperationsDependencies): Promise<CustomerState> {
  const stored = await dependencies.customers.balance(customer);
  if (stored === undefined) {
    throw new RefusedError(`there is no customer ${JSON.stringify(customer)}`);
  }
  return describeState(customer, stored, dependencies);
}

/** What a customer has whose balance has been read. */
export function describeState(
  customer: string,
  stored: Balance,
  { catalogue, clock }: Pick<OperationsDependencies, 'catalogue' | 'clock'>,
): CustomerState {
  const balance = asOf(stored, catalogue, clock());
  const plan = findPlan(catalogue, balance.plan);
  const included = includedLeft(balance);
  // A limit that the plan has got since the period began is not in force yet.
  const isLimited = plan.quota.units !== undefined && !isUnlimited(included);
  return {
    customer,
    plan: balance.plan,
    standing: balance.standing,
    graceEndsAt: balance.graceEndsAt === undefined ? null : iso(balance.graceEndsAt),
    periodStart: iso(balance.periodStart),
    periodEnd: comesBack(plan.quota.period, balance) ? iso(balance.periodEnd) : null,
    limit: isLimited ? (plan.quota.units ?? null) : null,
    included: isLimited ? included : null,
    credits: creditsLeft(balance),
    owed: balance.owed,
  };
}

function comesBack(period: string, { periodEnd }: Balance): boolean {
  return period !== 'once' && periodEnd !== NEVER;
}

export function iso(time: EpochSeconds): string {
  return new Date(time * 1000).toISOString();
}
