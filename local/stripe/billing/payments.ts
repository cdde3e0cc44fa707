import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { newId } from '../ids';
import { newCharge, refundedCharge } from '../objects/charge';
import { canceledIntent, declinedIntent, newPaymentIntent, succeededIntent } from '../objects/payment-intent';
import { newPaymentMethod } from '../objects/payment-method';
import { newRefund } from '../objects/refund';

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

/** The card that the buyer has typed in; with a customer it is kept for the next time. */
export function takeCard(context: Context, customer: string | null, email: string | null): Stripe.PaymentMethod {
  const card = newPaymentMethod({ id: newId('pm_'), created: context.now(), customer, email });
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

/** What is left of a payment that was tried and never succeeded. */
export function abandon(context: Context, paymentIntent: string | undefined): void {
  const intent = paymentIntent === undefined ? undefined : context.store.get('payment_intent', paymentIntent);
  if (intent?.status === 'requires_payment_method') {
    const canceled = canceledIntent(intent, context.now());
    context.store.put('payment_intent', canceled);
    context.emit('payment_intent.canceled', canceled);
  }
}

export interface RefundRequest {
  readonly charge: Stripe.Charge;
  /** All that is left when there is none. */
  readonly amount: number | undefined;
  readonly reason: Stripe.Refund.Reason | null;
  readonly metadata: Record<string, string>;
}

export function refund(context: Context, request: RefundRequest): Stripe.Refund {
  const { charge } = request;
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) {
    throw charge.paid
      ? invalidRequest(`Charge ${charge.id} is refunded already.`, { code: 'charge_already_refunded' })
      : invalidRequest(`Charge ${charge.id} did not succeed, so there is nothing to refund.`);
  }
  const amount = request.amount ?? left;
  if (amount > left) {
    throw invalidRequest(`The refund of ${amount} is greater than what is left of the charge, ${left}.`, {
      param: 'amount',
    });
  }
  const made = newRefund({ ...request, id: newId('re_'), created: context.now(), amount });
  const refunded = refundedCharge(charge, amount);
  context.store.put('refund', made);
  context.store.put('charge', refunded);
  context.emit('refund.created', made);
  context.emit('charge.refunded', refunded);
  return made;
}
