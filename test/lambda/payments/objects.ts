import type Stripe from 'stripe';
import { productId } from '../../../lib/private/stripe-catalogue';
import { newCharge } from '../../../local/stripe/objects/charge';
import { newCheckoutSession } from '../../../local/stripe/objects/checkout-session';
import { newCustomer } from '../../../local/stripe/objects/customer';
import { newDispute } from '../../../local/stripe/objects/dispute';
import { finalizedInvoice, newInvoice, paidInvoice } from '../../../local/stripe/objects/invoice';
import { newInvoiceLine } from '../../../local/stripe/objects/invoice-line';
import { newPaymentIntent, succeededIntent } from '../../../local/stripe/objects/payment-intent';
import { newPaymentMethod } from '../../../local/stripe/objects/payment-method';
import { newPrice } from '../../../local/stripe/objects/price';
import { newRefund } from '../../../local/stripe/objects/refund';
import { newSubscription, newSubscriptionItem, type Period } from '../../../local/stripe/objects/subscription';
import { NOW } from '../fixtures';

/** Stripe's objects as its pinned API version has them, every member of them. */

export const PAYWALL = 'Paywall-1';
export const PERIOD = 30 * 86_400;

/** In cents. */
const AMOUNTS: Readonly<Record<string, number>> = { free: 0, pro: 2_900, max: 9_900 };

export interface Sold {
  readonly paywall: string;
  readonly customer: string;
  readonly plan?: string;
  readonly topUp?: string;
  readonly units?: string;
}

export function soldPack(customer: string, units: number): Sold {
  return { paywall: PAYWALL, customer, topUp: '1k', units: String(units) };
}

export function soldPlan(customer: string, plan: string): Sold {
  return { paywall: PAYWALL, customer, plan };
}

/** Stripe's metadata, without the members that are not there. */
function metadataOf(sold: Sold): Stripe.Metadata {
  return Object.fromEntries(Object.entries(sold).filter(([, value]) => value !== undefined));
}

export function customerAtStripe(id: string): Stripe.Customer {
  return newCustomer({ id, created: NOW, email: 'ada@example.com' });
}

export function checkoutSession(
  id: string,
  sold: Sold,
  overrides: Partial<Stripe.Checkout.Session> = {},
): Stripe.Checkout.Session {
  const metadata = metadataOf(sold);
  const session = newCheckoutSession({
    id,
    created: NOW,
    url: `https://checkout.stripe.com/c/pay/${id}`,
    mode: sold.plan === undefined ? 'payment' : 'subscription',
    currency: 'usd',
    successUrl: 'https://api.example.com/prod/billing/welcome?session_id={CHECKOUT_SESSION_ID}',
    cancelUrl: 'https://api.example.com/prod/billing/plans',
    expiresAt: NOW + 86_400,
    customer: null,
    customerEmail: null,
    customerCreation: 'always',
    paymentMethodCollection: 'always',
    paymentMethodTypes: ['card'],
    clientReferenceId: sold.customer,
    allowPromotionCodes: null,
    taxed: false,
    taxIdCollection: undefined,
    metadata,
  });
  return { ...session, customer: 'cus_1', payment_status: 'paid', status: 'complete', url: null, ...overrides };
}

/** The price of a plan's product, as a deployment makes it. */
export function priceOf(plan: string): Stripe.Price {
  return newPrice({
    id: `price_${plan}`,
    created: NOW,
    active: true,
    currency: 'usd',
    product: productId(PAYWALL, 'plan', plan),
    unitAmount: AMOUNTS[plan] ?? 1_000,
    recurring: { interval: 'month', intervalCount: 1 },
  });
}

export function subscription(
  id: string,
  sold: Sold & { readonly plan: string },
  overrides: Partial<Stripe.Subscription> = {},
): Stripe.Subscription {
  const { created = NOW } = overrides;
  const item = subscriptionItem(id, sold.plan, { start: NOW, end: NOW + PERIOD });
  const metadata = metadataOf(sold);
  const details = { id, created, customer: 'cus_1', currency: 'usd', items: [item], paymentMethod: 'pm_1' };
  return { ...newSubscription({ ...details, description: null, metadata, taxed: false }), ...overrides };
}

export function subscriptionItem(subscriptionId: string, plan: string, period: Period): Stripe.SubscriptionItem {
  const id = `si_${subscriptionId}`;
  return newSubscriptionItem({
    id,
    created: NOW,
    subscription: subscriptionId,
    price: priceOf(plan),
    quantity: 1,
    period,
  });
}

/** The same subscription, on another plan's price or in another period. */
export function withItem(
  { id, items }: Stripe.Subscription,
  plan: string,
  { start, end }: { start: number; end: number } = { start: NOW, end: NOW + PERIOD },
): Pick<Stripe.Subscription, 'items'> {
  return { items: { ...items, data: [subscriptionItem(id, plan, { start, end })] } };
}

export function invoice(
  id: string,
  of: Stripe.Subscription,
  status: 'paid' | 'open',
  billingReason: Stripe.Invoice.BillingReason = 'subscription_cycle',
): Stripe.Invoice {
  const [item] = of.items.data;
  const price = item?.price ?? priceOf('pro');
  const period = { start: item?.current_period_start ?? NOW, end: item?.current_period_end ?? NOW };
  const line = newInvoiceLine({
    id: `il_${id}`,
    subscription: of,
    price,
    quantity: 1,
    amount: price.unit_amount ?? 0,
    description: '1 × a plan',
    period,
    ...(item !== undefined && { item }),
  });
  const made = newInvoice({
    id,
    number: `${id}-0001`,
    created: NOW,
    customer: customerAtStripe('cus_1'),
    subscription: of,
    billingReason,
    lines: [line],
    period,
    startingBalance: 0,
  });
  const finalized = finalizedInvoice(made, NOW, `https://invoice.stripe.com/i/${id}`);
  return status === 'paid' ? paidInvoice(finalized, NOW) : finalized;
}

/** A payment that has come in. */
export function paidIntent(id: string, amount: number, sold: Sold): Stripe.PaymentIntent {
  const metadata = metadataOf(sold);
  const details = { id, clientSecret: `${id}_secret_1`, created: NOW, amount, currency: 'usd', customer: null };
  const intent = newPaymentIntent({ ...details, description: null, metadata, offSession: false });
  return succeededIntent(intent, charge(`ch_${id}`, amount), null);
}

export function charge(id: string, amount: number, overrides: Partial<Stripe.Charge> = {}): Stripe.Charge {
  const intent = newPaymentIntent({
    id: `pi_${id}`,
    clientSecret: `pi_${id}_secret_1`,
    created: NOW,
    amount,
    currency: 'usd',
    customer: 'cus_1',
    description: null,
    metadata: {},
    offSession: false,
  });
  const card = newPaymentMethod({ type: 'card', id: 'pm_1', created: NOW, customer: 'cus_1', email: null });
  const made = newCharge({ id, created: NOW, intent, customer: 'cus_1', card, outcome: 'succeeded' });
  return { ...made, ...overrides };
}

export function refund(id: string, of: Stripe.Charge, overrides: Partial<Stripe.Refund> = {}): Stripe.Refund {
  const details = { id, created: NOW, amount: of.amount, charge: of, reason: null, metadata: {} };
  return { ...newRefund(details), ...overrides };
}

export function dispute(id: string, of: Stripe.Charge, overrides: Partial<Stripe.Dispute> = {}): Stripe.Dispute {
  const details = { id, transaction: `txn_${id}`, created: NOW, charge: of, amount: of.amount, reason: 'fraudulent' };
  return { ...newDispute(details), ...overrides };
}
