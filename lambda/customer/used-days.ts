import type { UsedDay } from '../../lib/private/operations';
import type { Clock } from '../domain/clock';
import { dateOf, dayOf, type UsageHistory } from '../domain/usage';

export interface UsedDaysDependencies {
  readonly usageHistory: UsageHistory;
  readonly clock: Clock;
}

/** What a customer has used on each of the last days, today included; the oldest first. */
export async function usedOn(
  customer: string,
  days: number,
  { usageHistory, clock }: UsedDaysDependencies,
): Promise<UsedDay[]> {
  const now = clock();
  const history = await usageHistory.days(customer, dayOf(now) - days + 1, now);
  return history.map(({ day, units, routes }) => ({ date: dateOf(day), units, routes }));
}
