import { type ChangeAnswer, MAX_REASON } from '../../lib/private/operations';
import { auditOf } from './actor';
import { findCustomer, stateOf } from './customer';
import type { OperationsDependencies } from './dependencies';
import { type Asked, requireLine } from './validation';

/** Has a customer refused with 403, whatever he pays. */
export async function suspendCustomer(
  { customer: named, reason, by }: Asked<'suspend'>,
  dependencies: OperationsDependencies,
): Promise<ChangeAnswer> {
  requireLine('reason', reason, MAX_REASON);
  const audit = auditOf(by, dependencies);
  const customer = await findCustomer(named, dependencies);
  const outcome = await audit.record(customer, { what: 'customer.suspended', reason }, () =>
    dependencies.operated.suspend(customer),
  );
  return { ...(await stateOf(customer, dependencies)), outcome };
}

/** Gives a customer back the standing that he had before he was suspended, as payments have changed it since. */
export async function resumeCustomer(
  { customer: named, by }: Asked<'resume'>,
  dependencies: OperationsDependencies,
): Promise<ChangeAnswer> {
  const audit = auditOf(by, dependencies);
  const customer = await findCustomer(named, dependencies);
  const outcome = await audit.record(customer, { what: 'customer.resumed' }, () =>
    dependencies.operated.resume(customer),
  );
  return { ...(await stateOf(customer, dependencies)), outcome };
}
