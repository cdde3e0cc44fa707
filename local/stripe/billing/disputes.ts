import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import { newId } from '../ids';
import { newDispute, settledDispute } from '../objects/dispute';

export interface DisputeRequest {
  readonly charge: Stripe.Charge;
  readonly reason: string;
  /** All of the charge when there is none. */
  readonly amount: number | undefined;
}

/** A buyer has asked the bank for the money back, and the bank has taken it. */
export function dispute(context: Context, request: DisputeRequest): Stripe.Dispute {
  const { charge, amount = charge.amount } = request;
  if (!charge.paid || charge.disputed || amount > charge.amount) {
    throw invalidRequest(
      `A dispute needs a charge that is paid and not disputed yet, and no more than its amount of ${charge.amount}.`,
    );
  }
  const opened = newDispute({
    ...request,
    amount,
    id: newId('du_'),
    transaction: newId('txn_'),
    created: context.now(),
  });
  context.store.put('dispute', opened);
  context.store.put('charge', { ...charge, disputed: true });
  context.emit('charge.dispute.created', opened);
  context.emit('charge.dispute.funds_withdrawn', opened);
  return opened;
}

/** The bank has decided. A dispute that is won gives the money back; one that was closed by the merchant is lost. */
export function settleDispute(context: Context, open: Stripe.Dispute, outcome: 'won' | 'lost'): Stripe.Dispute {
  if (isOver(open)) {
    throw invalidRequest(`Dispute ${open.id} is ${open.status} already.`);
  }
  const settled = settledDispute(open, outcome, newId('txn_'), context.now());
  context.store.put('dispute', settled);
  context.emit('charge.dispute.closed', settled);
  if (outcome === 'won') {
    context.emit('charge.dispute.funds_reinstated', settled);
  }
  return settled;
}

export function isOver({ status }: Stripe.Dispute): boolean {
  return status === 'won' || status === 'lost';
}
