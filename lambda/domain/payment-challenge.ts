import type { Catalogue, TopUpEntry } from '../../lib/private/catalogue';
import { minimumAmount } from '../../lib/private/stripe-amounts';
import type { EpochSeconds } from './clock';
import { isLinkGenuine, signLink } from './link-signature';

// The Payment HTTP authentication scheme, https://paymentauth.org, with Stripe's method: a shared payment token.

/** The request header that a credential comes in, for `Authorization` may hold the key. */
export const CREDENTIAL_HEADER = 'Payment-Authorization';

/** Seconds for which a challenge can be answered: a person may have to allow the payment. */
export const CHALLENGE_LIFETIME = 300;

/** A top-up whose price is known here, and which Stripe would charge. */
export interface ChargeableTopUp extends TopUpEntry {
  readonly price: { readonly amount: number; readonly currency: string };
}

/** To whom a top-up is sold by a challenge, and by whom. */
export interface Seller {
  readonly customer: string;
  /** Signs the customer's challenges: none of them is anybody else's, and none needs to be kept. */
  readonly linkSecret: Uint8Array;
  /** The host name of the API. */
  readonly realm: string;
  /** `profile_…`, to which tokens are granted. */
  readonly networkId: string;
}

/** What the refused caller is asked to pay, as a client sends it back. */
export interface PaymentChallenge {
  readonly id: string;
  readonly realm: string;
  readonly method: 'stripe';
  readonly intent: 'charge';
  /** base64url of JSON. */
  readonly request: string;
  /** ISO 8601. */
  readonly expires: string;
  readonly header: typeof CREDENTIAL_HEADER;
  /** base64url of JSON: what is sold, and what tells this challenge from others. */
  readonly opaque: string;
}

/** The smallest top-up that covers the units and that can be charged without a page. */
export function chargeableTopUp(catalogue: Catalogue, missing: number): ChargeableTopUp | undefined {
  return catalogue.topUps
    .filter(isChargeable)
    .filter(({ units }) => units >= missing)
    .toSorted((one, other) => one.units - other.units || one.price.amount - other.price.amount)[0];
}

export function isChargeable(topUp: TopUpEntry): topUp is ChargeableTopUp {
  const { amount, currency } = topUp.price;
  return amount !== undefined && currency !== undefined && amount >= minimumAmount(currency);
}

/** The challenge for a top-up. Its id is signed over all that it says, the price and the units included. */
export function challengeFor(
  seller: Seller,
  topUp: ChargeableTopUp,
  expiresAt: EpochSeconds,
  nonce: string,
): PaymentChallenge {
  const unsigned = termsOf(seller, topUp, new Date(expiresAt * 1000).toISOString(), nonce);
  return { id: signLink('payment', partsOf(seller, unsigned), seller.linkSecret), ...unsigned };
}

/** As `WWW-Authenticate` carries it. Nothing in it needs escaping: no text of the operator's is in it. */
export function challengeHeader(challenge: PaymentChallenge, { units }: ChargeableTopUp): string {
  const description = `${units} units`;
  const parameters = Object.entries({ ...challenge, description }).map(([name, value]) => `${name}="${value}"`);
  return `Payment ${parameters.join(', ')}`;
}

/** The top-up and the nonce that a client has sent back; nothing where that is none of ours. */
export function readOpaque(opaque: string): { readonly topUp: string; readonly nonce: string } | undefined {
  try {
    const { topUp, nonce } = JSON.parse(Buffer.from(opaque, 'base64url').toString());
    return typeof topUp === 'string' && typeof nonce === 'string' ? { topUp, nonce } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The challenge for the top-up as it is sold now, if it is this one to the last character: then its price is the one that was told. All
 * of it is made anew, so that nothing of what a client sends back is believed.
 */
export function genuineChallenge(
  seller: Seller,
  topUp: ChargeableTopUp,
  echoed: Readonly<Record<string, unknown>>,
): PaymentChallenge | undefined {
  const { id, expires, opaque } = echoed;
  const nonce = typeof opaque === 'string' ? readOpaque(opaque)?.nonce : undefined;
  if (typeof id !== 'string' || typeof expires !== 'string' || nonce === undefined) {
    return undefined;
  }
  const unsigned = termsOf(seller, topUp, expires, nonce);
  const expected = { id: signLink('payment', partsOf(seller, unsigned), seller.linkSecret), ...unsigned };
  // Compared in constant time first. Of the same bytes there are several texts, and only one of them is the challenge's id.
  const isSigned = isLinkGenuine('payment', partsOf(seller, unsigned), id, seller.linkSecret) && id === expected.id;
  // A client may leave out a parameter that it does not know, and that one the challenge's id covers all the same.
  const isWhole = Object.entries(expected).every(
    ([name, value]) => echoed[name] === value || (name === 'header' && echoed.header === undefined),
  );
  return isSigned && isWhole ? expected : undefined;
}

function termsOf(seller: Seller, topUp: ChargeableTopUp, expires: string, nonce: string): Omit<PaymentChallenge, 'id'> {
  const { amount, currency } = topUp.price;
  // Members in the order of their names, as RFC 8785 writes JSON: clients read it, and write it anew.
  const methodDetails = { networkId: seller.networkId, paymentMethodTypes: ['card'] };
  return {
    realm: seller.realm,
    method: 'stripe',
    intent: 'charge',
    request: encoded({ amount: String(amount), currency, methodDetails }),
    expires,
    header: CREDENTIAL_HEADER,
    opaque: encoded({ nonce, topUp: topUp.id, units: String(topUp.units) }),
  };
}

function partsOf({ customer }: Seller, challenge: Omit<PaymentChallenge, 'id'>): string[] {
  const { realm, method, intent, request, expires, header, opaque } = challenge;
  return [customer, realm, method, intent, request, expires, header, opaque];
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
