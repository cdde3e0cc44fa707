import type { Catalogue, PlanEntry, TopUpEntry } from '../../lib/private/catalogue';
import { findPlan } from './balance';

/** What can be bought: a plan, or a top-up. */
export type Offer =
  | { readonly kind: 'plan'; readonly plan: PlanEntry }
  | { readonly kind: 'topUp'; readonly topUp: TopUpEntry };

/** What to offer a customer who is refused; `plans` names those that include the route, where not all do. */
export function recommend(catalogue: Catalogue, currentPlan: string, plans?: readonly string[]): Offer | undefined {
  const current = findPlan(catalogue, currentPlan);
  const lacksRoute = plans !== undefined && !plans.includes(current.id);
  // Bought units lift neither a route's condition nor a plan that has no limit.
  const topUp = lacksRoute || current.quota.units === undefined ? undefined : catalogue.topUps[0];
  const plan = catalogue.plans.find((candidate) =>
    lacksRoute ? plans.includes(candidate.id) && candidate.price !== undefined : isLarger(candidate, current),
  );
  // Who pays already has a plan of his choice, and one call too many is no reason to change it.
  const [first, second] = current.price === undefined ? [plan, topUp] : [topUp, plan];
  const chosen = first ?? second;
  if (chosen === undefined) {
    return undefined;
  }
  return 'units' in chosen ? { kind: 'topUp', topUp: chosen } : { kind: 'plan', plan: chosen };
}

/** The offer that a link or a request names by id; nothing where it is not sold. */
export function findOffer(catalogue: Catalogue, ids: { plan?: string; topUp?: string }): Offer | undefined {
  const plan = catalogue.plans.find((candidate) => candidate.id === ids.plan);
  const topUp = catalogue.topUps.find((candidate) => candidate.id === ids.topUp);
  if (plan !== undefined && ids.topUp === undefined) {
    return { kind: 'plan', plan };
  }
  return topUp !== undefined && ids.plan === undefined ? { kind: 'topUp', topUp } : undefined;
}

/** `plan=pro` or `topUp=10k`, as links name an offer. */
export function offerQuery(offer: Offer): string {
  return offer.kind === 'plan' ? `plan=${offer.plan.id}` : `topUp=${offer.topUp.id}`;
}

function isLarger(candidate: PlanEntry, current: PlanEntry): boolean {
  return candidate.price !== undefined && unitsPerDay(candidate) > unitsPerDay(current);
}

/** So that quotas of different periods compare; units given once count as a year's. */
function unitsPerDay({ quota, price }: PlanEntry): number {
  const billing = price?.interval === 'year' ? 365 : 30;
  const days = { day: 1, week: 7, month: 30, billing, once: 365, unlimited: 1 }[quota.period];
  return (quota.units ?? Number.POSITIVE_INFINITY) / days;
}
