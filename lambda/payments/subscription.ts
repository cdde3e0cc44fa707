import { findPlan, periodUnits } from '../domain/balance';
import { advance, type Entitlement, type SeenSubscription } from '../domain/entitlement';
import { bring } from './bring';
import { openingOf, ownMetadata, type PaymentDependencies } from './dependencies';
import { seenSubscription } from './seen-subscription';

/** Each attempt that fails is one in which another event of the same customer has got through. */
const MAX_ATTEMPTS = 10;

interface OwnSubscription extends SeenSubscription {
  readonly customer: string;
}

/** Brings a customer to where the subscription, as Stripe has it now, puts him. */
export async function settleSubscription(id: string, dependencies: PaymentDependencies): Promise<boolean> {
  const seen = await see(id, dependencies);
  if (seen === undefined) {
    return false;
  }
  const { customer } = seen;
  const entitlement = await settleEntitlement(seen, dependencies);
  const { step, replaced } = entitlement;
  if (entitlement.subscription === id && seen.state === 'in_force' && step !== undefined) {
    await renew({ ...seen, plan: step.plan }, dependencies);
  }
  if (step?.subscription === id) {
    // Each time: it cannot be known whether an earlier run has come to it.
    await dependencies.arrivals?.send({ customer, plan: step.plan });
  }
  for (const subscription of replaced) {
    await dependencies.subscriptions.cancel(subscription);
    await dependencies.store.forgetReplaced(customer, subscription);
  }
  return true;
}

async function see(id: string, dependencies: PaymentDependencies): Promise<OwnSubscription | undefined> {
  const subscription = await dependencies.subscriptions.retrieve(id);
  const { customer, plan } = ownMetadata(subscription.metadata, dependencies) ?? {};
  return customer === undefined || plan === undefined
    ? undefined
    : { ...seenSubscription(subscription, plan, dependencies), customer };
}

/** What the customer is entitled to by the subscription, on the balance by now. */
async function settleEntitlement(seen: OwnSubscription, dependencies: PaymentDependencies): Promise<Entitlement> {
  const { store } = dependencies;
  const { id, customer } = seen;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const present = await store.entitlement(customer);
    // In their order: the balance comes to each change before there is another.
    await bring(customer, present, dependencies);
    if (next(present, seen, dependencies) === undefined) {
      return present;
    }
    // Asked after `present` was read: if another run has learnt something later than this, it has written something later too.
    const now = await see(id, dependencies);
    const changed = now && next(present, now, dependencies);
    if (changed === undefined) {
      return present;
    }
    requirePlan(changed, customer, dependencies);
    if (present.revision === 0) {
      await store.create(customer, openingOf(dependencies));
    }
    if (await store.entitle(customer, present, changed)) {
      await bring(customer, changed, dependencies);
      return changed;
    }
  }
  throw new Error(
    `the subscriptions of customer ${customer} kept changing under ${MAX_ATTEMPTS} attempts to settle them`,
  );
}

function next(present: Entitlement, seen: SeenSubscription, { catalogue, clock }: PaymentDependencies) {
  return advance(present, seen, catalogue, clock());
}

function requirePlan({ revision, step }: Entitlement, customer: string, { catalogue }: PaymentDependencies): void {
  if (step?.revision === revision && !catalogue.plans.some(({ id }) => id === step.plan)) {
    throw new Error(`the catalogue has no plan ${step.plan}, which customer ${customer} pays for`);
  }
}

/** Whichever event brings it, a period that Stripe has begun is begun on the balance, once. */
async function renew(
  { id, customer, plan: planId, period }: OwnSubscription,
  { store, catalogue }: PaymentDependencies,
): Promise<void> {
  const plan = findPlan(catalogue, planId);
  if (plan.quota.period !== 'billing') {
    return;
  }
  if (period === undefined) {
    throw new Error(`subscription ${id} has no item to tell its period`);
  }
  // A plan that the customer is on no more is no other plan's: each has an entry of its own.
  const entry = `subscription#${id}#period#${period.start}#${plan.id}`;
  await store.renew(customer, { kind: 'renewal', id: entry, plan: plan.id, units: periodUnits(plan), period });
}
