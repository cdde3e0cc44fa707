import type { Catalogue, PlanEntry } from '../../lib/private/catalogue';
import { allowance, type Balance, findPlan } from './balance';
import { LINK_LIFETIME, signCheckoutToken } from './checkout-link';
import type { EpochSeconds } from './clock';
import { offerQuery } from './offer';
import { CHALLENGE_LIFETIME, challengeFor, challengeHeader, chargeableTopUp } from './payment-challenge';
import type { CredentialProblem } from './payment-credential';
import { prepaidHeader } from './prepaid-account';
import { type RateLimitHeaders, rateLimitHeaders } from './rate-limit';
import { missingUnits, type Recommendation, type RefusalReason, recommend, sufficesAt } from './recommendation';

export type { RefusalReason } from './recommendation';

/** The body of a 402: problem details (RFC 9457), with the members that a client acts on (`payment-required-schema.ts`). */
export interface PaymentRequired {
  readonly type: string;
  readonly title: string;
  readonly status: 402;
  readonly detail: string;
  readonly instance: string;
  readonly reason: RefusalReason;
  readonly plan: string;
  /** Units that the plan includes a period; absent where there is no limit. */
  readonly limit?: number;
  /** Units that are left; fewer than `cost`, where units are what is short. Absent where there is no limit. */
  readonly remaining?: number;
  /** Units that the refused call costs. */
  readonly cost: number;
  /** When the plan's units come back, as ISO 8601; null where they never do. */
  readonly resetsAt: string | null;
  /** Where to pay; absent where nothing is sold that would help. */
  readonly checkoutUrl?: string;
  readonly recommendation: RecommendedAction;
}

/** What helps best, as it is told. */
export interface RecommendedAction {
  readonly action: Recommendation['action'];
  /** ISO 8601. */
  readonly until?: string;
  readonly plan?: string;
  readonly topUp?: string;
  readonly url?: string;
}

/** The headers that go with it; those that are absent are not sent. */
export interface PaymentHeaders extends RateLimitHeaders {
  readonly link?: string;
  readonly retryAfter?: string;
  /** x402: where the prepaid account is filled. */
  readonly paymentRequired?: string;
  /** The Payment scheme's challenge. */
  readonly wwwAuthenticate?: string;
}

export interface RefusedCall {
  readonly customer: string;
  readonly reason: RefusalReason;
  readonly balance: Balance;
  readonly cost: number;
  /** The ids of the plans that include the route, where not all do. */
  readonly plans?: readonly string[];
  readonly requestId: string;
  /** The URL that was called; x402's header names it, and is left out where it is absent. */
  readonly resourceUrl?: string;
  /** The URL of the billing routes, without a slash at its end. */
  readonly billingUrl: string;
  readonly now: EpochSeconds;
  /** `profile_…`, where agents may pay by the Payment scheme. */
  readonly networkId?: string;
  /** Why the credential has not paid that came with the call. */
  readonly credentialProblem?: CredentialProblem;
}

/**
 * What all of a 402 may take of the authorizer's context, which is to stay under 6 KB, where a call that is served has 1 KB beside it.
 * Only with the longest of domains and paths is it more, and then x402's header, which says the same as the body, is left out.
 */
const MAX_CHARACTERS = 5_000;

const TITLES: Readonly<Record<CredentialProblem['type'], string>> = {
  'malformed-credential': 'Malformed Credential',
  'invalid-challenge': 'Invalid Challenge',
  'verification-failed': 'Verification Failed',
};

/** Everything that a 402 says. A gateway response only substitutes, so all of it is computed here. */
export function paymentRequired(
  catalogue: Catalogue,
  call: RefusedCall,
): { readonly body: PaymentRequired; readonly headers: PaymentHeaders; readonly recommendation: Recommendation } {
  const { balance, cost, reason, credentialProblem: problem } = call;
  const plan = findPlan(catalogue, balance.plan);
  const { limit, remaining, resetsAt } = allowance(plan, balance);
  const recommendation = recommend(catalogue, call);
  const checkoutUrl = checkoutLink(call, recommendation);
  const backAt = reason === 'quota_exhausted' ? sufficesAt(plan, call) : undefined;
  const body: PaymentRequired = {
    type: `https://paymentauth.org/problems/${problem?.type ?? 'payment-required'}`,
    title: problem === undefined ? 'Payment Required' : TITLES[problem.type],
    status: 402,
    detail: `${problem === undefined ? '' : `${problem.detail} `}${whatHappened(call, plan)} ${whatToDo(recommendation, backAt)}`,
    instance: `urn:uuid:${call.requestId}`,
    reason,
    plan: plan.id,
    limit,
    remaining,
    cost,
    resetsAt: resetsAt === undefined ? null : iso(resetsAt),
    checkoutUrl,
    recommendation: told(recommendation, checkoutUrl),
  };
  const headers: PaymentHeaders = {
    link: checkoutUrl === undefined ? undefined : `<${checkoutUrl}>; rel="payment"`,
    ...rateLimitHeaders(plan, balance, call.now),
    retryAfter: backAt === undefined ? undefined : String(Math.max(1, backAt - call.now)),
    wwwAuthenticate: challenge(catalogue, call),
  };
  const header = prepaid(call, checkoutUrl);
  const fits = JSON.stringify({ body, headers }).length + (header?.length ?? 0) <= MAX_CHARACTERS;
  return { body, headers: { ...headers, paymentRequired: fits ? header : undefined }, recommendation };
}

