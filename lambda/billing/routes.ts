import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { problem, publicUrl, wantsHtml } from '../adapters/api-gateway';
import { logError } from '../adapters/log';
import { withCors } from '../customer/cors';
import { CustomerDeletedError } from '../domain/customers';
import { IssuerUnavailableError } from '../domain/identity';
import { html } from '../page/html';
import { pageAnswer } from '../page/layout';
import { followLink, startCheckout } from './checkout';
import { actOnPage, showPage } from './customer-page';
import { brandOf } from './customer-page/brand';
import { listKeys, makeKey, removeKey, replaceKey } from './keys';
import { listPlans } from './plans';
import { openPortal } from './portal';
import { takeReport } from './report';
import type { BillingDependencies, BillingRequest } from './request';
import { keepForLater, runKept, showKept } from './requests';
import { signUp } from './sign-up';
import { showUsage } from './usage';
import { welcome } from './welcome';

type Route = (request: BillingRequest, dependencies: BillingDependencies) => Promise<APIGatewayProxyResult>;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET ': showPage,
  'POST ': actOnPage,
  'GET plans': listPlans,
  'POST checkout': startCheckout,
  'GET checkout/{token}': followLink,
  'GET welcome': welcome,
  'GET usage': showUsage,
  'POST portal': openPortal,
  'GET keys': listKeys,
  'POST keys': makeKey,
  'POST keys/{keyId}/rotate': replaceKey,
  'DELETE keys/{keyId}': removeKey,
  'POST sign-up': signUp,
  'POST reports/{token}': takeReport,
  'POST requests': keepForLater,
  'GET requests/{token}': showKept,
  'POST requests/{token}': runKept,
};

/** Headers that pages of other origins may read. */
const EXPOSED = ['Resume-Status', 'Retry-After', 'WWW-Authenticate'];

/** Answers a billing route. What goes wrong on our side is logged by request id, and tells the caller nothing of our insides. */
export async function route(
  event: APIGatewayProxyEvent,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const { requestId, apiId } = event.requestContext;
  const api = dependencies.apis.get(apiId);
  try {
    const path = event.resource.slice(`/${api?.billingPath}/`.length);
    const answer = ROUTES[`${event.httpMethod} ${path}`];
    if (api === undefined || answer === undefined) {
      throw new Error(`no billing route ${event.httpMethod} ${event.resource} of API ${apiId}`);
    }
    const request = { event, requestId, api, billingUrl: `${publicUrl(event)}/${api.billingPath}` };
    return withCors(readable(await answer(request, dependencies), request, dependencies), event, api, EXPOSED);
  } catch (error) {
    logError('a billing request failed', { requestId }, error);
    const billingUrl = `${publicUrl(event)}/${api?.billingPath}`;
    return withCors(readable(failure(error, requestId), { event, billingUrl }, dependencies), event, api, EXPOSED);
  }
}

function failure(error: unknown, requestId: string): APIGatewayProxyResult {
  if (error instanceof IssuerUnavailableError) {
    const detail = 'Your token could not be verified for now, and nothing was charged. Try it again shortly.';
    return problem(503, 'Service Unavailable', detail, requestId, { 'Retry-After': '2' });
  }
  if (error instanceof CustomerDeletedError) {
    const detail = 'This account was deleted. Start a new one with POST checkout.';
    return problem(410, 'Gone', detail, requestId);
  }
  const detail = 'The request failed and nothing was charged. Try it again; if it keeps failing, quote this instance.';
  return problem(500, 'Internal Server Error', detail, requestId);
}

/** A problem, as a page where a person's browser asked. */
function readable(
  answer: APIGatewayProxyResult,
  request: Pick<BillingRequest, 'event' | 'billingUrl'>,
  dependencies: BillingDependencies,
): APIGatewayProxyResult {
  if (answer.headers?.['Content-Type'] !== 'application/problem+json' || !wantsHtml(request.event)) {
    return answer;
  }
  const { title, detail, instance } = JSON.parse(answer.body) as Record<string, string>;
  const body = html`<main id="main"><div class="notice card"><h1>${title}</h1><p>${detail}</p>
<p class="soft"><code>${instance}</code></p></div></main>`;
  const brand = brandOf(request, dependencies);
  return pageAnswer({ status: answer.statusCode, title: `${title}`, body, brand });
}
