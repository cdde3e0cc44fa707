import { randomUUID } from 'node:crypto';
import type { InvocationResult, LambdaRuntime } from '../../lambda/runtime';
import { eventHeaders, type RoutedCall } from '../call';
import { configurationError, GatewayError } from '../gateway-error';
import { headerValue, multiValues, singleValues } from '../headers';
import { type HttpAnswer, integrationHeaders } from '../http-answer';
import { firstAccepted, isBinary, mediaType } from '../media-types';
import { INVOKED, type Phase } from '../phases';
import { namedFunction } from './named-function';
import { type ProxyAnswer, parseProxyAnswer } from './proxy-answer';
import { withinTimeout } from './timeout';

type FunctionError = Extract<InvocationResult, { readonly ok: false }>;

/** Lambda proxy integration: the call as an event, the function's answer as the response. */
export async function integrateFunction(
  call: RoutedCall,
  body: Buffer,
  lambda: LambdaRuntime,
  phase: Phase,
): Promise<HttpAnswer> {
  const functionArn = namedFunction(call);
  const { timeoutMillis } = call.route.method.integration;
  const requestId = randomUUID();
  const result = await withinTimeout(timeoutMillis, lambda.invoke(functionArn, proxyEvent(call, body), requestId));
  Object.assign(phase, { integrationStatus: INVOKED, requestId });
  if (!result.ok) {
    throw functionError(result, requestId);
  }
  const answer = parseProxyAnswer(result.payload);
  if (answer === undefined) {
    throw badGateway(
      'the function returned no Lambda proxy response: { statusCode, headers, body, … } and nothing else',
      'Execution failed due to configuration error: Malformed Lambda proxy response',
    );
  }
  phase.status = answer.statusCode;
  return {
    statusCode: answer.statusCode,
    headers: [...integrationHeaders(answer.headers), ['X-Amzn-Trace-Id', call.traceId]],
    body: responseBody(call, answer),
  };
}

export function functionError({ errorType, errorMessage }: FunctionError, requestId: string): GatewayError {
  return badGateway(
    `the function failed: ${errorType}: ${errorMessage}`,
    `Lambda execution failed with status ${INVOKED} due to customer function error: ${errorMessage}. Lambda request id: ${requestId}`,
  );
}

export function badGateway(detail: string, integrationError: string): GatewayError {
  const message = 'Internal server error';
  return new GatewayError('INTEGRATION_FAILURE', { statusCode: 502, message, detail, integrationError });
}

/** An empty map is null in this event, unlike in an authorizer's. */
export function proxyEvent(call: RoutedCall, body: Buffer): object {
  const { request, api } = call;
  const headers = eventHeaders(call);
  const isBase64Encoded = body.length > 0 && isBinary(contentType(call), api.binaryMediaTypes);
  return {
    resource: call.route.method.resourcePath,
    path: call.path,
    httpMethod: request.httpMethod,
    headers: singleValues(headers),
    multiValueHeaders: multiValues(headers),
    queryStringParameters: nullIfEmpty(singleValues(request.query)),
    multiValueQueryStringParameters: nullIfEmpty(multiValues(request.query)),
    pathParameters: nullIfEmpty(call.pathParameters),
    stageVariables: nullIfEmpty(api.stageVariables),
    requestContext: call.context,
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

function contentType(call: RoutedCall): string | undefined {
  return mediaType(headerValue(call.request.headers, 'Content-Type'));
}

function nullIfEmpty<T extends object>(record: T): T | null {
  return Object.keys(record).length === 0 ? null : record;
}

/** A body in base64 becomes bytes only for a caller whose first accepted type is one of the API's binary ones. */
function responseBody(call: RoutedCall, answer: ProxyAnswer): Buffer | string {
  const accepted = firstAccepted(headerValue(call.request.headers, 'Accept'));
  if (!answer.isBase64Encoded || !isBinary(accepted, call.api.binaryMediaTypes)) {
    return answer.body;
  }
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(answer.body)) {
    throw configurationError('the function says that its body is base64, and it is not');
  }
  return Buffer.from(answer.body, 'base64');
}