/** The host name that a challenge and x402 name the API by. */
export function hostOf(billingUrl: string): string {
  return new URL(billingUrl).hostname;
}

function checkoutLink(call: RefusedCall, { action, offer }: Recommendation): string | undefined {
  if (offer === undefined && action !== 'fix_card') {
    return undefined;
  }
  const token = signCheckoutToken(call.customer, call.now + LINK_LIFETIME, call.balance.linkSecret);
  // What a failed renewal needs is not an offer, so the link finds out by itself what is owed.
  return `${call.billingUrl}/checkout/${token}${offer === undefined ? '' : `?${offerQuery(offer)}`}`;
}

function prepaid(call: RefusedCall, purchaseUrl: string | undefined): string | undefined {
  const { resourceUrl, billingUrl, reason, cost } = call;
  if (resourceUrl === undefined || purchaseUrl === undefined) {
    return undefined;
  }
  const host = hostOf(billingUrl);
  return prepaidHeader({ resourceUrl, billingUrl, host, reason, cost, purchaseUrl, lifetime: LINK_LIFETIME });
}

/** Bought units are all that the scheme sells here: it is offered where they let the call through, and one top-up suffices. */
function challenge(catalogue: Catalogue, call: RefusedCall): string | undefined {
  const { networkId, customer, billingUrl, balance, now } = call;
  const topUp =
    networkId === undefined || call.reason !== 'quota_exhausted'
      ? undefined
      : chargeableTopUp(catalogue, missingUnits(call));
  if (networkId === undefined || topUp === undefined) {
    return undefined;
  }
  const seller = { customer, linkSecret: balance.linkSecret, realm: hostOf(billingUrl), networkId };
  return challengeHeader(challengeFor(seller, topUp, now + CHALLENGE_LIFETIME, call.requestId), topUp);
}

function told({ action, until, offer }: Recommendation, url: string | undefined): RecommendedAction {
  if (action === 'wait') {
    return { action, until: until === undefined ? undefined : iso(until) };
  }
  return {
    action,
    plan: offer?.kind === 'plan' ? offer.plan.id : undefined,
    topUp: offer?.kind === 'topUp' ? offer.topUp.id : undefined,
    url,
  };
}

function whatHappened({ reason, cost, balance }: RefusedCall, { id }: PlanEntry): string {
  switch (reason) {
    case 'quota_exhausted':
      return `This call costs ${cost === 1 ? '1 unit' : `${cost} units`}, and ${Math.max(0, balance.remaining)} are left on plan ${id}.`;
    case 'payment_failed':
      return `The last payment for plan ${id} failed, and the time to mend it is over.`;
    case 'route_not_in_plan':
      return `Plan ${id} does not include this route.`;
    case 'usage_plan_quota_exceeded':
      return `The calls that plan ${id} admits in this period are used up.`;
  }
}

function whatToDo({ action, until, offer }: Recommendation, backAt: EpochSeconds | undefined): string {
  const purchase =
    offer && (offer.kind === 'plan' ? `change to plan ${offer.plan.id}` : `buy top-up ${offer.topUp.id}`);
  switch (action) {
    case 'wait': {
      const sooner = purchase === undefined ? '' : ` To send it sooner, ${purchase} at checkoutUrl.`;
      return `Send it again at ${until === undefined ? 'the reset' : iso(until)}, when units come back.${sooner}`;
    }
    case 'fix_card':
      return 'Pay at checkoutUrl, then send the call again.';
    case 'ask_operator':
      return 'Nothing that is sold would let it through: ask the operator of this API.';
    default: {
      const wait = backAt === undefined ? '' : ` Units come back at ${iso(backAt)}.`;
      return `To go on, ${purchase} at checkoutUrl, then send the call again.${wait}`;
    }
  }
}

function iso(time: EpochSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z');
}
