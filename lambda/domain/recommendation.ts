import type { Catalogue, PlanEntry, PriceEntry, TopUpEntry } from '../../lib/private/catalogue';
import { allowance, type Balance, findPlan, includedLeft, inNextPeriod } from './balance';
import type { PaymentReason } from './charge';
import type { EpochSeconds } from './clock';
import type { Offer } from './offer';
import { periodLength, unitsOfSwitch } from './period';

/** Why a call is answered with 402: the authorizer's reasons, and API Gateway's own coarse quota. */
export type RefusalReason = PaymentReason | 'usage_plan_quota_exceeded';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly balance: Balance;
  /** Units that the call costs. */
  readonly cost: number;
  /** The ids of the plans that include the route, where not all do. */
  readonly plans?: readonly string[];
  readonly now: EpochSeconds;
}

/** The one thing that helps best. */
export interface Recommendation {
  readonly action: 'wait' | 'top_up' | 'upgrade' | 'fix_card' | 'ask_operator';
  /** With `wait`: when there are units again. */
  readonly until?: EpochSeconds;
  /** What helps of all that is sold; with `wait`, for whoever does not want to. */
  readonly offer?: Offer;
}

/**
 * The part of a period in which a reset is near, and which counts as a whole at its beginning: who uses up a month's units in its first hour
 * has shown what he takes in a day, and not in an hour.
 */
const SHORT_PART = 1 / 30;

/** A reset that is no further off is near, however short the period. In seconds. */
const SHORT_WAIT = 60;

/** By how much a period's usage must project past its units for a larger plan: they lasted for less than three quarters of it. */
const OUTGROWN = 4 / 3;

/** What a customer who is refused is to do. Only what is sold, and lets the call through, is ever recommended. */
export function recommend(catalogue: Catalogue, refusal: Refusal): Recommendation {
  const plan = findPlan(catalogue, refusal.balance.plan);
  switch (refusal.reason) {
    case 'payment_failed':
      return { action: 'fix_card' };
    case 'route_not_in_plan':
      return orAsk(planOffer(smallestPlan(withRoute(catalogue, plan, refusal), unitsADay(plan, refusal))));
    case 'usage_plan_quota_exceeded':
      // It counts calls by plan, so bought units do not lift it.
      return orAsk(planOffer(smallestPlan(larger(catalogue, plan), unitsADay(plan, refusal))));
    case 'quota_exhausted':
      return forMoreUnits(catalogue, plan, refusal);
  }
}

/** When the plan's units come back, if they suffice for the call then; what is owed is settled by them first. */
export function sufficesAt(plan: PlanEntry, { balance, cost }: Pick<Refusal, 'balance' | 'cost'>) {
  const { limit, resetsAt } = allowance(plan, balance);
  const suffices = limit !== undefined && inNextPeriod(balance, limit).remaining >= cost;
  return suffices ? resetsAt : undefined;
}

/** Units that a purchase must bring for the call to be served: what is owed is settled by it first. */
export function missingUnits({ balance, cost }: Pick<Refusal, 'balance' | 'cost'>): number {
  return Math.max(1, cost - balance.remaining + balance.owed);
}

function forMoreUnits(catalogue: Catalogue, plan: PlanEntry, refusal: Refusal): Recommendation {
  const { now, balance } = refusal;
  const usage = usageOf(plan, refusal);
  const until = sufficesAt(plan, refusal);
  const outgrown = usage === undefined || usage.projected >= usage.limit * OUTGROWN;
  const upgrade = planOffer(
    smallestPlan(
      larger(catalogue, plan).filter((candidate) => letsThrough(plan, candidate, refusal)),
      unitsADay(plan, refusal),
    ),
  );
  const topUp = topUpOffer(bestTopUp(catalogue, missingUnits(refusal), (usage?.rest ?? 0) + balance.owed));
  const offer = outgrown ? (upgrade ?? topUp) : (topUp ?? upgrade);
  const near = Math.max(SHORT_WAIT, (windowOf(plan, balance) ?? 0) * SHORT_PART);
  return until !== undefined && (until - now <= near || offer === undefined)
    ? { action: 'wait', until, offer }
    : orAsk(offer);
}

function orAsk(offer: Offer | undefined): Recommendation {
  if (offer === undefined) {
    return { action: 'ask_operator' };
  }
  return { action: offer.kind === 'plan' ? 'upgrade' : 'top_up', offer };
}

interface Usage {
  /** The plan's units a period. */
  readonly limit: number;
  /** Units that a whole period takes, if it goes on like this. */
  readonly projected: number;
  /** Units that the rest of this one takes. */
  readonly rest: number;
}

