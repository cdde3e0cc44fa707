import {
  type ChangeLine,
  type CustomerAnswer,
  type CustomersAnswer,
  type ListedCustomer,
  MAX_KEY_NAME,
  MAX_LISTED_CUSTOMERS,
  type OpenAnswer,
  SHOWN_CHANGES,
  SHOWN_DAYS,
} from '../../lib/private/operations';
import { usedOn } from '../customer/used-days';
import { newCustomerId } from '../domain/api-key';
import type { AuditEntry } from '../domain/audit';
import { findPlan, openingBalance } from '../domain/balance';
import { createKey } from '../domain/keys';
import type { KnownCustomer } from '../domain/operated-customers';
import { auditOf } from './actor';
import { describeState, findCustomer, iso, stateOf } from './customer';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { madeKey, toKeyLine } from './keys';
import { type Asked, requireKeys, requireLine, requirePlan, requireWhole } from './validation';

/** Milliseconds of the function's time that are left for what follows. */
const RESERVE = 30_000;

/** Customers, some at a time. */
export async function listCustomers(
  { limit, after }: Asked<'customers'>,
  dependencies: OperationsDependencies,
  millisLeft: () => number,
): Promise<CustomersAnswer> {
  requireWhole('limit', limit, MAX_LISTED_CUSTOMERS);
  if (after !== undefined && (typeof after !== 'string' || after === '')) {
    throw new RefusedError(`\`after\` must be the id of a customer, got: ${JSON.stringify(after)}`);
  }
  const { customers, more } = await dependencies.operated.list(limit, after, () => millisLeft() > RESERVE);
  const last = customers.at(-1);
  if (more && last === undefined) {
    throw new RefusedError('the table is so large that no customer was found in the time that there is');
  }
  return {
    customers: customers.map((customer) => listed(customer, dependencies)),
    after: more ? (last?.customer ?? null) : null,
  };
}

/** All that there is to know of a customer, but his ledger. */
export async function showCustomer(
  { customer: named }: Asked<'customer'>,
  dependencies: OperationsDependencies,
): Promise<CustomerAnswer> {
  const { customers, operated, keys, auditLog, clock } = dependencies;
  const customer = await findCustomer(named, dependencies);
  const [known, account, ofKeys, history, entries] = await Promise.all([
    operated.find(customer),
    customers.account(customer),
    keys.list(customer, clock()),
    usedOn(customer, SHOWN_DAYS, dependencies),
    auditLog.list(customer, SHOWN_CHANGES),
  ]);
  if (known === undefined) {
    throw new RefusedError(`there is no customer ${JSON.stringify(named)}`);
  }
  return {
    ...listed(known, dependencies),
    stripeCustomer: account.stripeCustomer ?? null,
    subscription: account.subscription ?? null,
    keys: (ofKeys ?? []).map(toKeyLine),
    history,
    changes: entries.map(toChangeLine),
  };
}

/** Makes a customer with a first key: one who does not sign up himself. */
export async function openCustomer(
  { plan: planId, name, by }: Asked<'open'>,
  dependencies: OperationsDependencies,
): Promise<OpenAnswer> {
  const { customers, catalogue, keys, clock, mode, newLinkSecret } = dependencies;
  requireKeys(dependencies.accepts);
  requireLine('name', name, MAX_KEY_NAME);
  const audit = auditOf(by, dependencies);
  const plan = planId === undefined ? findPlan(catalogue, catalogue.defaultPlan) : requirePlan(planId, catalogue);
  const [customer, now, keyMode] = [newCustomerId(), clock(), await mode()];
  await audit.record(customer, { what: 'customer.created', plan: plan.id }, async () => {
    await customers.create(customer, openingBalance(plan, now, newLinkSecret()));
    return 'created';
  });
  const made = madeKey(customer, await createKey(customer, { mode: keyMode, name }, now, { keys, audit }));
  await dependencies.arrivals?.send({ customer, plan: plan.id });
  return { ...(await stateOf(customer, dependencies)), ...made };
}

function listed({ customer, balance, createdAt }: KnownCustomer, dependencies: OperationsDependencies): ListedCustomer {
  return { ...describeState(customer, balance, dependencies), createdAt: createdAt ?? null };
}

function toChangeLine({ at, who, from, change, outcome }: AuditEntry): ChangeLine {
  const { what, ...others } = change;
  const details = Object.entries(others).filter(
    (detail): detail is [string, string | number] => detail[1] !== undefined,
  );
  return { at: iso(at), who, from, what, details: Object.fromEntries(details), outcome: outcome ?? null };
}
