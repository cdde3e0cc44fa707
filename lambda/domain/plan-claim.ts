import type { Catalogue, PlanEntry } from '../../lib/private/catalogue';
import {
  type Balance,
  findPlan,
  includedLeft,
  inNextPeriod,
  type LeftWindow,
  type OpeningBalance,
  openingBalance,
  periodUnits,
} from './balance';
import type { EpochSeconds } from './clock';
import { firstPeriod, windowOf } from './period';

/** What a token says of its customer's plan. */
export interface PlanClaim {
  /** One of the catalogue's: the default plan, where the token names none, or one that is not sold. */
  readonly plan: string;
  /** When the token was issued: of two tokens, the younger one is heeded. */
  readonly issuedAt: EpochSeconds;
  /** The plan of those who have no other. */
  readonly defaultPlan: string;
}

/**
 * Whether the balance is where the claim puts it, or where something younger has put it.
 *
 * Tokens are heeded when they say something else than before: so what was bought since, or what the operator has done, stays, and a
 * token from before the change does not undo it. Who is on the default plan, though, because a subscription has ended for instance, gets
 * what his token says.
 */
export function isHeeded(balance: Pick<Balance, 'plan' | 'claimed'>, claim: PlanClaim): boolean {
  const { plan, at } = balance.claimed ?? { plan: claim.defaultPlan, at: 0 };
  return plan === claim.plan
    ? claim.plan === claim.defaultPlan || balance.plan !== claim.defaultPlan
    : at >= claim.issuedAt;
}

/** The balance of a customer whom a token names, and who was never seen before. */
export function newcomersBalance(
  catalogue: Catalogue,
  claim: PlanClaim | undefined,
  now: EpochSeconds,
  linkSecret: Uint8Array,
): OpeningBalance {
  const plan = findPlan(catalogue, claim?.plan ?? catalogue.defaultPlan);
  return { ...openingBalance(plan, now, linkSecret), claimed: claim && { plan: claim.plan, at: claim.issuedAt } };
}

/**
 * The balance with the customer on the claimed plan, in the middle of a period. No unit comes of it: what was spent is counted for the
 * one plan as for the other, also what the smaller one does not include (`shortfall`). Where the two count in different windows, by the
 * day and by the month, that of the plan before is kept, and carried on if the customer comes back before its end. So however plans
 * alternate, no window sees more of the plans' own units spent than the largest of its plans includes.
 */
export function withClaim(balance: Balance, claim: PlanClaim, catalogue: Catalogue, now: EpochSeconds): Balance {
  const claimed = { plan: claim.plan, at: Math.max(claim.issuedAt, balance.claimed?.at ?? 0) };
  const [from, to] = [balance.plan, claim.plan].map((id) => findPlan(catalogue, id)) as [PlanEntry, PlanEntry];
  if (balance.plan === to.id) {
    return { ...balance, claimed };
  }
  const present = { start: balance.periodStart, end: balance.periodEnd, spent: spentOf(balance, from) };
  const [left, next] = [windowOf(from), windowOf(to)];
  if (left === next) {
    return inWindow({ ...balance, claimed }, to, present);
  }
  const others = Object.entries({ ...balance.leftWindows, [left]: present }).filter(([, { end }]) => now < end);
  const known = others.find(([window]) => window === next)?.[1];
  const leftWindows = Object.fromEntries(others.filter(([window]) => window !== next && window !== 'unlimited'));
  return inWindow({ ...balance, claimed, leftWindows }, to, known ?? { ...firstPeriod(to, now), spent: 0 });
}

function inWindow(balance: Balance, plan: PlanEntry, { start, end, spent }: LeftWindow): Balance {
  const left = periodUnits(plan) - spent;
  const next = inNextPeriod(balance, Math.max(0, left));
  return { ...next, plan: plan.id, periodStart: start, periodEnd: end, shortfall: left < 0 ? -left : undefined };
}

/** Units of the plan's own, and of those before it, that were spent in this period. */
function spentOf(balance: Balance, plan: PlanEntry): number {
  const included = Math.max(0, includedLeft(balance));
  return Math.max(0, periodUnits(plan) + (balance.shortfall ?? 0) - included);
}
