import type { Catalogue } from '../../lib/private/catalogue';
import { logError } from '../adapters/log';
import type { TokenPayments } from '../adapters/stripe-token-payments';
import type { PaymentAnswer, PaymentOrder } from '../domain/agent-payment';
import { CustomerDeletedError, type PaymentStore } from '../domain/customers';
import { paymentIntentEntry } from '../domain/ledger';
import { isChargeable } from '../domain/payment-challenge';
import { topUpMetadata } from '../domain/purchase';

export interface AgentPaymentDependencies {
  readonly payments: TokenPayments;
  readonly store: Pick<PaymentStore, 'post'>;
  readonly catalogue: Catalogue;
  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;
  /** Told of the money that came, in the currency's minor unit, where its units were credited now. */
  readonly revenue: (amount: number, currency: string) => void;
}

/**
 * Charges a top-up by a shared payment token, and credits its units. Whoever invokes it says what he has offered; what is sold, and
 * for how much, stands in the catalogue. It can be run again at any point: Stripe charges a challenge once, and the ledger has one entry
 * of a payment, whether it learns of it here or by an event.
 */
export async function chargeTopUp(
  order: PaymentOrder,
  { payments, store, catalogue, paywallId, revenue }: AgentPaymentDependencies,
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
  const { intent, paidAt } = payment;
  const credited = await credit(customer, intent, topUp.units, store);
  if (credited) {
    revenue(topUp.price.amount, topUp.price.currency);
  }
  return { outcome: 'paid', reference: intent, paidAt, credited };
}

/** Who was deleted while he was paying has nothing of it: no attempt would be of another mind, and the operator is to see to the money. */
async function credit(
  customer: string,
  intent: string,
  units: number,
  store: AgentPaymentDependencies['store'],
): Promise<boolean> {
  try {
    return (await store.post(customer, { kind: 'top_up', id: paymentIntentEntry(intent), units })) === 'applied';
  } catch (error) {
    if (!(error instanceof CustomerDeletedError)) {
      throw error;
    }
    logError('an agent has paid for a deleted customer: refund at Stripe', { object: intent, customer }, error);
    return false;
  }
}
