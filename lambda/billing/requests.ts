import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, problem, publicUrl } from '../adapters/api-gateway';
import { HttpApiCaller } from '../adapters/http-api-caller';
import { credentialHeaders } from '../customer/credential-headers';
import type { IdentifiedCustomer } from '../customer/identify';
import type { ApiAnswer, ApiCaller } from '../domain/api-call';
import {
  KEPT_PER_HOUR,
  keepRequest,
  type ResumeDependencies,
  type Resumer,
  refusalOf,
  requestStatus,
  resumeRequest,
} from '../domain/resume';
import { jsonBody } from './body';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';
import { readKeptCall } from './request-to-keep';
import { suspended } from './suspended';

/** Under what a Lambda function may answer, six megabytes, once it is written in base64. */
const MAX_ANSWER_BYTES = 4 * 1_024 * 1_024;

const UNKNOWN = 'There is no request of yours under this token. POST requests keeps one, and gives its token.';
const EXPIRED = 'This request has expired, and was not run. Send it anew.';
const USED = 'This request was run, and is run no second time. Its answer was given then, and is kept nowhere.';
const LOST =
  'The request was sent to the API, and no answer came in time: it may have been carried out, and is not sent again. ' +
  'Find out by the API what came of it.';

/** What a kept request's route needs beyond the others. */
interface Keeper {
  readonly resumer: Resumer;
  readonly resuming: ResumeDependencies;
}

type KeeperRoute = (keeper: Keeper, request: BillingRequest) => Promise<APIGatewayProxyResult>;

/** `POST requests`: keeps a request that was refused, to be run once it is paid for. */
export const keepForLater = forKeeper(async ({ resumer, resuming }, request) => {
  const { requestId } = request;
  const call = readKeptCall(jsonBody(request), resumer.api.billingPath);
  if ('fault' in call) {
    return problem(400, 'Bad Request', call.fault, requestId);
  }
  const keeping = await keepRequest(call, resumer, resuming);
  switch (keeping.kind) {
    case 'too_large': {
      const detail = `The body of a request that is kept has at most ${keeping.most} bytes.`;
      return problem(413, 'Content Too Large', detail, requestId);
    }
    case 'too_many': {
      const detail = `At most ${KEPT_PER_HOUR} requests of an account are kept an hour. Come back when the next one begins.`;
      return problem(429, 'Too Many Requests', detail, requestId, { 'Retry-After': String(keeping.retryAfter) });
    }
    case 'kept': {
      const refusal = refusalOf(call, resumer, resuming);
      const body = {
        token: keeping.token,
        status: refusal === undefined ? 'paid' : 'waiting',
        checkoutUrl: refusal?.checkoutUrl ?? null,
        expiresAt: iso(keeping.expiresAt),
      };
      return json(201, body, { Location: `${resumer.billingUrl}/requests/${keeping.token}` });
    }
  }
});

/** `GET requests/{token}`: how it stands with a request. */
export const showKept = forKeeper(async ({ resumer, resuming }, request) => {
  const found = await requestStatus(tokenOf(request), resumer, resuming);
  if (found === undefined) {
    return problem(404, 'Not Found', UNKNOWN, request.requestId);
  }
  const checkoutUrl = found.status === 'waiting' ? (found.refusal.checkoutUrl ?? null) : null;
  return json(200, { status: found.status, checkoutUrl, expiresAt: iso(found.expiresAt) });
});

/** `POST requests/{token}`: runs it, once, and answers as the API has answered. */
export const runKept = forKeeper(async ({ resumer, resuming }, request) => {
  const { requestId } = request;
  const outcome = await resumeRequest(tokenOf(request), resumer, callerOf(request), resuming);
  switch (outcome.kind) {
    case 'unknown':
      return problem(404, 'Not Found', UNKNOWN, requestId);
    case 'expired':
      return problem(410, 'Gone', EXPIRED, requestId, { 'Resume-Status': 'expired' });
    case 'used':
      return problem(409, 'Conflict', USED, requestId, { 'Resume-Status': 'used' });
    case 'suspended':
      return suspended('Nothing is served to it', requestId);
    case 'lost':
      return problem(504, 'Gateway Timeout', LOST, requestId, { 'Resume-Status': 'used' });
    case 'refused':
      return passOn(outcome.answer, 'waiting', requestId);
    case 'answered':
      return passOn(outcome.answer, 'used', requestId);
  }
});

/** Wraps what is done for a customer whom the request identifies, there where requests are kept. */
function forKeeper(route: KeeperRoute) {
  return async (request: BillingRequest, dependencies: BillingDependencies): Promise<APIGatewayProxyResult> => {
    const { resuming } = dependencies;
    if (resuming === undefined) {
      return problem(404, 'Not Found', 'No requests are kept here.', request.requestId);
    }
    const caller = await identify(request, dependencies);
    if (caller === undefined) {
      return unauthorized(request, dependencies);
    }
    if (caller.balance.standing === 'suspended') {
      return suspended('Nothing is served to it', request.requestId);
    }
    return route({ resumer: resumerOf(caller, request), resuming: { ...dependencies, ...resuming } }, request);
  };
}

function resumerOf({ customer, balance }: IdentifiedCustomer, { api, billingUrl, requestId }: BillingRequest): Resumer {
  return { customer, balance, api, billingUrl, requestId };
}

function callerOf({ event }: BillingRequest): ApiCaller {
  return new HttpApiCaller(publicUrl(event), credentialHeaders(event), { maxBytes: MAX_ANSWER_BYTES });
}

function tokenOf({ event }: BillingRequest): string {
  return event.pathParameters?.token ?? '';
}

/** The API's own answer; nothing of it is kept. */
function passOn(answer: ApiAnswer, status: 'waiting' | 'used', requestId: string): APIGatewayProxyResult {
  if (answer.truncated) {
    const detail = `The request was run, and its answer has more than the ${MAX_ANSWER_BYTES} bytes that can be passed on.`;
    return problem(502, 'Bad Gateway', detail, requestId, { 'Resume-Status': status });
  }
  const text = textOf(answer.body);
  return {
    statusCode: answer.status,
    headers: { ...answer.headers, 'Cache-Control': 'no-store', 'Resume-Status': status },
    body: text ?? Buffer.from(answer.body).toString('base64'),
    isBase64Encoded: text === undefined,
  };
}

/** The text that bytes are in UTF-8, if they are any. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString();
}
