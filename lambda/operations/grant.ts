import { type GrantAnswer, MAX_BY, MAX_GRANTED_UNITS, MAX_REASON } from '../../lib/private/operations';
import { auditOf } from './actor';
import { findCustomer, stateOf } from './customer';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { toLine } from './ledger';
import { type Asked, requireId, requireLine, requireWhole } from './validation';

/** Gives a customer units that are his to keep, by an entry in the ledger as every purchase has one: once, by its id. */
export async function grantUnits(
  { customer: named, units, reason, by, id }: Asked<'grant'>,
  dependencies: OperationsDependencies,
): Promise<GrantAnswer> {
  const { payments, ledger } = dependencies;
  requireWhole('units', units, MAX_GRANTED_UNITS);
  requireLine('reason', reason, MAX_REASON);
  requireLine('by', by, MAX_BY);
  requireId(id);
  const audit = auditOf(by, dependencies);
  const customer = await findCustomer(named, dependencies);
  const entryId = `grant#${id}`;
  const outcome = await audit.record(customer, { what: 'units.granted', units, id, reason }, () =>
    payments.post(customer, { kind: 'grant', id: entryId, units, reason, by }),
  );
  const entry = await ledger.find(customer, entryId);
  // The ledger's entry is what counts, whoever wrote it.
  if (entry?.units !== units) {
    throw new RefusedError(`${entryId} is a grant of ${entry?.units} units already: nothing else was granted`);
  }
  return { ...(await stateOf(customer, dependencies)), outcome, entry: toLine(entry) };
}
