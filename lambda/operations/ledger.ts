import { type LedgerAnswer, type LedgerLine, MAX_LEDGER_ENTRIES } from '../../lib/private/operations';
import { isUnlimited } from '../domain/balance';
import type { LedgerRecord } from '../domain/ledger';
import { findCustomer, stateOf } from './customer';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { type Asked, requireWhole } from './validation';

/** What a customer has, and what was entered for him. */
export async function showLedger(
  { customer: named, limit, before: id }: Asked<'ledger'>,
  dependencies: OperationsDependencies,
): Promise<LedgerAnswer> {
  const { ledger } = dependencies;
  requireWhole('limit', limit, MAX_LEDGER_ENTRIES);
  const customer = await findCustomer(named, dependencies);
  const before = id === undefined ? undefined : await ledger.find(customer, String(id));
  if (id !== undefined && before === undefined) {
    throw new RefusedError(`the ledger of customer ${customer} has no entry ${JSON.stringify(id)}`);
  }
  // One more than is shown tells whether there are more.
  const records = await ledger.newest(customer, limit + 1, before);
  const shown = records.slice(-limit);
  return {
    ...(await stateOf(customer, dependencies)),
    entries: shown.map(toLine),
    before: records.length > limit ? (shown[0]?.id ?? null) : null,
  };
}

export function toLine({ id, kind, units, plan, reason, by, state, createdAt }: LedgerRecord): LedgerLine {
  return {
    id,
    kind,
    units: isUnlimited(units) ? null : kind === 'clawback' ? -units : units,
    plan: plan ?? null,
    reason: reason ?? null,
    by: by ?? null,
    state,
    createdAt,
  };
}
