import type { Balance } from '../domain/balance';
import type { PlanClaim } from '../domain/plan-claim';
import { fromLeftWindow, type Item, Key, number, text } from './dynamodb-items';
import type { ConditionalUpdate } from './dynamodb-update';

/** What must hold of a balance for `isHeeded` to be true of it. */
export function heeded({
  plan,
  issuedAt,
  defaultPlan,
}: PlanClaim): Pick<ConditionalUpdate, 'condition' | 'attributes' | 'values'> {
  const values = { ':claimed': text(plan), ':issuedAt': number(issuedAt) };
  const attributes = ['claimedPlan', 'claimedAt'];
  if (plan === defaultPlan) {
    const condition = '(attribute_not_exists(#claimedPlan) OR #claimedPlan = :claimed OR #claimedAt >= :issuedAt)';
    return { condition, attributes, values };
  }
  const [same, other] = ['#claimedPlan = :claimed AND #plan <> :default', '#claimedPlan <> :claimed'];
  return {
    condition: `((${same}) OR (${other} AND #claimedAt >= :issuedAt))`,
    attributes: [...attributes, 'plan'],
    values: { ...values, ':default': text(defaultPlan) },
  };
}

/** One write that puts what a change of plan changes, on condition of all that it was computed from. */
export function replacement(customer: string, read: Balance, next: Balance): ConditionalUpdate {
  const [before, after] = [computedFrom(read), { ...computedFrom(next), ...besides(next) }];
  const unclaimed = before.claimedAt === undefined;
  return {
    key: Key.balance(customer),
    update: `SET ${Object.keys(after)
      .map((name) => `#${name} = :${name}`)
      .join(', ')}`,
    condition: [
      ...Object.keys(before).map((name) => `#${name} = :${name}Read`),
      ...(unclaimed ? ['attribute_not_exists(#claimedAt)'] : []),
    ].join(' AND '),
    attributes: [...new Set([...Object.keys(before), ...Object.keys(after), 'claimedAt'])],
    values: { ...placeholders(after, ''), ...placeholders(before, 'Read') },
  };
}

/** Whoever calls, pays or changes the plan meanwhile changes one of these; a shortfall and windows come and go with the plan. */
function computedFrom({ plan, remaining, credits, periodStart, periodEnd, claimed }: Balance): Item {
  return {
    plan: text(plan),
    remaining: number(remaining),
    credits: number(credits),
    periodStart: number(periodStart),
    periodEnd: number(periodEnd),
    ...(claimed !== undefined && { claimedAt: number(claimed.at) }),
  };
}

function besides({ claimed, shortfall = 0, periodStart, leftWindows }: Balance): Item {
  const windows = leftWindows && Object.entries(leftWindows).map(([name, left]) => [name, fromLeftWindow(left)]);
  return {
    shortfall: number(shortfall),
    shortfallPeriod: number(periodStart),
    ...(claimed !== undefined && { claimedPlan: text(claimed.plan) }),
    ...(windows !== undefined && { leftWindows: { M: Object.fromEntries(windows) } }),
  };
}

function placeholders(item: Item, suffix: string): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}${suffix}`, value]));
}
