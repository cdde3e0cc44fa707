import type Stripe from 'stripe';
import type { Catalogue } from '../../lib/private/catalogue';
import type { Subscriptions } from '../adapters/stripe-subscriptions';
import { findPlan, openingBalance, periodUnits } from '../domain/balance';
import type { Clock } from '../domain/clock';
import type { PaymentStore } from '../domain/customers';
import type { PlanArrivals } from '../domain/own-keys';
import { firstPeriod, type QuotaPeriod } from '../domain/period';
import type { PurchaseMetadata } from '../domain/purchase';

export interface ProcessDependencies {
  readonly store: PaymentStore;
  readonly subscriptions: Subscriptions;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** The secret of a new customer's checkout links. */
  readonly newLinkSecret: () => Uint8Array;
  /** Absent where no plan gives its customers surrogate keys of their own. */
  readonly arrivals?: PlanArrivals;
}

export type ProcessOutcome = 'processed' | 'duplicate' | 'ignored';

/** Carries out what an event means. It can be run again at any point: what was done is not done twice. */
export async function processEvent(event: Stripe.Event, dependencies: ProcessDependencies): Promise<ProcessOutcome> {
  if (await dependencies.store.isSeen(event.id)) {
    return 'duplicate';
  }
  const handled = await dispatch(event, dependencies);
  if (handled) {
    // Last: an event that is marked is one whose effects are there.
    await dependencies.store.markSeen(event.id, event.type);
  }
  return handled ? 'processed' : 'ignored';
}

async function dispatch(event: Stripe.Event, dependencies: ProcessDependencies): Promise<boolean> {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return settleCheckout(event.data.object, dependencies);
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
      return settleSubscription(event.data.object.id, dependencies);
    case 'invoice.paid':
    case 'invoice.payment_failed': {
      const subscription = event.data.object.parent?.subscription_details?.subscription;
      return subscription === undefined ? false : settleSubscription(idOf(subscription), dependencies);
    }
    default:
      return false;
  }
}

async function settleCheckout(session: Stripe.Checkout.Session, dependencies: ProcessDependencies): Promise<boolean> {
  const metadata = session.metadata as PurchaseMetadata | null;
  if (metadata?.customer === undefined || session.payment_status === 'unpaid') {
    return false;
  }
  const { customer, topUp, units } = metadata;
  await ensureCustomer(customer, dependencies);
  if (session.customer !== null) {
    await dependencies.store.linkStripeCustomer(customer, idOf(session.customer));
  }
  if (topUp !== undefined) {
    await dependencies.store.credit(customer, {
      id: `checkout_session#${session.id}`,
      units: soldUnits(session.id, units),
    });
  }
  return session.subscription === null ? true : settleSubscription(idOf(session.subscription), dependencies);
}

function soldUnits(session: string, units: string | undefined): number {
  const sold = Number(units);
  if (!Number.isSafeInteger(sold) || sold < 1) {
    throw new Error(`checkout session ${session} does not tell the units that it sold, got: ${units}`);
  }
  return sold;
}

/** Brings a customer to where the subscription, as Stripe has it now, puts him. */
async function settleSubscription(id: string, dependencies: ProcessDependencies): Promise<boolean> {
  const { store, clock, catalogue } = dependencies;
  const subscription = await dependencies.subscriptions.retrieve(id);
  const { customer, plan } = subscription.metadata as unknown as PurchaseMetadata;
  if (customer === undefined || plan === undefined) {
    return false;
  }
  switch (subscription.status) {
    case 'active':
    case 'trialing':
      await ensureCustomer(customer, dependencies);
      await startPlan(customer, plan, subscription, dependencies);
      return true;
    case 'past_due':
      await store.beginGrace(customer, clock() + catalogue.gracePeriod);
      return true;
    case 'canceled':
    case 'unpaid':
    case 'incomplete_expired':
      if (await store.release(customer, id)) {
        await changePlan(customer, catalogue.defaultPlan, `subscription#${id}#${subscription.status}`, dependencies);
      }
      return true;
    default:
      return true;
  }
}

async function startPlan(
  customer: string,
  plan: string,
  subscription: Stripe.Subscription,
  dependencies: ProcessDependencies,
): Promise<void> {
  const { store, subscriptions } = dependencies;
  const { id, created } = subscription;
  const { adopted, replaced } = await store.adopt(customer, { subscription: id, created });
  if (adopted) {
    await changePlan(customer, plan, `subscription#${id}#${plan}`, dependencies, subscription);
    await renew(customer, plan, subscription, dependencies);
  }
  if (replaced !== undefined) {
    // Nobody pays for two plans. The note of it stays until Stripe has confirmed.
    await subscriptions.cancel(replaced);
    await store.forgetReplaced(customer, replaced);
  }
}

/** Whichever event brings it, a period that Stripe has begun is begun on the balance, once. */
async function renew(
  customer: string,
  planId: string,
  subscription: Stripe.Subscription,
  { store, catalogue }: ProcessDependencies,
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

async function changePlan(
  customer: string,
  planId: string,
  cause: string,
  { store, catalogue, clock, arrivals }: ProcessDependencies,
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
  await store.endGrace(customer);
}

async function ensureCustomer(customer: string, dependencies: ProcessDependencies): Promise<void> {
  const { store, catalogue, clock, newLinkSecret } = dependencies;
  const plan = findPlan(catalogue, catalogue.defaultPlan);
  await store.create(customer, openingBalance(plan, clock(), newLinkSecret()));
}

function idOf(reference: string | { readonly id: string }): string {
  return typeof reference === 'string' ? reference : reference.id;
}
