import type { CredentialProblem, ExpectedPayment } from './payment-credential';
import { verifyCredential } from './payment-credential';

/** A top-up that is to be charged at once: the terms of a challenge, and the token that answers it. */
export interface PaymentOrder {
  readonly customer: string;
  readonly topUp: string;
  readonly units: number;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  /** The challenge's id: whatever comes with it, it is charged once at most. */
  readonly challenge: string;
  /** `spt_…` */
  readonly token: string;
}

/**
 * What came of an order. `declined`: by whoever issued the card; `action_required`: its owner has to confirm the payment, and is not
 * there; `pending`: the money is on its way; `token_refused`: Stripe does not take the token for this payment; `challenge_used`: by
 * another token; `terms_changed`: the top-up is sold on other terms by now; `too_many`: it was not tried, as too many were refused.
 */
export type PaymentAnswer =
  | {
      readonly outcome: 'paid';
      /** `pi_…` */
      readonly reference: string;
      /** ISO 8601. */
      readonly paidAt: string;
      /** False where its units had been credited before, or nobody is there any more to have them. */
      readonly credited: boolean;
    }
  | { readonly outcome: PaymentRefusal };

export type PaymentRefusal =
  | 'declined'
  | 'action_required'
  | 'pending'
  | 'token_refused'
  | 'challenge_used'
  | 'terms_changed'
  | 'too_many';

/** Has an order charged, and its units credited. It throws where that cannot be told. */
export type PlaceOrder = (order: PaymentOrder) => Promise<PaymentAnswer>;

/** What pays for calls with the credentials that come with them. */
export interface AgentPayments {
  pay(credential: string, expected: ExpectedPayment): Promise<Payment>;
}

export type Payment =
  | { readonly kind: 'paid'; readonly receipt: string; readonly credited: boolean }
  | { readonly kind: 'refused'; readonly problem: CredentialProblem };

/** What is said where the units of a payment are there no more. */
export const SPENT_PAYMENT: CredentialProblem = {
  type: 'invalid-challenge',
  detail: 'The challenge that the payment credential answers was paid before, and nothing was charged again.',
};

const PROBLEMS: Readonly<Record<PaymentRefusal, CredentialProblem>> = {
  declined: { type: 'verification-failed', detail: 'The payment was declined, and nothing was charged.' },
  action_required: {
    type: 'verification-failed',
    detail:
      'The bank wants the payment confirmed by the owner of the card, and nothing was charged. Pay by the link, or with another token.',
  },
  pending: {
    type: 'verification-failed',
    detail: 'The payment is on its way. Its units are there once the money is; do not pay again.',
  },
  token_refused: {
    type: 'verification-failed',
    detail: 'Stripe does not accept the shared payment token for this payment, and nothing was charged.',
  },
  challenge_used: {
    type: 'invalid-challenge',
    detail: 'The challenge was answered with another token before, and this one was not charged.',
  },
  too_many: {
    type: 'verification-failed',
    detail: 'Too many payments were refused, and this one was not tried. Wait a minute, or pay by the link.',
  },
  terms_changed: {
    type: 'invalid-challenge',
    detail: 'What the challenge sells is sold on other terms by now, and nothing was charged.',
  },
};

/** Pays by a credential, if it answers a challenge of ours. */
export async function payByCredential(text: string, expected: ExpectedPayment, place: PlaceOrder): Promise<Payment> {
  const verified = verifyCredential(text, expected);
  if (!('token' in verified)) {
    return { kind: 'refused', problem: verified };
  }
  const { challenge, topUp, token } = verified;
  const answer = await place({
    customer: expected.customer,
    topUp: topUp.id,
    units: topUp.units,
    ...topUp.price,
    challenge: challenge.id,
    token,
  });
  return answer.outcome === 'paid'
    ? { kind: 'paid', receipt: receiptOf(answer.reference, answer.paidAt), credited: answer.credited }
    : { kind: 'refused', problem: PROBLEMS[answer.outcome] };
}

/** As `Payment-Receipt` carries it. */
function receiptOf(reference: string, timestamp: string): string {
  const receipt = { method: 'stripe', status: 'success', timestamp, reference };
  return Buffer.from(JSON.stringify(receipt)).toString('base64url');
}
