import type Stripe from 'stripe';
import type { Context } from '../context';
import { newId } from '../ids';
import { newCharge } from '../objects/charge';
import {
  canceledIntent,
  declinedIntent,
  newPaymentIntent,
  succeededIntent,
  unconfirmedIntent,
} from '../objects/payment-intent';
import { type DebitType, newPaymentMethod } from '../objects/payment-method';

export interface PaymentDetails {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly offSession: boolean;
}

export function openPayment(context: Context, details: PaymentDetails): Stripe.PaymentIntent {
  const id = newId('pi_');
  const intent = newPaymentIntent({ ...details, id, clientSecret: newId(`${id}_secret_`), created: context.now() });
  context.store.put('payment_intent', intent);
  context.emit('payment_intent.created', intent);
  return intent;
}

/** The card, or the bank account, that the buyer has typed in; with a customer it is kept for the next time. */
export function takeCard(
  context: Context,
  customer: string | null,
  email: string | null,
  type: 'card' | DebitType = 'card',
): Stripe.PaymentMethod {
  const card = newPaymentMethod({ id: newId('pm_'), created: context.now(), customer, email, type });
  context.store.put('payment_method', card);
  if (customer !== null) {
    context.emit('payment_method.attached', card);
  }
  return card;
}

export function succeed(
  context: Context,
  intent: Stripe.PaymentIntent,
  card: Stripe.PaymentMethod,
  customer: string | null,
): Stripe.PaymentIntent {
  const created = context.now();
  const charge = newCharge({ id: newId('ch_'), created, intent, customer, card, outcome: 'succeeded' });
  const succeeded = succeededIntent(intent, charge, customer);
  context.store.put('charge', charge);
  context.store.put('payment_intent', succeeded);
  context.emit('charge.succeeded', charge);
  context.emit('payment_intent.succeeded', succeeded);
  return succeeded;
}

export function decline(
  context: Context,
  intent: Stripe.PaymentIntent,
  card: Stripe.PaymentMethod,
  customer: string | null,
): Stripe.PaymentIntent {
  const created = context.now();
  const charge = newCharge({ id: newId('ch_'), created, intent, customer, card, outcome: 'failed' });
  const declined = declinedIntent(intent, charge, card);
  context.store.put('charge', charge);
  context.store.put('payment_intent', declined);
  context.emit('charge.failed', charge);
  context.emit('payment_intent.payment_failed', declined);
  return declined;
}

/** The bank wants to hear it from the card's owner, who is not there. */
export function requireAction(
  context: Context,
  intent: Stripe.PaymentIntent,
  card: Stripe.PaymentMethod,
): Stripe.PaymentIntent {
  const unconfirmed = unconfirmedIntent(intent, card);
  context.store.put('payment_intent', unconfirmed);
  context.emit('payment_intent.requires_action', unconfirmed);
  return unconfirmed;
}

/** What is left of a payment that was tried and never succeeded. */
export function abandon(context: Context, paymentIntent: string | undefined): void {
  const intent = paymentIntent === undefined ? undefined : context.store.get('payment_intent', paymentIntent);
  if (intent?.status === 'requires_payment_method' || intent?.status === 'requires_action') {
    const canceled = canceledIntent(intent, context.now());
    context.store.put('payment_intent', canceled);
    context.emit('payment_intent.canceled', canceled);
  }
}