/** How the present period is used, with the call; nothing where units never come back. What was bought and spent in it is not known. */
function usageOf(plan: PlanEntry, { balance, cost, now }: Refusal): Usage | undefined {
  const { limit, resetsAt } = allowance(plan, balance);
  const window = windowOf(plan, balance);
  if (limit === undefined || resetsAt === undefined || window === undefined || window <= 0) {
    return undefined;
  }
  // Who has come in the middle of a month has used it since then.
  const begun = Math.max(balance.periodStart, resetsAt - window);
  const elapsed = Math.min(window, Math.max(now - begun, window * SHORT_PART));
  const rate = Math.max(0, limit - includedLeft(balance) + cost) / elapsed;
  return { limit, projected: rate * window, rest: rate * Math.max(0, resetsAt - now) };
}

function windowOf(plan: PlanEntry, { periodStart, periodEnd }: Balance): number | undefined {
  return periodLength(plan.quota, { start: periodStart, end: periodEnd });
}

/** Units that the customer uses a day, as far as that can be told; of a plan without a limit it cannot. */
function unitsADay(plan: PlanEntry, refusal: Refusal): number {
  const usage = usageOf(plan, refusal);
  return usage === undefined ? includedADay(plan) : usage.projected / daysOf(plan);
}

/** What a plan includes a day, so that quotas of different periods compare; units given once count as a year's. */
function includedADay(plan: PlanEntry): number {
  return (plan.quota.units ?? Number.POSITIVE_INFINITY) / daysOf(plan);
}

function daysOf({ quota, price }: PlanEntry): number {
  const billing = price?.interval === 'year' ? 365 : 30;
  return { day: 1, week: 7, month: 30, billing, once: 365, unlimited: 1 }[quota.period];
}

function larger(catalogue: Catalogue, plan: PlanEntry): PlanEntry[] {
  return catalogue.plans.filter(
    (candidate) => candidate.price !== undefined && includedADay(candidate) > includedADay(plan),
  );
}

function withRoute(catalogue: Catalogue, plan: PlanEntry, { plans }: Refusal): PlanEntry[] {
  return catalogue.plans.filter(({ id, price }) => price !== undefined && id !== plan.id && plans?.includes(id));
}

/** Whether the call is served once the customer is on that plan: between paid plans of one window, what was spent counts on. */
function letsThrough(plan: PlanEntry, candidate: PlanEntry, { balance, cost }: Refusal): boolean {
  const difference = unitsOfSwitch(plan, candidate);
  const begun = inNextPeriod(balance, candidate.quota.units ?? Number.POSITIVE_INFINITY).remaining;
  return (difference === undefined ? begun : balance.remaining + difference) >= cost;
}

/** The smallest plan that covers a day's units; the largest where none does. */
function smallestPlan(plans: readonly PlanEntry[], wanted: number): PlanEntry | undefined {
  const sorted = plans.toSorted((one, other) => compare(includedADay(one), includedADay(other)));
  const covering = sorted.filter((plan) => includedADay(plan) >= wanted);
  return covering.length === 0 ? sorted.at(-1) : cheapest(covering);
}

/** The smallest top-up that covers what is missing, and the rest of the period as well where one does; else the largest. */
function bestTopUp(catalogue: Catalogue, missing: number, rest: number): TopUpEntry | undefined {
  const enough = catalogue.topUps
    .filter(({ units }) => units >= missing)
    .toSorted((one, other) => one.units - other.units);
  const covering = enough.filter(({ units }) => units >= rest);
  return covering.length === 0 ? enough.at(-1) : cheapest(covering);
}

/** The first, or a larger one that costs less: as far as prices compare. */
function cheapest<T extends { readonly price?: PriceEntry }>([first, ...others]: readonly T[]): T | undefined {
  return others.reduce(
    (best, other) => (best !== undefined && isCheaper(other.price, best.price) ? other : best),
    first,
  );
}

function isCheaper(one: PriceEntry | undefined, other: PriceEntry | undefined): boolean {
  const [amount, known] = [one?.amount, other?.amount];
  const comparable = one?.currency !== undefined && one.currency === other?.currency && one.interval === other.interval;
  return comparable && amount !== undefined && known !== undefined && amount < known;
}

/** Two plans without a limit are alike. */
function compare(one: number, other: number): number {
  return one < other ? -1 : Number(one > other);
}

function planOffer(plan: PlanEntry | undefined): Offer | undefined {
  return plan && { kind: 'plan', plan };
}

function topUpOffer(topUp: TopUpEntry | undefined): Offer | undefined {
  return topUp && { kind: 'topUp', topUp };
}
