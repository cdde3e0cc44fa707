import type Stripe from 'stripe';
import { decline, openPayment, requireAction, succeed, takeCard } from '../billing/payments';
import type { Context } from '../context';
import { requireChargeable, requireCurrency } from '../currency';
import { FailedAttempt, invalidRequest, parameterMissing } from '../errors';
import type { Params } from '../form';
import { consumed, type GrantedToken } from '../objects/granted-token';
import type { ApiRequest, Route } from './route';
import { currentToken, TEST_PAYMENT_METHODS } from './shared-payment-tokens';

/** Payments that need no page: those by shared payment tokens. */
export const paymentIntentRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/payment_intents', handle: createIntent },
];

const TOKEN = 'shared_payment_granted_token';
const SERVED = ['amount', 'currency', 'confirm', 'description', 'metadata', 'automatic_payment_methods', TOKEN];
const ASIDES = ['payment_method_types', 'receipt_email'];

function createIntent({ context, params }: ApiRequest): object {
  params.only(SERVED, ASIDES);
  const currency = requireCurrency(params.requiredString('currency'), 'currency');
  const amount = params.integer('amount', 1);
  if (amount === undefined) {
    throw parameterMissing('amount');
  }
  requireChargeable(amount, currency, 'amount');
  requireNoPage(params);
  const token = usableToken(context, params.requiredString(TOKEN), amount, currency);
  const details = {
    amount,
    currency,
    customer: null,
    description: params.string('description') ?? null,
    metadata: params.metadata(),
    offSession: false,
  };
  return confirm(context, openPayment(context, details), token);
}

/** Without a page there is nobody to confirm it later, or to be sent elsewhere. */
function requireNoPage(params: Params): void {
  const methods = params.child('automatic_payment_methods')?.only(['enabled', 'allow_redirects']);
  if (params.boolean('confirm') !== true) {
    throw invalidRequest('The local stand-in for Stripe serves PaymentIntents that are confirmed at once.', {
      param: 'confirm',
    });
  }
  if (methods !== undefined && methods.oneOf('allow_redirects', ['always', 'never']) !== 'never') {
    throw invalidRequest('A PaymentIntent that may redirect needs a return_url, which the stand-in does not serve.', {
      param: 'automatic_payment_methods[allow_redirects]',
    });
  }
}

function usableToken(context: Context, id: string, amount: number, currency: string): GrantedToken {
  const token = currentToken(context, id, TOKEN);
  const { usage_limits: limits, deactivated_reason: reason } = token;
  if (reason !== null) {
    throw invalidRequest(`The shared payment token ${id} cannot be used: it is ${reason}.`, { param: TOKEN });
  }
  if (limits.currency !== currency || limits.max_amount < amount) {
    throw invalidRequest(
      `The shared payment token ${id} is good for ${limits.max_amount} ${limits.currency}, and not for ${amount} ${currency}.`,
      { param: TOKEN },
    );
  }
  return token;
}

function confirm(context: Context, intent: Stripe.PaymentIntent, token: GrantedToken): Stripe.PaymentIntent {
  const card = takeCard(context, null, null);
  switch (TEST_PAYMENT_METHODS[token.payment_method]) {
    case 'requires_action':
      return requireAction(context, intent, card);
    case 'failed':
      decline(context, intent, card, null);
      throw new FailedAttempt();
    default:
      context.store.put('shared_payment.granted_token', consumed(token, intent.amount, context.now()));
      return succeed(context, intent, card, null);
  }
}
