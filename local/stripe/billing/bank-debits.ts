import type Stripe from 'stripe';
import type { Context } from '../context';
import { newId } from '../ids';
import { newCharge, settledCharge } from '../objects/charge';
import { declinedIntent, processingIntent, succeededIntent } from '../objects/payment-intent';
import type { DebitType } from '../objects/payment-method';

/** The banks that can be asked for money, by currency; Stripe has more. */
const DEBITS: Readonly<Record<string, DebitType>> = { usd: 'us_bank_account', eur: 'sepa_debit' };

export function debitOf(currency: string): DebitType | undefined {
  return DEBITS[currency];
}

/** The bank is asked for the money, and answers days later. */
export function beginDebit(
  context: Context,
  intent: Stripe.PaymentIntent,
  account: Stripe.PaymentMethod,
  customer: string | null,
): Stripe.PaymentIntent {
  const created = context.now();
  const charge = newCharge({ id: newId('ch_'), created, intent, customer, card: account, outcome: 'pending' });
  const processing = processingIntent(intent, charge, customer);
  context.store.put('charge', charge);
  context.store.put('payment_intent', processing);
  context.emit('charge.pending', charge);
  context.emit('payment_intent.processing', processing);
  return processing;
}

/** The bank has answered. */
export function endDebit(context: Context, intent: Stripe.PaymentIntent, outcome: 'paid' | 'failed'): void {
  const account = context.find('payment_method', String(intent.payment_method));
  const pending = context.find('charge', String(intent.latest_charge));
  const charge = settledCharge(pending, outcome === 'paid' ? 'succeeded' : 'failed');
  const customer = intent.customer === null ? null : String(intent.customer);
  context.store.put('charge', charge);
  if (outcome === 'paid') {
    const succeeded = succeededIntent(intent, charge, customer);
    context.store.put('payment_intent', succeeded);
    context.emit('charge.succeeded', charge);
    context.emit('payment_intent.succeeded', succeeded);
  } else {
    const declined = declinedIntent(intent, charge, account);
    context.store.put('payment_intent', declined);
    context.emit('charge.failed', charge);
    context.emit('payment_intent.payment_failed', declined);
  }
}
