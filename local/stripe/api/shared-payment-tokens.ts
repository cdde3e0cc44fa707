import type { Context } from '../context';
import { requireCurrency } from '../currency';
import { invalidRequest, parameterMissing } from '../errors';
import { newId } from '../ids';
import { deactivated, type GrantedToken, newGrantedToken } from '../objects/granted-token';
import type { ApiRequest, Route } from './route';

/** What charges of Stripe's test payment methods come to. https://docs.stripe.com/testing */
export const TEST_PAYMENT_METHODS: Readonly<Record<string, 'paid' | 'failed' | 'requires_action'>> = {
  pm_card_visa: 'paid',
  pm_card_mastercard: 'paid',
  pm_card_visa_chargeDeclined: 'failed',
  pm_card_chargeDeclined: 'failed',
  pm_card_visa_chargeDeclinedInsufficientFunds: 'failed',
  pm_card_authenticationRequired: 'requires_action',
  pm_card_threeDSecure2Required: 'requires_action',
};

/** Tokens that agents grant; a test helper stands in for the agent. */
export const sharedPaymentRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/test_helpers/shared_payment/granted_tokens', handle: grantToken },
  { method: 'POST', path: '/v1/test_helpers/shared_payment/granted_tokens/:id/revoke', handle: revokeToken },
  {
    method: 'GET',
    path: '/v1/shared_payment/granted_tokens/:id',
    handle: ({ context, id }) => shown(currentToken(context, id, 'id')),
  },
];

function grantToken({ context, params }: ApiRequest): object {
  params.only(['payment_method', 'usage_limits', 'seller_details']);
  const paymentMethod = params.requiredString('payment_method');
  if (TEST_PAYMENT_METHODS[paymentMethod] === undefined) {
    throw invalidRequest(
      `The local stand-in for Stripe grants tokens of ${Object.keys(TEST_PAYMENT_METHODS).join(', ')}, got: ${paymentMethod}`,
      { param: 'payment_method' },
    );
  }
  const limits = params.child('usage_limits')?.only(['currency', 'max_amount', 'expires_at']);
  const maxAmount = limits?.integer('max_amount', 1);
  if (limits === undefined || maxAmount === undefined) {
    throw parameterMissing('usage_limits[max_amount]');
  }
  const token = newGrantedToken({
    id: newId('spt_'),
    created: context.now(),
    paymentMethod,
    limits: {
      currency: requireCurrency(limits.requiredString('currency'), 'usage_limits[currency]'),
      max_amount: maxAmount,
      expires_at: limits.integer('expires_at') ?? null,
    },
  });
  context.store.put('shared_payment.granted_token', token);
  return shown(token);
}

function revokeToken({ context, id, params }: ApiRequest): object {
  params.only();
  const token = currentToken(context, id, 'id');
  if (token.deactivated_reason !== null) {
    throw invalidRequest(`The shared payment token is ${token.deactivated_reason} already.`);
  }
  const revoked = deactivated(token, 'revoked', context.now());
  context.store.put('shared_payment.granted_token', revoked);
  return shown(revoked);
}

/** The token as it is now: one whose time is over says so. */
export function currentToken(context: Context, id: string, param: string): GrantedToken {
  const token = context.find('shared_payment.granted_token', id, param);
  const { expires_at: end } = token.usage_limits;
  return token.deactivated_reason === null && end !== null && end <= context.now()
    ? deactivated(token, 'expired', end)
    : token;
}

/** Without what Stripe keeps to itself. */
function shown({ payment_method: _, ...token }: GrantedToken): object {
  return token;
}
