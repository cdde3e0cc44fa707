import type { Catalogue } from '../../lib/private/catalogue';
import { findPlan, periodUnits } from '../domain/balance';
import type { EpochSeconds } from '../domain/clock';
import type { Progress } from '../domain/customers';
import type { Entitlement, EntitlementStep } from '../domain/entitlement';
import type { PlanStep } from '../domain/ledger';
import { firstPeriod, unitsOfSwitch } from '../domain/period';
import type { PaymentDependencies } from './dependencies';

/** Brings the balance to what its customer is entitled to, unless it has come to that or further. */
export async function bring(
  customer: string,
  { revision, graceEndsAt, step }: Entitlement,
  { store, catalogue, clock }: PaymentDependencies,
): Promise<void> {
  if (revision === 0) {
    return;
  }
  const progress = await store.progress(customer);
  if (progress === undefined) {
    throw new Error(`customer ${customer} has no balance for revision ${revision} of what he is entitled to`);
  }
  if (progress.revision < revision) {
    const hasStep = step?.revision === revision;
    await store.settleStanding(customer, { revision, graceEndsAt, hasStep });
    if (hasStep) {
      await store.post(customer, planStep(step, progress, catalogue, clock()));
    }
  } else if (step !== undefined && progress.lastEntry === entryOf(step)) {
    await store.confirm(customer, progress.lastEntry);
  }
}

/** A subscription may come to a plan more than once: each time is a change of its own. */
function entryOf({ subscription, revision }: EntitlementStep): string {
  return `subscription#${subscription}#change#${revision}`;
}

/**
 * Who buys a plan has paid for all of it; who changes the one that he has, for the rest of the period. Where the two count in other
 * windows, the new one's begins; but not anew, if he was in it before: else there and back again would fill it for next to nothing.
 */
function planStep(step: EntitlementStep, progress: Progress, catalogue: Catalogue, now: EpochSeconds): PlanStep {
  const { revision, isNew, period } = step;
  const plan = findPlan(catalogue, step.plan);
  const { plan: from, aside } = progress;
  const switchFrom = (name: string) =>
    unitsOfSwitch(
      catalogue.plans.find(({ id }) => id === name),
      plan,
    );
  const entry = { kind: 'plan', id: entryOf(step), from, plan: plan.id, revision } as const;
  const units = isNew ? undefined : switchFrom(from);
  if (units !== undefined) {
    return { ...entry, units };
  }
  const ofStripe = plan.quota.period === 'billing' ? period : undefined;
  const begun = { ...entry, period: ofStripe ?? firstPeriod(plan, now) };
  if (isNew) {
    return { ...begun, units: periodUnits(plan) };
  }
  const resumed = [...aside].flatMap(([name, { units: left, until }]) => {
    const difference = switchFrom(name);
    return difference === undefined || until <= now ? [] : [{ name, left: left + difference }];
  });
  const left = Math.min(...resumed.map((entered) => entered.left), periodUnits(plan));
  return {
    ...begun,
    units: Math.max(0, left),
    shortfall: Math.max(0, -left),
    setsAside: true,
    resumes: resumed.map(({ name }) => name),
  };
}
