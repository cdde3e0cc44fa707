import { header } from '../../adapters/api-gateway';
import { type IdentifiedCustomer, identifyBy } from '../../customer/identify';
import type { EpochSeconds } from '../../domain/clock';
import { isLinkGenuine, signLink } from '../../domain/link-signature';
import {
  NEW_KEY_LIFETIME,
  openKey,
  parseSealedKey,
  SESSION_LIFETIME,
  type SealPurpose,
  sealKey,
} from '../../domain/page-session';
import { cookie, cookieValues } from '../cookies';
import type { BillingDependencies, BillingRequest } from '../request';

const COOKIES: Readonly<Record<SealPurpose, string>> = { session: 'paywall-session', new_key: 'paywall-new-key' };
const LIFETIMES: Readonly<Record<SealPurpose, number>> = { session: SESSION_LIFETIME, new_key: NEW_KEY_LIFETIME };

/** Whose key it is. */
export interface KeyOwner {
  readonly customer: string;
  readonly linkSecret: Uint8Array;
}

/** Whoever is signed in. */
export interface Visitor {
  readonly caller: IdentifiedCustomer;
  /** What he has typed in; it goes to our own routes and to the API, and into no page. */
  readonly apiKey: string;
  /** What the forms of his session carry. */
  readonly token: string;
}

/** Has the browser bring a key back with each request of the billing path that the page itself makes. */
export function sessionCookie(apiKey: string, owner: KeyOwner, request: BillingRequest, now: EpochSeconds): string {
  return sealed('session', apiKey, owner, request, now);
}

/** Has the next page show a key that was just made, once. */
export function newKeyCookie(apiKey: string, owner: KeyOwner, request: BillingRequest, now: EpochSeconds): string {
  return sealed('new_key', apiKey, owner, request, now);
}

/** Takes a cookie away. */
export function endCookie(purpose: SealPurpose, request: BillingRequest): string {
  return cookie(COOKIES[purpose], '', request, { maxAge: 0, sameSite: 'Strict' });
}

/** Whether the request brings one of these cookies, good or not. */
export function hasCookie(purpose: SealPurpose, request: BillingRequest): boolean {
  return cookieValues(request, COOKIES[purpose]).some((value) => value !== '');
}

/**
 * Whoever is signed in, if his key still opens what it did: one that was revoked or has expired ends the session with it.
 */
export async function visitorOf(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<Visitor | undefined> {
  for (const text of cookieValues(request, COOKIES.session)) {
    const parsed = parseSealedKey(text);
    const balance = parsed && (await dependencies.store.balance(parsed.customer));
    const apiKey = parsed && balance && openKey('session', parsed, balance.linkSecret, dependencies.clock());
    const caller = apiKey === undefined ? undefined : await identifyBy({ apiKey }, dependencies);
    if (apiKey !== undefined && caller !== undefined && caller.customer === parsed?.customer) {
      const token = signLink('page_form', tokenParts(caller.customer, text), caller.balance.linkSecret);
      return { caller, apiKey, token };
    }
  }
  return undefined;
}

/** The key that was just made for whoever is signed in. */
export function newKeyOf(request: BillingRequest, { caller }: Visitor, now: EpochSeconds): string | undefined {
  const { customer, balance } = caller;
  for (const text of cookieValues(request, COOKIES.new_key)) {
    const parsed = parseSealedKey(text);
    if (parsed?.customer === customer) {
      return openKey('new_key', parsed, balance.linkSecret, now);
    }
  }
  return undefined;
}

/** Whether a form was made for this session. */
export function isFormOf(visitor: Visitor, token: string, request: BillingRequest): boolean {
  const { customer, balance } = visitor.caller;
  return cookieValues(request, COOKIES.session).some((text) =>
    isLinkGenuine('page_form', tokenParts(customer, text), token, balance.linkSecret),
  );
}

/** Whether our own page has sent a form, as far as the browser says. One that says nothing is older than such cookies. */
export function isOwnForm({ event, billingUrl }: BillingRequest): boolean {
  const site = header(event, 'sec-fetch-site');
  const origin = header(event, 'origin');
  return site === undefined ? origin === undefined || origin === new URL(billingUrl).origin : site === 'same-origin';
}

function sealed(
  purpose: SealPurpose,
  apiKey: string,
  { customer, linkSecret }: KeyOwner,
  request: BillingRequest,
  now: EpochSeconds,
): string {
  const maxAge = LIFETIMES[purpose];
  const value = sealKey(purpose, apiKey, { customer, expiresAt: now + maxAge, linkSecret });
  return cookie(COOKIES[purpose], value, request, { maxAge, sameSite: 'Strict' });
}

function tokenParts(customer: string, sessionCookieText: string): string[] {
  return [customer, sessionCookieText];
}
