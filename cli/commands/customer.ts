import type { CustomerState } from '../../lib/private/operations';
import { list, number, time } from '../output';

/** What a customer has, for people. */
export function describeCustomer(state: CustomerState): string[] {
  const { customer, plan, periodStart, periodEnd, limit, included, credits, owed } = state;
  return list([
    ['customer', customer],
    ['plan', plan],
    ['standing', describeStanding(state)],
    [
      'period',
      periodEnd === null ? `since ${time(periodStart)} UTC` : `${time(periodStart)} to ${time(periodEnd)} UTC`,
    ],
    ['included', included === null || limit === null ? 'no limit' : `${number(included)} of ${number(limit)}`],
    ['credits', number(credits)],
    ['owed', number(owed)],
  ]);
}

/** `grace, until 2026-11-26 00:00:00 UTC` */
export function describeStanding({ standing, graceEndsAt }: CustomerState): string {
  if (graceEndsAt === null) {
    return standing;
  }
  // A suspension that gives way to a time of grace.
  const what = standing === 'suspended' ? 'suspended, then grace' : standing;
  return `${what}, until ${time(graceEndsAt)} UTC`;
}
