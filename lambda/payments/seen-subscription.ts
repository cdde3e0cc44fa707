import type Stripe from 'stripe';
import type { SeenSubscription } from '../domain/entitlement';
import type { QuotaPeriod } from '../domain/period';
import { planPaidFor } from '../domain/purchase';
import type { PaymentDependencies } from './dependencies';

/** What matters here of a subscription; `sold` is the plan that it was bought for. */
export function seenSubscription(
  subscription: Stripe.Subscription,
  sold: string,
  { catalogue, paywallId }: PaymentDependencies,
): SeenSubscription {
  const { id, created } = subscription;
  return {
    id,
    created,
    plan: planPaidFor(catalogue, paywallId, sold, subscription.items.data[0]?.price),
    state: stateOf(subscription),
    isPaid: !isOwed(subscription),
    isTrial: subscription.status === 'trialing',
    period: billingPeriod(subscription),
  };
}

function stateOf({ status }: Stripe.Subscription): SeenSubscription['state'] {
  switch (status) {
    case 'active':
    case 'trialing':
      return 'in_force';
    case 'past_due':
      return 'owing';
    // A trial has ended without a way to pay: there is nothing to wait for.
    case 'paused':
      return 'paused';
    case 'canceled':
    case 'unpaid':
    case 'incomplete_expired':
      return 'ended';
    default:
      return 'none';
  }
}

/**
 * Whether what has brought the subscription, or its last change, is yet to be paid: by a bank that takes days, or by a card that was
 * declined. A renewal is none of these. Who sends invoices has chosen to wait for their payment.
 */
function isOwed({ latest_invoice: invoice, collection_method: method }: Stripe.Subscription): boolean {
  if (invoice === null || typeof invoice !== 'object' || method === 'send_invoice') {
    return false;
  }
  const isChange = invoice.billing_reason === 'subscription_create' || invoice.billing_reason === 'subscription_update';
  return isChange && (invoice.status === 'open' || invoice.status === 'uncollectible');
}

/** A subscription of ours has one item; its period is the subscription's. */
function billingPeriod({ items }: Stripe.Subscription): QuotaPeriod | undefined {
  const item = items.data[0];
  return item && { start: item.current_period_start, end: item.current_period_end };
}
