import type { APIGatewayProxyResult } from 'aws-lambda';
import { identifyBy } from '../../customer/identify';
import { isClaim } from '../../domain/checkout-claim';
import { signCheckoutToken } from '../../domain/checkout-link';
import type { Action } from '../../page/forms';
import { leadOn } from '../../page/layout';
import { TEXTS } from '../../page/texts';
import { followLink, startCheckout } from '../checkout';
import { makeKey, removeKey, replaceKey } from '../keys';
import { openPortal } from '../portal';
import type { BillingDependencies, BillingRequest } from '../request';
import { signUp as signUpRoute } from '../sign-up';
import { answered, askAs } from './ask';
import { brandOf } from './brand';
import { endCookie, newKeyCookie, sessionCookie, type Visitor } from './session';
import { refused, show } from './show';
import { tryRoute } from './try';

/** Longer than any key that is let in. */
const MAX_KEY_LENGTH = 512;

/** Seconds for which the page's own way to an invoice is good. */
const SETTLE_LIFETIME = 60;

/** A key that was typed in is exchanged for a session. */
export async function signIn(
  form: URLSearchParams,
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const apiKey = form.get('key')?.trim() ?? '';
  // A cookie and a header hold only so much, and no line breaks.
  const isKey = /^[\x21-\x7e]+$/.test(apiKey) && apiKey.length <= MAX_KEY_LENGTH;
  const isForKeys = dependencies.billing.signUp.kind !== 'byToken';
  const caller = isKey && isForKeys ? await identifyBy({ apiKey }, dependencies) : undefined;
  if (caller === undefined) {
    return show(undefined, { status: 401, signInFault: TEXTS.signIn.wrong }, request, dependencies);
  }
  const owner = { customer: caller.customer, linkSecret: caller.balance.linkSecret };
  return backToPage(request, '', [sessionCookie(apiKey, owner, request, dependencies.clock())]);
}

/** A key for anybody, where sign-up is open; whoever has made it is signed in, and shown it once. */
export async function signUp(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const answer = await signUpRoute(askAs(request), dependencies);
  if (answer.statusCode !== 201) {
    return refused(undefined, 'sign-up', answer, request, dependencies);
  }
  const { customer, apiKey } = answered<{ customer: string; apiKey: string }>(answer);
  const balance = await dependencies.store.balance(customer);
  if (balance === undefined) {
    throw new Error(`customer ${customer} has just signed up, and has no balance`);
  }
  const owner = { customer, linkSecret: balance.linkSecret };
  const now = dependencies.clock();
  return backToPage(request, '', [
    sessionCookie(apiKey, owner, request, now),
    newKeyCookie(apiKey, owner, request, now),
  ]);
}

export function signOut(request: BillingRequest): APIGatewayProxyResult {
  return backToPage(request, '?done=signed-out', [endCookie('session', request), endCookie('new_key', request)]);
}

/** For a form that this page has not. */
export function leaveAsIs(request: BillingRequest): APIGatewayProxyResult {
  return backToPage(request, '');
}

/** A checkout for somebody new. The form's own mark is his claim, so that sent twice it is one checkout, and one customer. */
export async function startAnew(
  form: URLSearchParams,
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const once = form.get('once') ?? '';
  if (!isClaim(once)) {
    return leaveAsIs(request);
  }
  const asked = askAs(request, { body: wantedOf(form) });
  const answer = await startCheckout(asked, { ...dependencies, newClaim: () => once, once });
  if (answer.statusCode !== 201) {
    return refused(undefined, 'buy', answer, request, dependencies);
  }
  const claim = answer.headers?.['Set-Cookie'];
  return toStripe(answer, TEXTS.leading.checkout, request, dependencies, claim === undefined ? [] : [String(claim)]);
}

