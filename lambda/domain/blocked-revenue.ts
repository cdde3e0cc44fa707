import type { PlanEntry, PriceEntry } from '../../lib/private/catalogue';
import type { Recommendation } from './recommendation';

export interface Money {
  /** In the currency's minor unit; of units that cost less than one of it, a fraction. */
  readonly amount: number;
  /** ISO 4217, lower case. */
  readonly currency: string;
}

/** How many periods of a quota a price pays for that is charged each month, or each year. */
const PERIODS: Readonly<Record<'month' | 'year', Readonly<Record<PlanEntry['quota']['period'], number>>>> = {
  month: { day: 30, week: 30 / 7, month: 1, billing: 1, once: 1, unlimited: 1 },
  year: { day: 365, week: 365 / 7, month: 12, billing: 1, once: 1, unlimited: 1 },
};

/**
 * What the units of a refused call would have cost at what was recommended: at the top-up or the plan that is offered, also beside the
 * advice to wait, or at the plan whose renewal is to be paid. Nothing where nothing was, or where its price stands at Stripe alone.
 */
export function blockedRevenue({ action, offer }: Recommendation, present: PlanEntry, cost: number): Money | undefined {
  if (offer?.kind === 'topUp') {
    return costOf(cost, offer.topUp.price, offer.topUp.units);
  }
  const plan = action === 'fix_card' ? present : offer?.plan;
  return plan?.price && costOf(cost, plan.price, unitsForPrice(plan, plan.price));
}

function costOf(cost: number, { amount, currency }: PriceEntry, units: number | undefined): Money | undefined {
  return amount === undefined || currency === undefined || units === undefined || cost === 0
    ? undefined
    : { amount: (cost * amount) / units, currency };
}

/** The units that one charge of the price pays for; of a plan without a limit that cannot be told. */
function unitsForPrice({ quota }: PlanEntry, { interval }: PriceEntry): number | undefined {
  return quota.units && quota.units * (interval === undefined ? 1 : PERIODS[interval][quota.period]);
}
