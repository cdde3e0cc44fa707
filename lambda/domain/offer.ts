import type { Catalogue, PlanEntry, TopUpEntry } from '../../lib/private/catalogue';

/** What can be bought: a plan, or a top-up. */
export type Offer =
  | { readonly kind: 'plan'; readonly plan: PlanEntry }
  | { readonly kind: 'topUp'; readonly topUp: TopUpEntry };

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
