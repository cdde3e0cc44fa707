import type { PlanEntry } from '../../lib/private/catalogue';
import type { ChangeAnswer } from '../../lib/private/operations';
import { periodUnits } from '../domain/balance';
import { firstPeriod, unitsOfSwitch } from '../domain/period';
import { auditOf } from './actor';
import { findCustomer, stateOf } from './customer';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { type Asked, requireId, requirePlan } from './validation';

/**
 * Puts a customer on another plan by the same writes as a payment does: once by its id, with an entry in the ledger, and for the next
 * call with the same key.
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
        'or pass --force for a change that lasts until the next event of that subscription',
    );
  }
  const cause = `move#${id}`;
  const from = (await customers.balance(customer))?.plan ?? '';
  const entry = await ledger.find(customer, cause);
  if (entry !== undefined && entry.plan !== plan.id) {
    throw new RefusedError(`${cause} was a move to plan ${entry.plan}: nothing was changed`);
  }
  const outcome =
    entry !== undefined || from === plan.id
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
  cause: string,
  { payments, catalogue, clock, arrivals }: OperationsDependencies,
): Promise<'applied'> {
  const before = catalogue.plans.find((candidate) => candidate.id === from);
  // Between two paid plans the period goes on, and what he has spent counts: as where he changes it himself.
  const units = plan.price === undefined ? undefined : unitsOfSwitch(before, plan);
  if (units === undefined) {
    const period = firstPeriod(plan, clock());
    await payments.changePlan(customer, { cause, plan: plan.id, units: periodUnits(plan), period });
  } else {
    await payments.switchPlan(customer, { cause, from, plan: plan.id, units });
  }
  await arrivals?.send({ customer, plan: plan.id });
  return 'applied';
}
