import type { EpochSeconds } from './clock';
import type { QuotaPeriod } from './period';

/**
 * What a customer's subscriptions put him on. It is written as a whole, each time in place of the one that was read before Stripe was
 * asked: so what was learnt earlier never takes the place of what was learnt later, and each change has a number of its own.
 */
export interface Entitlement {
  /** How many changes there were; 0 where nobody has ever subscribed. */
  readonly revision: number;
  /** The subscription that the plan comes from, `sub_…`; absent where it has ended. */
  readonly subscription?: string;
  /** When that, or the last one that was, was made, by Stripe's clock. */
  readonly subscriptionCreated?: EpochSeconds;
  /** Subscriptions that another one has taken the place of, and that are yet to be cancelled. */
  readonly replaced: readonly string[];
  /** Until when the customer is served who owes a payment; absent where he owes none. */
  readonly graceEndsAt?: EpochSeconds;
  /** The last change of plan. */
  readonly step?: EntitlementStep;
}

export interface EntitlementStep {
  /** The revision that it came with. */
  readonly revision: number;
  /** The subscription that brought it, or whose end did. */
  readonly subscription: string;
  readonly plan: string;
  /** Whether a plan begins that was not there before, and not one in place of another in the same subscription. */
  readonly isNew: boolean;
  /** The subscription's period. */
  readonly period?: QuotaPeriod;
}

/** A subscription, as Stripe has it at a moment. */
export interface SeenSubscription {
  readonly id: string;
  readonly created: EpochSeconds;
  readonly plan: string;
  /** `none`: nothing has come of it yet. `paused`: a payment is owed that nobody waits for. */
  readonly state: 'in_force' | 'owing' | 'paused' | 'ended' | 'none';
  /** Whether the plan was paid for; else it waits for that. */
  readonly isPaid: boolean;
  /** Whether nothing is to be paid yet: a customer has that once. */
  readonly isTrial: boolean;
  readonly period?: QuotaPeriod;
}

export interface EntitlementTerms {
  readonly defaultPlan: string;
  /** Seconds of service that a customer keeps who owes a payment. */
  readonly gracePeriod: number;
}

/** What `seen` makes of the present entitlement; nothing where that stays as it is. */
export function advance(
  present: Entitlement,
  seen: SeenSubscription,
  { defaultPlan, gracePeriod }: EntitlementTerms,
  now: EpochSeconds,
): Entitlement | undefined {
  const revision = present.revision + 1;
  const isCurrent = present.subscription === seen.id;
  switch (seen.state) {
    case 'none':
      return undefined;
    case 'ended': {
      const { subscriptionCreated, replaced } = present;
      const step = { revision, subscription: seen.id, plan: defaultPlan, isNew: true };
      return isCurrent ? { revision, subscriptionCreated, replaced, step } : undefined;
    }
    default:
      break;
  }
  const began = isCurrent ? present.graceEndsAt : undefined;
  const graceEndsAt =
    seen.state === 'in_force'
      ? undefined
      : Math.min(now + (seen.state === 'owing' ? gracePeriod : 0), began ?? Number.POSITIVE_INFINITY);
  const step = { revision, subscription: seen.id, plan: seen.plan, isNew: !isCurrent, period: seen.period };
  if (isCurrent) {
    const changesPlan = seen.isPaid && present.step?.plan !== seen.plan;
    return changesPlan || graceEndsAt !== present.graceEndsAt
      ? { ...present, revision, graceEndsAt, step: changesPlan ? step : present.step }
      : undefined;
  }
  if (present.replaced.includes(seen.id)) {
    return undefined;
  }
  if (present.subscription !== undefined && !isYounger(seen, present)) {
    // Nobody pays for two plans, whichever of them is heard of first.
    return { ...present, revision, replaced: [...present.replaced, seen.id] };
  }
  if (!seen.isPaid || (seen.isTrial && present.subscriptionCreated !== undefined)) {
    return undefined;
  }
  return {
    revision,
    subscription: seen.id,
    subscriptionCreated: seen.created,
    replaced: [...present.replaced, ...(present.subscription === undefined ? [] : [present.subscription])],
    graceEndsAt,
    step,
  };
}

/** By id where two were made in the same second, so that whoever compares them comes to the same. */
function isYounger({ id, created }: SeenSubscription, { subscription = '', subscriptionCreated = 0 }: Entitlement) {
  return created > subscriptionCreated || (created === subscriptionCreated && id > subscription);
}
