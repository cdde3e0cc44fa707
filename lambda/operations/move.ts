import type { PlanEntry } from '../../lib/private/catalogue';
import type { ChangeAnswer } from '../../lib/private/operations';
import { periodUnits } from '../domain/balance';
import { firstPeriod } from '../domain/period';
import { auditOf } from './actor';
import { findCustomer, stateOf } from './customer';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { type Asked, requireId, requirePlan } from './validation';

/**
 * Puts a customer on another plan by the same writes as a payment does: once by its id, with an entry in the ledger, and for the next
 * call with the same key. The plan's period begins, with all of its units; bought ones stay.
 */
export async function moveCustomer(
  { customer: named, plan: planId, force, by, id }: Asked<'move'>,
  dependencies: OperationsDependencies,
): Promise<ChangeAnswer> {
  const { customers, ledger, catalogue } = dependencies;
  requireId(id);
  const audit = auditOf(by, dependencies);
  const plan = requirePlan(planId, catalogue);
  const customer = await findCustomer(named, dependencies);
  const { subscription } = await customers.account(customer);
  if (subscription !== undefined && force !== true) {
    throw new RefusedError(
      `the plan of customer ${customer} comes from the subscription ${subscription}: change it at Stripe, ` +
        'or pass --force for a change that lasts until that subscription changes',
    );
  }
  const cause = `move#${id}`;
  const from = (await customers.balance(customer))?.plan ?? '';
  const entry = await ledger.find(customer, cause);
  if (entry !== undefined && entry.plan !== plan.id) {
    throw new RefusedError(`${cause} was a move to plan ${entry.plan}: nothing was changed`);
  }
  const outcome =
    (entry !== undefined && entry.state !== 'pending') || from === plan.id
      ? 'unchanged'
      : await audit.record(customer, { what: 'customer.moved', from, to: plan.id, id }, () =>
          change(customer, from, plan, cause, dependencies),
        );
  return { ...(await stateOf(customer, dependencies)), outcome };
}

async function change(
  customer: string,
  from: string,
  plan: PlanEntry,
  id: string,
  { payments, clock, arrivals }: OperationsDependencies,
): Promise<'applied'> {
  const period = firstPeriod(plan, clock());
  await payments.post(customer, { kind: 'plan', id, from, plan: plan.id, units: periodUnits(plan), period });
  await arrivals?.send({ customer, plan: plan.id });
  return 'applied';
}
