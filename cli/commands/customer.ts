import type { CustomerState } from '../../lib/private/operations';
import { list, number, time } from '../output';

/** What a customer has, for people. */
export function describeCustomer(state: CustomerState): string[] {
  const { customer, plan, standing, graceEndsAt, periodStart, periodEnd, limit, included, credits, owed } = state;
  return list([
    ['customer', customer],
    ['plan', plan],
    ['standing', graceEndsAt === null ? standing : `${standing}, until ${time(graceEndsAt)} UTC`],
    [
      'period',
      periodEnd === null ? `since ${time(periodStart)} UTC` : `${time(periodStart)} to ${time(periodEnd)} UTC`,
    ],
    ['included', included === null || limit === null ? 'no limit' : `${number(included)} of ${number(limit)}`],
    ['credits', number(credits)],
    ['owed', number(owed)],
  ]);
}
