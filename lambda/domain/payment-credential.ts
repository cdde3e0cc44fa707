import type { Catalogue } from '../../lib/private/catalogue';
import type { EpochSeconds } from './clock';
import {
  type ChargeableTopUp,
  genuineChallenge,
  isChargeable,
  type PaymentChallenge,
  readOpaque,
  type Seller,
} from './payment-challenge';

/** Why a credential has not paid, by the types of https://paymentauth.org/problems/, and what is to be told of it. */
export interface CredentialProblem {
  readonly type: 'malformed-credential' | 'invalid-challenge' | 'verification-failed';
  readonly detail: string;
}

/** A credential that answers a challenge of ours. Whether its token can be charged, Stripe tells. */
export interface PaymentCredential {
  readonly challenge: PaymentChallenge;
  readonly topUp: ChargeableTopUp;
  /** `spt_…` */
  readonly token: string;
}

/** Against what a credential is verified. */
export interface ExpectedPayment extends Seller {
  readonly catalogue: Catalogue;
  /** Units that the call is short of. */
  readonly missing: number;
  readonly now: EpochSeconds;
}

/** Longer than any that answers a challenge of ours. */
const MAX_LENGTH = 4_096;

const MALFORMED: CredentialProblem = {
  type: 'malformed-credential',
  detail: 'The payment credential cannot be read.',
};

/** Reads the text after `Payment`, and tells whether it answers a challenge of ours that is still good for this call. */
export function verifyCredential(text: string, expected: ExpectedPayment): PaymentCredential | CredentialProblem {
  const { challenge: echoed, payload } = parse(text) ?? {};
  const token = payload?.spt;
  if (echoed === undefined || typeof token !== 'string' || !/^spt_\w{1,200}$/.test(token)) {
    return MALFORMED;
  }
  const sold = typeof echoed.opaque === 'string' ? readOpaque(echoed.opaque)?.topUp : undefined;
  const topUp = expected.catalogue.topUps.find(({ id }) => id === sold);
  const challenge = topUp && isChargeable(topUp) ? genuineChallenge(expected, topUp, echoed) : undefined;
  if (topUp === undefined || !isChargeable(topUp) || challenge === undefined) {
    return invalid('The payment credential answers no challenge that this API has sent to this account.');
  }
  if (expected.now * 1000 >= Date.parse(challenge.expires)) {
    return invalid('The challenge that the payment credential answers has expired.');
  }
  if (topUp.units < expected.missing) {
    return invalid('What the payment credential pays for does not cover this call.');
  }
  return { challenge, topUp, token };
}

function invalid(detail: string): CredentialProblem {
  return { type: 'invalid-challenge', detail };
}

type Members = Readonly<Record<string, unknown>>;

function parse(text: string): { readonly challenge?: Members; readonly payload?: Members } | undefined {
  if (text.length > MAX_LENGTH || !/^[\w-]+={0,2}$/.test(text)) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isObject(value) && isObject(value.challenge) && isObject(value.payload)
      ? { challenge: value.challenge, payload: value.payload }
      : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
