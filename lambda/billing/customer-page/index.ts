import type { APIGatewayProxyResult } from 'aws-lambda';
import { problem } from '../../adapters/api-gateway';
import { timeText } from '../../page/format';
import { ACTIONS, type Action } from '../../page/forms';
import { TEXTS } from '../../page/texts';
import type { Notice } from '../../page/view';
import { bodyText } from '../body';
import { isPrefetch } from '../prefetch';
import type { BillingDependencies, BillingRequest } from '../request';
import { doAs, leaveAsIs, signIn, signOut, signUp, startAnew } from './actions';
import { isFormOf, isOwnForm, visitorOf } from './session';
import { show } from './show';

const NONE = 'There is no page here. GET plans tells what is sold.';

/** `GET` of the billing path itself: the customer's page. */
export async function showPage(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  if (dependencies.page === undefined) {
    return problem(404, 'Not Found', NONE, request.requestId);
  }
  if (isPrefetch(request)) {
    return problem(503, 'Service Unavailable', 'This page is not made in advance. Open it.', request.requestId);
  }
  const visitor = await visitorOf(request, dependencies);
  return show(visitor, { notice: noticeOf(request) }, request, dependencies);
}

/** `POST` of the billing path itself: the page's forms, and nobody else's. */
export async function actOnPage(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  if (dependencies.page === undefined) {
    return problem(404, 'Not Found', NONE, request.requestId);
  }
  const form = new URLSearchParams(bodyText(request));
  const action = ACTIONS.find((one) => one === form.get('action'));
  const visitor = await visitorOf(request, dependencies);
  const bad = (status: number, text: string) =>
    show(visitor, { status, notice: { tone: 'bad', text } }, request, dependencies);
  if (!isOwnForm(request)) {
    return bad(403, TEXTS.notices.foreignForm);
  }
  if (action === undefined) {
    return leaveAsIs(request);
  }
  const token = form.get('token');
  const isAnonymous = token === null && visitor === undefined;
  switch (action) {
    case 'sign-in':
      return signIn(form, request, dependencies);
    case 'sign-up':
      return signUp(request, dependencies);
    case 'sign-out':
      return signOut(request);
    default:
      if (action === 'buy' && isAnonymous) {
        return startAnew(form, request, dependencies);
      }
      if (visitor === undefined) {
        return bad(401, TEXTS.notices.sessionOver);
      }
      return isFormOf(visitor, token ?? '', request)
        ? doAs(visitor, action satisfies Action, form, request, dependencies)
        : bad(403, TEXTS.notices.staleForm);
  }
}

/** What was done, as the address says that a form leads to. Nothing of it is written into the page but a time. */
function noticeOf({ event }: BillingRequest): Notice | undefined {
  const { done, until } = event.queryStringParameters ?? {};
  const { rotated, made, revoked, revokedOwn, signedOut } = TEXTS.notices;
  const good = (text: string): Notice => ({ tone: 'good', text });
  switch (done) {
    case 'rotated': {
      const time = Date.parse(until ?? '');
      return Number.isNaN(time) ? good(made) : good(rotated(timeText(new Date(time).toISOString())));
    }
    case 'made':
      return good(made);
    case 'revoked':
      return good(revoked);
    case 'revoked-own':
      return good(revokedOwn);
    case 'signed-out':
      return good(signedOut);
    default:
      return undefined;
  }
}
