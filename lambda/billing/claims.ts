import { header } from '../adapters/api-gateway';
import { isClaim } from '../domain/checkout-claim';
import { cookie, cookieValues } from './cookies';
import type { BillingRequest } from './request';

const COOKIE = 'paywall-claim';

/** Checkouts that a browser may have started and not come back from; each has a claim of its own. */
const MAX_CLAIMS = 5;

/** Seconds: Checkout lasts a day, and who pays at its end has an hour to come back. */
const LIFETIME = 25 * 3_600;

/** The claims that a request shows: a browser's by its cookie, a program's by a header. Never by the query string, which logs keep. */
export function claimsOf(request: BillingRequest): readonly string[] {
  return [header(request.event, 'x-checkout-claim') ?? '', ...cookieClaims(request)].filter(isClaim);
}

/** Keeps a claim in the browser, beside those of the checkouts before; out of reach of scripts, and of other sites' requests. */
export function claimCookie(claim: string, request: BillingRequest): string {
  const claims = [...new Set([claim, ...cookieClaims(request)])].slice(0, MAX_CLAIMS);
  // Stripe leads back, from a site of its own.
  return cookie(COOKIE, claims.join('.'), request, { maxAge: LIFETIME, sameSite: 'Lax' });
}

function cookieClaims(request: BillingRequest): string[] {
  const values = cookieValues(request, COOKIE).flatMap((value) => value.split('.'));
  return values.filter(isClaim).slice(0, MAX_CLAIMS);
}
