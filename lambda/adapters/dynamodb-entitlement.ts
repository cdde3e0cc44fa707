import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Entitlement, EntitlementStep } from '../domain/entitlement';
import { type Item, Key, number, text } from './dynamodb-items';
import type { ConditionalUpdate } from './dynamodb-update';

/** What an account says of its customer's subscriptions. */
export function toEntitlement(account: Item | undefined): Entitlement {
  const { revision, graceEndsAt, step } = account?.entitlement?.M ?? {};
  return {
    revision: toNumber(revision) ?? 0,
    subscription: account?.subscription?.S,
    subscriptionCreated: toNumber(account?.subscriptionCreated),
    replaced: account?.replacedSubscriptions?.SS ?? [],
    graceEndsAt: toNumber(graceEndsAt),
    step: step?.M && toStep(step.M),
  };
}

/** The write of `next`, on condition that the revision is still that of `present`. */
export function entitlementWrite(customer: string, present: Entitlement, next: Entitlement): ConditionalUpdate {
  const { subscription, subscriptionCreated } = next;
  const replaced = next.replaced.filter((id) => !present.replaced.includes(id));
  const sets = {
    entitlement: fromEntitlement(next),
    ...(subscription !== undefined && { subscription: text(subscription) }),
    ...(subscriptionCreated !== undefined && { subscriptionCreated: number(subscriptionCreated) }),
  };
  return {
    key: Key.account(customer),
    update: [
      `SET ${Object.keys(sets)
        .map((name) => `#${name} = :${name}`)
        .join(', ')}`,
      ...(subscription === undefined ? ['REMOVE #subscription'] : []),
      // Added to, and not written anew: one that is cancelled meanwhile is not to come back.
      ...(replaced.length === 0 ? [] : ['ADD #replacedSubscriptions :replaced']),
    ].join(' '),
    condition: present.revision === 0 ? 'attribute_not_exists(#entitlement)' : '#entitlement.#revision = :revisionRead',
    attributes: ['entitlement', 'subscription', ...Object.keys(sets), ...(replaced.length === 0 ? [] : [REPLACED])],
    extraNames: present.revision === 0 ? {} : { '#revision': 'revision' },
    values: {
      ...Object.fromEntries(Object.entries(sets).map(([name, value]) => [`:${name}`, value])),
      ...(replaced.length > 0 && { ':replaced': { SS: replaced } }),
      ...(present.revision > 0 && { ':revisionRead': number(present.revision) }),
    },
  };
}

export const REPLACED = 'replacedSubscriptions';

function fromEntitlement({ revision, graceEndsAt, step }: Entitlement): AttributeValue {
  return {
    M: {
      revision: number(revision),
      ...(graceEndsAt !== undefined && { graceEndsAt: number(graceEndsAt) }),
      ...(step !== undefined && { step: { M: fromStep(step) } }),
    },
  };
}

function fromStep({ revision, subscription, plan, isNew, period }: EntitlementStep): Item {
  return {
    revision: number(revision),
    subscription: text(subscription),
    plan: text(plan),
    isNew: { BOOL: isNew },
    ...(period !== undefined && { periodStart: number(period.start), periodEnd: number(period.end) }),
  };
}

function toStep({ revision, subscription, plan, isNew, periodStart, periodEnd }: Item): EntitlementStep {
  return {
    revision: toNumber(revision) ?? 0,
    subscription: subscription?.S ?? '',
    plan: plan?.S ?? '',
    isNew: isNew?.BOOL === true,
    ...(periodStart !== undefined && { period: { start: Number(periodStart.N), end: Number(periodEnd?.N) } }),
  };
}

function toNumber(value: AttributeValue | undefined): number | undefined {
  return value?.N === undefined ? undefined : Number(value.N);
}
