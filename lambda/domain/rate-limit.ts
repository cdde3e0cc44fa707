import type { PlanEntry } from '../../lib/private/catalogue';
import { allowance, type Balance } from './balance';
import type { EpochSeconds } from './clock';
import { periodLength } from './period';

/** The `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers-10; none where there is no limit. */
export interface RateLimitHeaders {
  readonly rateLimit?: string;
  readonly rateLimitPolicy?: string;
}

export function rateLimitHeaders(plan: PlanEntry, balance: Balance, now: EpochSeconds): RateLimitHeaders {
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
