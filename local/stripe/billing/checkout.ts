import type Stripe from 'stripe';
import type { Context } from '../context';
import { newId } from '../ids';
import { customerDetails } from '../objects/checkout-session';
import { newCustomer } from '../objects/customer';
import type { DebitType } from '../objects/payment-method';
import type { Trial } from '../objects/subscription';
import type { CheckoutOrder, TrialOffer } from '../state';
import { beginDebit } from './bank-debits';
import { afterFirstInvoice, countRedemption, startDiscount } from './discounts';
import { announcePaid, attachPayment, draftInvoice, finalizeInvoice, markPaid, periodLines } from './invoicing';
import { abandon, decline, openPayment, succeed, takeCard } from './payments';
import { oneOffLines, startSubscription } from './subscriptions';
import { tellIfSoon } from './trials';

const DAY = 86_400;

/** What an open session becomes when the buyer has done all that was asked for; a debit is paid for days later. */
export function completeCheckout(
  context: Context,
  session: Stripe.Checkout.Session,
  email: string,
  debit?: DebitType,
): void {
  const order = context.find('checkout_order', session.id);
  const customer = buyer(context, session, email);
  const card = needsCard(session) ? takeCard(context, customer, email, debit) : null;
  const intent = card === null || total(session) === 0 ? null : pay(context, session, order, card, customer);
  const bought =
    session.mode === 'subscription' && customer !== null
      ? subscribe(context, session, order, { customer, card, intent })
      : { payment_intent: intent?.id ?? null };
  const completed: Stripe.Checkout.Session = {
    ...session,
    ...bought,
    customer,
    customer_details: customerDetails(email),
    payment_status: paymentStatus(intent),
    status: 'complete',
    url: null,
  };
  if (order.discount !== undefined) {
    countRedemption(context, order.discount);
  }
  context.store.put('checkout.session', completed);
  context.emit('checkout.session.completed', completed);
}

function paymentStatus(intent: Stripe.PaymentIntent | null): Stripe.Checkout.Session.PaymentStatus {
  if (intent === null) {
    return 'no_payment_required';
  }
  return intent.status === 'succeeded' ? 'paid' : 'unpaid';
}

/** The card is declined: the session stays open for another try. */
export function declineCheckout(context: Context, session: Stripe.Checkout.Session, email: string): void {
  const order = context.find('checkout_order', session.id);
  const customer = session.customer === null ? null : String(session.customer);
  const intent = paymentOf(context, session, order);
  decline(context, intent, takeCard(context, null, email), customer);
  if (session.mode === 'payment') {
    context.store.put('checkout.session', { ...session, payment_intent: intent.id });
  }
}

export function expireCheckout(context: Context, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  const expired: Stripe.Checkout.Session = { ...session, status: 'expired', url: null };
  context.store.put('checkout.session', expired);
  context.emit('checkout.session.expired', expired);
  abandon(context, context.store.get('checkout_order', session.id)?.paymentIntent);
  return expired;
}

export function total(session: Stripe.Checkout.Session): number {
  return session.amount_total ?? 0;
}

/** A subscription asks for a card even for nothing, unless told otherwise: there may be something to pay later. */
function needsCard(session: Stripe.Checkout.Session): boolean {
  return total(session) > 0 || session.payment_method_collection === 'always';
}

/** A one-off is sold to guests as well, but where a customer was asked for or where no payment would name the buyer. */
function buyer(context: Context, session: Stripe.Checkout.Session, email: string): string | null {
  if (session.customer !== null) {
    return String(session.customer);
  }
  if (session.mode === 'payment' && session.customer_creation !== 'always' && total(session) > 0) {
    return null;
  }
  const customer = newCustomer({ id: newId('cus_'), created: context.now(), email });
  context.store.put('customer', customer);
  context.emit('customer.created', customer);
  return customer.id;
}

function pay(
  context: Context,
  session: Stripe.Checkout.Session,
  order: CheckoutOrder,
  card: Stripe.PaymentMethod,
  customer: string | null,
): Stripe.PaymentIntent {
  const how = card.type === 'card' ? succeed : beginDebit;
  return how(context, paymentOf(context, session, order), card, customer);
}

/** The session's one PaymentIntent, made at the first attempt. */
function paymentOf(context: Context, session: Stripe.Checkout.Session, order: CheckoutOrder): Stripe.PaymentIntent {
  if (order.paymentIntent !== undefined) {
    // A code may have changed what is to be paid since the last attempt.
    const made = context.find('payment_intent', order.paymentIntent);
    return { ...made, amount: total(session) };
  }
  const subscribing = session.mode === 'subscription';
  const intent = openPayment(context, {
    amount: total(session),
    currency: session.currency ?? 'usd',
    customer: session.customer === null ? null : String(session.customer),
    description: subscribing ? 'Subscription creation' : order.description,
    // In subscription mode what the session was given belongs to the subscription.
    metadata: subscribing ? {} : order.metadata,
    offSession: subscribing,
  });
  context.store.put('checkout_order', { ...order, paymentIntent: intent.id });
  return intent;
}

interface Purchase {
  readonly customer: string;
  readonly card: Stripe.PaymentMethod | null;
  readonly intent: Stripe.PaymentIntent | null;
}

/** Stripe makes the subscription once its first invoice is paid, so the events before it already say so. */
function subscribe(
  context: Context,
  session: Stripe.Checkout.Session,
  order: CheckoutOrder,
  purchase: Purchase,
): { subscription: string; invoice: string } {
  const made = startSubscription(context, {
    customer: purchase.customer,
    currency: session.currency ?? 'usd',
    lineItems: order.lineItems,
    paymentMethod: purchase.card?.id ?? null,
    description: order.description,
    metadata: order.metadata,
    taxed: order.taxed,
    trial: order.trial && trialOf(order.trial, context.now()),
  });
  const started = order.discount ? startDiscount(context, made, session.id, order.discount) : made;
  const draft = draftInvoice(context, {
    subscription: started,
    lines: [...periodLines(context, started), ...oneOffLines(started, order.lineItems)],
    billingReason: 'subscription_create',
    period: { start: started.created, end: started.created },
  });
  if (purchase.intent !== null) {
    attachPayment(context, draft, purchase.intent);
  }
  const finalized = finalizeInvoice(context, draft);
  const invoice =
    purchase.intent?.status === 'processing' ? awaitBank(context, finalized) : markPaid(context, finalized);
  const subscription = { ...afterFirstInvoice(context, started), latest_invoice: invoice.id };
  context.store.put('subscription', subscription);
  context.emit('customer.subscription.created', subscription);
  context.emit('invoice.created', invoice);
  context.emit('invoice.finalized', invoice);
  if (invoice.status === 'paid') {
    announcePaid(context, invoice);
  }
  tellIfSoon(context, subscription);
  return { subscription: subscription.id, invoice: invoice.id };
}

/** Stripe counts the days from the purchase. */
function trialOf({ days = 0, end, missingPaymentMethod }: TrialOffer, now: number): Trial {
  return { end: end ?? now + days * DAY, missingPaymentMethod };
}

function awaitBank(context: Context, invoice: Stripe.Invoice): Stripe.Invoice {
  const waiting = { ...invoice, attempted: true };
  context.store.put('invoice', waiting);
  return waiting;
}
