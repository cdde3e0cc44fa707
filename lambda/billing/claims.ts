import { header, headerValues } from '../adapters/api-gateway';
import { isClaim } from '../domain/checkout-claim';
import type { BillingRequest } from './request';

const COOKIE = 'paywall-claim';

/** Checkouts that a browser may have started and not come back from; each has a claim of its own. */
const MAX_CLAIMS = 5;

/** Seconds: Checkout lasts a day, and who pays at its end has an hour to come back. */
const LIFETIME = 25 * 3_600;

/** The claims that a request shows: a browser's by its cookie, a program's by a header. Never by the query string, which logs keep. */
export function claimsOf({ event }: BillingRequest): readonly string[] {
  return [header(event, 'x-checkout-claim') ?? '', ...cookieClaims(event)].filter(isClaim);
}

/** Keeps a claim in the browser, beside those of the checkouts before; out of reach of scripts, and of other sites' requests. */
export function claimCookie(claim: string, { event, billingUrl }: BillingRequest): string {
  const { protocol, pathname } = new URL(billingUrl);
  const value = [claim, ...cookieClaims(event)].slice(0, MAX_CLAIMS).join('.');
  const secure = protocol === 'https:' ? '; Secure' : '';
  return `${COOKIE}=${value}; Max-Age=${LIFETIME}; Path=${pathname}; HttpOnly; SameSite=Lax${secure}`;
}

function cookieClaims(event: BillingRequest['event']): string[] {
  const cookies = headerValues(event, 'cookie').flatMap((line) => line.split(';'));
  const values = cookies.flatMap((cookie) => {
    const [name = '', value = ''] = cookie.trim().split('=');
    return name === COOKIE ? value.split('.') : [];
  });
  return values.filter(isClaim).slice(0, MAX_CLAIMS);
}
