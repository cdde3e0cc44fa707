import type Stripe from 'stripe';
import { findPlan, periodUnits } from '../domain/balance';
import { subscriptionEntry } from '../domain/ledger';
import { firstPeriod, type QuotaPeriod, unitsOfSwitch } from '../domain/period';
import { planPaidFor } from '../domain/purchase';
import { ensureCustomer, ownMetadata, type PaymentDependencies } from './dependencies';

/** Brings a customer to where the subscription, as Stripe has it now, puts him. */
export async function settleSubscription(id: string, dependencies: PaymentDependencies): Promise<boolean> {
  const { store, clock, catalogue } = dependencies;
  const subscription = await dependencies.subscriptions.retrieve(id);
  const { customer, plan: bought } = ownMetadata(subscription.metadata, dependencies) ?? {};
  if (customer === undefined || bought === undefined) {
    return false;
  }
  const plan = planPaidFor(catalogue, dependencies.paywallId, bought, subscription.items.data[0]?.price);
  switch (subscription.status) {
    case 'active':
    case 'trialing':
      if (await startPlan(customer, plan, subscription, dependencies)) {
        await renew(customer, plan, subscription, dependencies);
        await store.endGrace(customer);
      }
      return true;
    // Both have been in force, whichever event comes first; so the plan is the customer's, and what is owed is a payment.
    case 'past_due':
    case 'paused':
      if (await startPlan(customer, plan, subscription, dependencies)) {
        // A subscription is paused where a trial has ended without a way to pay: there is nothing to wait for.
        const grace = subscription.status === 'paused' ? 0 : catalogue.gracePeriod;
        await store.beginGrace(customer, clock() + grace);
      }
      return true;
    case 'canceled':
    case 'unpaid':
    case 'incomplete_expired':
      if (await store.release(customer, id)) {
        await changePlan(customer, catalogue.defaultPlan, `subscription#${id}#${subscription.status}`, dependencies);
        await store.endGrace(customer);
      }
      return true;
    default:
      return true;
  }
}

/** Puts the customer on the subscription's plan, unless a younger one is his; tells whether this one is. */
async function startPlan(
  customer: string,
  plan: string,
  subscription: Stripe.Subscription,
  dependencies: PaymentDependencies,
): Promise<boolean> {
  const { store, subscriptions } = dependencies;
  const { id, created } = subscription;
  await ensureCustomer(customer, dependencies);
  const { adopted, replaced } = await store.adopt(customer, { subscription: id, created });
  if (adopted) {
    const cause = subscriptionEntry(id, plan);
    // Who buys another subscription has paid for all of its plan; who changes the one that he has, for the rest of the period.
    const isSwitch = replaced === undefined && (await switchPlan(customer, plan, cause, dependencies));
    if (!isSwitch) {
      await changePlan(customer, plan, cause, dependencies, subscription);
    }
  }
  if (!adopted) {
    // The younger one's event has come first, and could not know of this one.
    await subscriptions.cancel(id);
  }
  if (replaced !== undefined) {
    // Nobody pays for two plans. The note of it stays until Stripe has confirmed.
    await subscriptions.cancel(replaced);
    await store.forgetReplaced(customer, replaced);
  }
  return adopted;
}

/** Whichever event brings it, a period that Stripe has begun is begun on the balance, once. */
async function renew(
  customer: string,
  planId: string,
  subscription: Stripe.Subscription,
  { store, catalogue }: PaymentDependencies,
): Promise<void> {
  const plan = findPlan(catalogue, planId);
  if (plan.quota.period === 'billing') {
    const period = billingPeriod(subscription);
    const cause = `subscription#${subscription.id}#period#${period.start}`;
    await store.renew(customer, { cause, plan: plan.id, units: periodUnits(plan), period });
  }
}

/** A subscription of ours has one item; its period is the subscription's. */
function billingPeriod({ id, items }: Stripe.Subscription): QuotaPeriod {
  const item = items.data[0];
  if (item === undefined) {
    throw new Error(`subscription ${id} has no item to tell its period`);
  }
  return { start: item.current_period_start, end: item.current_period_end };
}

/** Carries on in the same period on another paid plan; false where that is not what has happened. */
async function switchPlan(
  customer: string,
  planId: string,
  cause: string,
  { store, catalogue, arrivals }: PaymentDependencies,
): Promise<boolean> {
  const from = await store.planOf(customer);
  const [before, after] = [from, planId].map((id) => catalogue.plans.find((plan) => plan.id === id));
  const units = after && unitsOfSwitch(before, after);
  if (from === undefined || from === planId || units === undefined) {
    return false;
  }
  await store.switchPlan(customer, { cause, from, plan: planId, units });
  await arrivals?.send({ customer, plan: planId });
  return true;
}

async function changePlan(
  customer: string,
  planId: string,
  cause: string,
  { store, catalogue, clock, arrivals }: PaymentDependencies,
  subscription?: Stripe.Subscription,
): Promise<void> {
  if (!catalogue.plans.some((plan) => plan.id === planId)) {
    throw new Error(`the catalogue has no plan ${planId}, which customer ${customer} pays for`);
  }
  const plan = findPlan(catalogue, planId);
  const ofStripe = plan.quota.period === 'billing' && subscription !== undefined;
  const period = ofStripe ? billingPeriod(subscription) : firstPeriod(plan, clock());
  await store.changePlan(customer, { cause, plan: planId, units: periodUnits(plan), period });
  await arrivals?.send({ customer, plan: planId });
}
