import { refund } from '../billing/refunds';
import type { Context } from '../context';
import { invalidRequest, parameterMissing } from '../errors';
import type { Params } from '../form';
import { type ApiRequest, listRoute, type Route } from './route';

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

export const refundRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/refunds', handle: createRefund },
  listRoute('/v1/refunds', 'refund', ['charge', 'payment_intent']),
  { method: 'GET', path: '/v1/refunds/:id', handle: ({ context, id }) => context.find('refund', id) },
  { method: 'POST', path: '/v1/refunds/:id', handle: updateRefund },
];

function createRefund({ context, params }: ApiRequest): object {
  params.only(['charge', 'payment_intent', 'amount', 'reason', 'metadata']);
  return refund(context, {
    charge: context.find('charge', chargeId(context, params), 'charge'),
    amount: params.integer('amount', 1),
    reason: params.oneOf('reason', REASONS) ?? null,
    metadata: params.metadata(),
  });
}

function updateRefund({ context, id, params }: ApiRequest): object {
  params.only(['metadata']);
  const refund = context.find('refund', id);
  const changed = { ...refund, metadata: params.metadata(refund.metadata ?? {}) };
  context.update('refund', refund, changed);
  return changed;
}

function chargeId(context: Context, params: Params): string {
  const intentId = params.string('payment_intent');
  if (intentId === undefined) {
    const id = params.string('charge');
    if (id === undefined) {
      throw parameterMissing('payment_intent');
    }
    return id;
  }
  const intent = context.find('payment_intent', intentId, 'payment_intent');
  if (intent.status !== 'succeeded') {
    throw invalidRequest(`PaymentIntent ${intentId} has no successful charge to refund.`, { param: 'payment_intent' });
  }
  return String(intent.latest_charge);
}
