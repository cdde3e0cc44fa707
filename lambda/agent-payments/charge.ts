import type { Catalogue } from '../../lib/private/catalogue';
import type { TokenPayments } from '../adapters/stripe-token-payments';
import type { PaymentAnswer, PaymentOrder } from '../domain/agent-payment';
import type { PaymentStore } from '../domain/customers';
import { paymentIntentEntry } from '../domain/ledger';
import { isChargeable } from '../domain/payment-challenge';
import { topUpMetadata } from '../domain/purchase';

export interface AgentPaymentDependencies {
  readonly payments: TokenPayments;
  readonly store: Pick<PaymentStore, 'post'>;
  readonly catalogue: Catalogue;
  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;
}

/**
 * Charges a top-up by a shared payment token, and credits its units. Whoever invokes it says what he has offered; what is sold, and
 * for how much, stands in the catalogue. It can be run again at any point: Stripe charges a challenge once, and the ledger has one entry
 * of a payment, whether it learns of it here or by an event.
 */
export async function chargeTopUp(
  order: PaymentOrder,
  { payments, store, catalogue, paywallId }: AgentPaymentDependencies,
): Promise<PaymentAnswer> {
  const { customer, challenge, token } = order;
  const topUp = catalogue.topUps.find(({ id }) => id === order.topUp);
  const isAsOffered =
    topUp?.units === order.units && topUp.price.amount === order.amount && topUp.price.currency === order.currency;
  if (topUp === undefined || !isChargeable(topUp) || !isAsOffered) {
    return { outcome: 'terms_changed' };
  }
  const payment = await payments.charge({
    ...topUp.price,
    token,
    description: topUp.name,
    metadata: topUpMetadata(paywallId, customer, topUp),
    idempotencyKey: `${paywallId}/payment/${challenge}`,
  });
  if (payment.outcome !== 'paid') {
    return { outcome: payment.outcome };
  }
  const entry = { kind: 'top_up', id: paymentIntentEntry(payment.intent), units: topUp.units } as const;
  const credited = (await store.post(customer, entry)) === 'applied';
  return { outcome: 'paid', reference: payment.intent, paidAt: payment.paidAt, credited };
}