/** What whoever is signed in can do beside signing out. */
export async function doAs(
  visitor: Visitor,
  action: Exclude<Action, 'sign-in' | 'sign-out' | 'sign-up'>,
  form: URLSearchParams,
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const { apiKey } = visitor;
  const once = form.get('once') ?? undefined;
  const pathParameters = { keyId: form.get('keyId') ?? '' };
  switch (action) {
    case 'buy': {
      const asked = askAs(request, { apiKey, body: wantedOf(form) });
      const answer = await startCheckout(asked, { ...dependencies, once });
      return answer.statusCode === 201
        ? toStripe(answer, TEXTS.leading.checkout, request, dependencies)
        : refused(visitor, action, answer, request, dependencies);
    }
    case 'settle': {
      const { customer, balance } = visitor.caller;
      const token = signCheckoutToken(customer, dependencies.clock() + SETTLE_LIFETIME, balance.linkSecret);
      const answer = await followLink(askAs(request, { pathParameters: { token } }), dependencies);
      return answer.statusCode === 303
        ? toStripe(answer, TEXTS.leading.invoice, request, dependencies)
        : refused(visitor, action, answer, request, dependencies);
    }
    case 'portal': {
      const answer = await openPortal(askAs(request, { apiKey }), dependencies);
      return answer.statusCode === 201
        ? toStripe(answer, TEXTS.leading.portal, request, dependencies)
        : refused(visitor, action, answer, request, dependencies);
    }
    case 'make': {
      const answer = await makeKey(askAs(request, { apiKey, body: { name: form.get('name') ?? '' } }), dependencies);
      return answer.statusCode === 201
        ? withNewKey(answer, visitor, '?done=made', request, dependencies)
        : refused(visitor, action, answer, request, dependencies);
    }
    case 'rotate': {
      const answer = await replaceKey(askAs(request, { apiKey, pathParameters }), dependencies);
      if (answer.statusCode !== 201) {
        return refused(visitor, action, answer, request, dependencies);
      }
      const { replaces } = answered<{ replaces: { servedUntil: string } }>(answer);
      const done = `?done=rotated&until=${encodeURIComponent(replaces.servedUntil)}`;
      return withNewKey(answer, visitor, done, request, dependencies);
    }
    case 'revoke': {
      const answer = await removeKey(askAs(request, { apiKey, pathParameters }), dependencies);
      if (answer.statusCode !== 204) {
        return refused(visitor, action, answer, request, dependencies);
      }
      return pathParameters.keyId === visitor.caller.key?.keyId
        ? backToPage(request, '?done=revoked-own', [endCookie('session', request)])
        : backToPage(request, '?done=revoked');
    }
    case 'try':
      return tryRoute(visitor, form.get('path')?.trim() ?? '', request, dependencies);
  }
}

/** Has the next page show the key, once; the session goes on by it where it has taken the place of the session's own. */
function withNewKey(
  answer: APIGatewayProxyResult,
  { caller }: Visitor,
  done: string,
  request: BillingRequest,
  { clock }: BillingDependencies,
): APIGatewayProxyResult {
  const { apiKey, replaces } = answered<{ apiKey: string; replaces?: { id: string } }>(answer);
  const owner = { customer: caller.customer, linkSecret: caller.balance.linkSecret };
  const now = clock();
  const isOwn = replaces !== undefined && replaces.id === caller.key?.keyId;
  return backToPage(request, done, [
    newKeyCookie(apiKey, owner, request, now),
    ...(isOwn ? [sessionCookie(apiKey, owner, request, now)] : []),
  ]);
}

function wantedOf(form: URLSearchParams): object {
  const [plan, topUp] = [form.get('plan'), form.get('topUp')];
  return plan === null ? { topUp: topUp ?? '' } : { plan };
}

function toStripe(
  { headers }: APIGatewayProxyResult,
  text: string,
  request: BillingRequest,
  dependencies: BillingDependencies,
  cookies: readonly string[] = [],
): APIGatewayProxyResult {
  return leadOn(String(headers?.Location), brandOf(request, dependencies), text, cookies);
}

/** 303, so that what was done is not done again by loading the page again. */
function backToPage(request: BillingRequest, query: string, cookies: readonly string[] = []): APIGatewayProxyResult {
  const { pathname } = new URL(request.billingUrl);
  return {
    statusCode: 303,
    headers: { Location: `${pathname}${query}`, 'Cache-Control': 'no-store' },
    ...(cookies.length > 0 && { multiValueHeaders: { 'Set-Cookie': [...cookies] } }),
    body: '',
  };
}
