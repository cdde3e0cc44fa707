import type { Catalogue, PlanEntry } from '../../lib/private/catalogue';
import { allowance, type Balance, findPlan } from './balance';
import type { PaymentReason } from './charge';
import { LINK_LIFETIME, signCheckoutToken } from './checkout-link';
import type { EpochSeconds } from './clock';
import { offerQuery, recommend } from './offer';
import { periodLength } from './period';

/** Why a call is answered with 402: the authorizer's reasons, and API Gateway's own coarse quota. */
export type RefusalReason = PaymentReason | 'usage_plan_quota_exceeded';

/** The body of a 402: problem details (RFC 9457), with the members that a client acts on. */
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
}

/** The headers that go with it; those that are absent are not sent. */
export interface PaymentHeaders {
  readonly link?: string;
  readonly rateLimit?: string;
  readonly rateLimitPolicy?: string;
  readonly retryAfter?: string;
}

export interface RefusedCall {
  readonly customer: string;
  readonly reason: RefusalReason;
  readonly balance: Balance;
  readonly cost: number;
  /** The ids of the plans that include the route, where not all do. */
  readonly plans?: readonly string[];
  readonly requestId: string;
  /** The URL of the billing routes, without a slash at its end. */
  readonly billingUrl: string;
  readonly now: EpochSeconds;
}

/** Everything that a 402 says. A gateway response only substitutes, so all of it is computed here. */
export function paymentRequired(
  catalogue: Catalogue,
  call: RefusedCall,
): { readonly body: PaymentRequired; readonly headers: PaymentHeaders } {
  const { balance, cost, reason } = call;
  const plan = findPlan(catalogue, balance.plan);
  const { limit, remaining, resetsAt } = allowance(plan, balance);
  const resets = resetsAt === undefined ? null : iso(resetsAt);
  const checkoutUrl = checkoutLink(catalogue, call);
  const waitingHelps = reason === 'quota_exhausted' && resetsAt !== undefined && (limit ?? 0) >= cost;
  return {
    body: {
      type: 'https://paymentauth.org/problems/payment-required',
      title: 'Payment Required',
      status: 402,
      detail: detail(call, plan, waitingHelps ? resets : null, checkoutUrl !== undefined),
      instance: `urn:uuid:${call.requestId}`,
      reason,
      plan: plan.id,
      limit,
      remaining,
      cost,
      resetsAt: resets,
      checkoutUrl,
    },
    headers: {
      link: checkoutUrl === undefined ? undefined : `<${checkoutUrl}>; rel="payment"`,
      ...rateLimit(plan, balance, call.now),
      retryAfter: waitingHelps ? String(Math.max(1, resetsAt - call.now)) : undefined,
    },
  };
}

/** The `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers-10; none where there is no limit. */
function rateLimit(plan: PlanEntry, balance: Balance, now: EpochSeconds): PaymentHeaders {
  const { limit, remaining, resetsAt } = allowance(plan, balance);
  if (limit === undefined) {
    return {};
  }
  const name = `"${plan.quota.period}"`;
  const window = periodLength(plan.quota, { start: balance.periodStart, end: balance.periodEnd });
  const known = resetsAt !== undefined && window !== undefined;
  return {
    rateLimitPolicy: `${name};q=${limit}${known ? `;w=${window}` : ''}`,
    rateLimit: `${name};r=${remaining}${known ? `;t=${Math.max(0, resetsAt - now)}` : ''}`,
  };
}

function checkoutLink(catalogue: Catalogue, call: RefusedCall): string | undefined {
  const offer = recommend(catalogue, call.balance.plan, call.plans);
  // What a failed renewal needs is not an offer, so the link finds out by itself what is owed.
  const query = call.reason === 'payment_failed' ? '' : offer && `?${offerQuery(offer)}`;
  if (query === undefined) {
    return undefined;
  }
  const token = signCheckoutToken(call.customer, call.now + LINK_LIFETIME, call.balance.linkSecret);
  return `${call.billingUrl}/checkout/${token}${query}`;
}

function detail(call: RefusedCall, plan: PlanEntry, resets: string | null, payable: boolean): string {
  const pay = payable ? ' Pay at checkoutUrl, then send the call again.' : '';
  const wait = resets === null ? '' : ` Units come back at ${resets}.`;
  switch (call.reason) {
    case 'quota_exhausted': {
      const units = call.cost === 1 ? '1 unit' : `${call.cost} units`;
      return `This call costs ${units}, and ${call.balance.remaining} are left on plan ${plan.id}.${pay}${wait}`;
    }
    case 'payment_failed':
      return `The last payment for plan ${plan.id} failed, and the time to mend it is over.${pay}`;
    case 'route_not_in_plan':
      return `Plan ${plan.id} does not include this route.${pay}`;
    case 'usage_plan_quota_exceeded':
      return `The calls that plan ${plan.id} admits in this period are used up.${pay}`;
  }
}

function iso(time: EpochSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z');
}
