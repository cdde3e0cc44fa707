import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RoutedCall } from '../call';
import { configurationError, GatewayError } from '../gateway-error';
import { type HeaderLine, headerLines, headerValue, multiValues, overrideHeaders, wireValue } from '../headers';
import { resolveExpression } from '../parameters';
import type { Phase } from '../phases';
import { withinTimeout } from './timeout';

/** What is sent to a backend by HTTP. */
export interface BackendRequest {
  readonly headers: readonly HeaderLine[];
  /** Where it goes: with what the mappings have put into the path, and the query. */
  readonly endpoint: URL;
  readonly path: string;
  readonly body: Buffer;
}

export interface BackendAnswer {
  readonly statusCode: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
  /** The body where it is passed on as it comes; there is none beside it then. */
  readonly stream?: IncomingMessage;
}

type Position = 'header' | 'path' | 'querystring';

/** Sends a request by the integration's method, and waits for the answer as long as the integration does. */
export async function callBackend(call: RoutedCall, request: BackendRequest, phase: Phase): Promise<BackendAnswer> {
  const controller = new AbortController();
  const { timeoutMillis } = call.route.method.integration;
  let isStreaming = false;
  try {
    const answer = await withinTimeout(timeoutMillis, exchange(call, request, phase, controller.signal));
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

/** The integration's own, or the caller's. */
export function backendMethod(call: RoutedCall): string {
  const { httpMethod } = call.route.method.integration;
  return httpMethod === undefined || httpMethod === 'ANY' ? call.request.httpMethod : httpMethod;
}

async function exchange(
  call: RoutedCall,
  { endpoint, path, headers, body }: BackendRequest,
  phase: Phase,
  signal: AbortSignal,
): Promise<BackendAnswer> {
  const options: RequestOptions = {
    method: backendMethod(call),
    path,
    // One connection a call: a backend under development restarts, and a kept connection would fail then.
    agent: false,
    headers: { ...outgoingHeaders(headers), ...(body.length > 0 && { 'Content-Length': body.length }) },
    signal,
  };
  const message = await send(endpoint, options, body);
  Object.assign(phase, { status: message.statusCode, integrationStatus: message.statusCode });
  const head = { statusCode: message.statusCode ?? 502, headers: headerLines(message.rawHeaders) };
  if (call.route.method.integration.isStreamed) {
    return { ...head, body: Buffer.alloc(0), stream: message };
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

/** The headers that a backend gets: those given, what API Gateway adds where it is missing, and over them what is mapped. */
export function requestHeaders(
  call: RoutedCall,
  given: readonly HeaderLine[],
  over: readonly HeaderLine[],
): HeaderLine[] {
  const defaults: HeaderLine[] = [
    ['Accept', 'application/json'],
    ['User-Agent', `AmazonAPIGateway_${call.api.id}`],
    ['X-Amzn-Trace-Id', call.traceId],
  ];
  const missing = defaults.filter(([name]) => headerValue(given, name) === undefined);
  const mapped = over.map(([name, value]) => [name, wireValue(value)] as const);
  return overrideHeaders([...given, ...missing], [['X-Amzn-Apigateway-Api-Id', call.api.id], ...mapped]);
}

/** Where the call goes. The path is sent as written: no client library gets to resolve the dots in it. */
export function backendTarget(
  call: RoutedCall,
  rawQuery: string,
  over: Readonly<Record<'path' | 'querystring', readonly HeaderLine[]>>,
): Pick<BackendRequest, 'endpoint' | 'path'> {
  const uri = fillUri(call.route.method.integration.uri ?? '', call, over.path);
  const [, origin, path = '', query = ''] = /^(https?:\/\/[^/?#]+)([^?#]*)\??([^#]*)/i.exec(uri) ?? [];
  if (origin === undefined || !URL.canParse(origin)) {
    throw configurationError(`the integration's endpoint is invalid: ${uri}`);
  }
  const mapped = over.querystring.map((pair) => pair.map(encodeURIComponent).join('='));
  const queries = [query, rawQuery, ...mapped].filter((part) => part !== '').join('&');
  return { endpoint: new URL(origin), path: `${path === '' ? '/' : path}${queries === '' ? '' : `?${queries}`}` };
}

function fillUri(uri: string, call: RoutedCall, mapped: readonly HeaderLine[]): string {
  const parameters = new Map(mapped);
  return uri
    .replace(/\$\{stageVariables\.([\w-]+)\}/g, (_, name) => resolveExpression(`stageVariables.${name}`, call) ?? '')
    .replace(/\{([^{}]+?)\+?\}/g, (placeholder, name) => parameters.get(name) ?? placeholder);
}

/**
 * `integration.request.{position}.x`, resolved. A path parameter that goes into a path keeps the encoding it came in. A source without a
 * value maps nothing, so that a header of the caller's stays as it was sent.
 */
export function mappedParameters(call: RoutedCall, position: Position): HeaderLine[] {
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
      const isNothing = encoded === undefined || (position === 'header' && encoded === '');
      return isNothing ? [] : [[target.slice(prefix.length), encoded]];
    },
  );
}

/** A host that has no address is a misconfiguration to API Gateway, any other trouble on the way is the network's. */
function networkError(error: unknown): GatewayError {
  const { code, message } = error as NodeJS.ErrnoException;
  const detail = `the endpoint could not be reached: ${code ?? ''} ${message}`;
  return code === 'ENOTFOUND' ? configurationError(detail) : new GatewayError('INTEGRATION_FAILURE', { detail });
}
