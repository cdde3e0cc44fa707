import { dispute, settleDispute } from '../billing/disputes';
import { failRefund } from '../billing/refunds';
import { parameterMissing } from '../errors';
import { DISPUTE_REASONS } from '../objects/dispute';
import { REFUND_FAILURES } from '../objects/refund';
import type { Lever, LeverPull } from './lever';

const OUTCOMES = ['won', 'lost'] as const;

export const paymentLevers: readonly Lever[] = [
  { path: 'charges/:id/dispute', params: ['reason', 'amount', 'outcome'], pull: disputeCharge },
  { path: 'disputes/:id/close', params: ['outcome'], pull: closeDispute },
  { path: 'refunds/:id/fail', params: ['reason'], pull: fail },
];

function disputeCharge({ context, id, params }: LeverPull): object {
  const outcome = params.oneOf('outcome', OUTCOMES);
  const opened = dispute(context, {
    charge: context.find('charge', id),
    reason: params.oneOf('reason', DISPUTE_REASONS) ?? 'fraudulent',
    amount: params.integer('amount', 1),
  });
  return outcome === undefined ? opened : settleDispute(context, opened, outcome);
}

function closeDispute({ context, id, params }: LeverPull): object {
  const outcome = params.oneOf('outcome', OUTCOMES);
  if (outcome === undefined) {
    throw parameterMissing('outcome');
  }
  return settleDispute(context, context.find('dispute', id), outcome);
}

function fail({ context, id, params }: LeverPull): object {
  return failRefund(context, context.find('refund', id), params.oneOf('reason', REFUND_FAILURES) ?? 'unknown');
}
