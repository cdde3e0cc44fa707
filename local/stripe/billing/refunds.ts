import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { newId } from '../ids';
import { refundedCharge } from '../objects/charge';
import { failedRefund, newRefund, referencedRefund } from '../objects/refund';

export interface RefundRequest {
  readonly charge: Stripe.Charge;
  /** All that is left when there is none. */
  readonly amount: number | undefined;
  readonly reason: Stripe.Refund.Reason | null;
  readonly metadata: Record<string, string>;
}

export function refund(context: Context, request: RefundRequest): Stripe.Refund {
  const { charge } = request;
  const amount = refundable(context, request);
  const made = newRefund({ ...request, id: newId('re_'), created: context.now(), amount });
  const refunded = refundedCharge(charge, amount);
  context.store.put('refund', made);
  context.store.put('charge', refunded);
  context.emit('refund.created', made);
  context.emit('charge.refunded', refunded);
  // The bank's reference comes a little later, as an update of every refund.
  context.update('refund', made, referencedRefund(made));
  return made;
}

/** The bank sends the money back: none of it was refunded after all. */
export function failRefund(context: Context, refund: Stripe.Refund, reason: string): Stripe.Refund {
  if (refund.status === 'failed') {
    throw invalidRequest(`Refund ${refund.id} has failed already.`);
  }
  const charge = context.find('charge', String(refund.charge));
  const failed = failedRefund(refund, reason, newId('txn_'));
  context.store.put('charge', refundedCharge(charge, -refund.amount));
  context.update('refund', refund, failed);
  context.emit('refund.failed', failed);
  return failed;
}

/** How much is paid back, if it may be. */
function refundable(context: Context, { charge, amount }: RefundRequest): number {
  const dispute = context.store.all('dispute').find((row) => row.charge === charge.id);
  if (dispute !== undefined && dispute.status !== 'won') {
    throw invalidRequest(`Charge ${charge.id} is disputed, so the bank has its money.`, { code: 'charge_disputed' });
  }
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) {
    throw charge.paid
      ? invalidRequest(`Charge ${charge.id} is refunded already.`, { code: 'charge_already_refunded' })
      : invalidRequest(`Charge ${charge.id} did not succeed, so there is nothing to refund.`);
  }
  if ((amount ?? left) > left) {
    throw invalidRequest(`The refund of ${amount} is greater than what is left of the charge, ${left}.`, {
      param: 'amount',
    });
  }
  return amount ?? left;
}
