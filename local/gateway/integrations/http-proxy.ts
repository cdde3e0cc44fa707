import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RoutedCall } from '../call';
import { configurationError, GatewayError } from '../gateway-error';
import {
  type HeaderLine,
  headerLines,
  headerValue,
  multiValues,
  overrideHeaders,
  wireValue,
  withoutHeaders,
} from '../headers';
import { type HttpAnswer, integrationHeaders } from '../http-answer';
import { resolveExpression } from '../parameters';
import type { Phase } from '../phases';
import { withinTimeout } from './timeout';

/** Not passed on unless a mapping sets them; the rest of the connection's own headers is gone already. */
const NOT_PASSED = new Set(['host', 'content-encoding', 'via']);

/** HTTP proxy integration: the call goes to a backend as it came, and the answer comes back the same way. */
export async function integrateHttp(call: RoutedCall, body: Buffer, phase: Phase): Promise<HttpAnswer> {
  const { integration } = call.route.method;
  const controller = new AbortController();
  let isStreaming = false;
  try {
    const answer = await withinTimeout(integration.timeoutMillis, forward(call, body, phase, controller.signal));
    isStreaming = answer.stream !== undefined;
    return answer;
  } catch (error) {
    throw error instanceof GatewayError ? error : networkError(error);
  } finally {
    if (!isStreaming) {
      controller.abort();
    }
  }
}

async function forward(call: RoutedCall, body: Buffer, phase: Phase, signal: AbortSignal): Promise<HttpAnswer> {
  const { integration } = call.route.method;
  const { endpoint, path } = backendTarget(call);
  const method =
    integration.httpMethod === undefined || integration.httpMethod === 'ANY'
      ? call.request.httpMethod
      : integration.httpMethod;
  const options: RequestOptions = {
    method,
    path,
    // One connection a call: a backend under development restarts, and a kept connection would fail then.
    agent: false,
    headers: { ...outgoingHeaders(requestHeaders(call)), ...(body.length > 0 && { 'Content-Length': body.length }) },
    signal,
  };
  const message = await send(endpoint, options, body);
  Object.assign(phase, { status: message.statusCode, integrationStatus: message.statusCode });
  const head = {
    statusCode: message.statusCode ?? 502,
    headers: integrationHeaders(withoutHeaders(headerLines(message.rawHeaders), new Set(['via']))),
  };
  if (integration.isStreamed) {
    return { ...head, body: '', stream: message };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk);
  }
  return { ...head, body: Buffer.concat(chunks) };
}

function send(endpoint: URL, options: RequestOptions, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const start = endpoint.protocol === 'https:' ? httpsRequest : httpRequest;
    start(endpoint, options, resolve).on('error', reject).end(body);
  });
}

/** Node takes no list for `Host`, even of one. */
function outgoingHeaders(lines: readonly HeaderLine[]): OutgoingHttpHeaders {
  const values = Object.entries(multiValues(lines));
  return Object.fromEntries(values.map(([name, list]) => [name, list.length === 1 ? list[0] : list]));
}

function requestHeaders(call: RoutedCall): HeaderLine[] {
  const passed = withoutHeaders(call.request.headers, NOT_PASSED);
  const defaults: HeaderLine[] = [
    ['Accept', 'application/json'],
    ['User-Agent', `AmazonAPIGateway_${call.api.id}`],
    ['X-Amzn-Trace-Id', call.traceId],
  ];
  const missing = defaults.filter(([name]) => headerValue(passed, name) === undefined);
  const mapped = mappedParameters(call, 'header').map(([name, value]) => [name, wireValue(value)] as const);
  return overrideHeaders([...passed, ...missing], [['X-Amzn-Apigateway-Api-Id', call.api.id], ...mapped]);
}

/** Where the call goes. The path is sent as written: no client library gets to resolve the dots in it. */
function backendTarget(call: RoutedCall): { endpoint: URL; path: string } {
  const uri = fillUri(call.route.method.integration.uri ?? '', call);
  const [, origin, path = '', query = ''] = /^(https?:\/\/[^/?#]+)([^?#]*)\??([^#]*)/i.exec(uri) ?? [];
  if (origin === undefined || !URL.canParse(origin)) {
    throw configurationError(`the integration's endpoint is invalid: ${uri}`);
  }
  const mapped = mappedParameters(call, 'querystring').map((pair) => pair.map(encodeURIComponent).join('='));
  const queries = [query, call.request.rawQuery, ...mapped].filter((part) => part !== '').join('&');
  return { endpoint: new URL(origin), path: `${path === '' ? '/' : path}${queries === '' ? '' : `?${queries}`}` };
}

function fillUri(uri: string, call: RoutedCall): string {
  const parameters = new Map(mappedParameters(call, 'path'));
  return uri
    .replace(/\$\{stageVariables\.([\w-]+)\}/g, (_, name) => resolveExpression(`stageVariables.${name}`, call) ?? '')
    .replace(/\{([^{}]+?)\+?\}/g, (placeholder, name) => parameters.get(name) ?? placeholder);
}

/** `integration.request.{position}.x`, resolved. A path parameter that goes into a path keeps the encoding it came in. */
function mappedParameters(call: RoutedCall, position: 'header' | 'path' | 'querystring'): HeaderLine[] {
  const prefix = `integration.request.${position}.`;
  return Object.entries(call.route.method.integration.requestParameters).flatMap(
    ([target, expression]): HeaderLine[] => {
      if (!target.startsWith(prefix)) {
        return [];
      }
      const raw = /^method\.request\.path\.(.+)$/.exec(expression)?.[1];
      if (position === 'path' && raw !== undefined) {
        return [[target.slice(prefix.length), call.route.rawPathParameters[raw] ?? '']];
      }
      const value = resolveExpression(expression, call);
      const encoded = position === 'path' && value !== undefined ? encodeURIComponent(value) : value;
      return encoded === undefined ? [] : [[target.slice(prefix.length), encoded]];
    },
  );
}

/** A host that has no address is a misconfiguration to API Gateway, any other trouble on the way is the network's. */
function networkError(error: unknown): GatewayError {
  const { code, message } = error as NodeJS.ErrnoException;
  const detail = `the endpoint could not be reached: ${code ?? ''} ${message}`;
  return code === 'ENOTFOUND' ? configurationError(detail) : new GatewayError('INTEGRATION_FAILURE', { detail });
}
