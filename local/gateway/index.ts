import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ApiKeyRegistry } from '../control-plane/api-key-registry';
import type { LambdaRuntime } from '../lambda/runtime';
import { accessLogEvent } from '../logs/access-log';
import type { LogWriter } from '../logs/log-event';
import type { RestApiModel } from '../template/model';
import { Authorizers } from './authorizer';
import { CallerGoneError } from './body';
import { ResponseCache } from './cache';
import type { Call } from './call';
import { createContext, createTraceId } from './context';
import { internalErrorLine } from './gateway-error';
import { headerValue } from './headers';
import { type HttpAnswer, jsonAnswer, sendAnswer } from './http-answer';
import { type FinishedCall, type PipelineServices, serveCall } from './pipeline';
import { collapseLeadingSlashes, type GatewayRequest, parseRequest } from './request';
import { createRouter, type Router } from './router';
import { UsageMeter } from './usage-plans';

export interface MountedApi {
  readonly model: RestApiModel;
  /** What stands in front of the resource in the URL, `/prod`. */
  readonly basePath: string;
}

export interface GatewayOptions {
  /**
   * The API keys and the usage plans that they are in, asked for each call.
   *
   * @default - those of the template
   */
  readonly apiKeys?: ApiKeyRegistry;

  /**
   * The `domainName` of the request context, with the port, as links are made of it. The Host header has no say in it.
   *
   * @default - the address that the caller connected to: `localhost:3000`
   */
  readonly domainName?: string;

  /**
   * Milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly clock?: () => number;

  /**
   * Takes a line for everything that a developer needs to know of and a caller is not told.
   *
   * @default console.error
   */
  readonly log?: (line: string) => void;

  /**
   * Takes the access logs of the stages that have one.
   *
   * @default - access logs go nowhere
   */
  readonly accessLogs?: LogWriter;
}

interface Mount {
  readonly api: RestApiModel;
  readonly basePath: string;
  readonly router: Router;
}

/** API Gateway's limit for the request line and all header values, in bytes. */
const HEAD_LIMIT = 10_240;

/** Serves REST APIs as API Gateway would. State (throttles, quotas, caches) lives as long as the listener. */
export function createGateway(
  apis: readonly MountedApi[],
  lambda: LambdaRuntime,
  options: GatewayOptions = {},
): RequestListener {
  const clock = options.clock ?? Date.now;
  const log = options.log ?? console.error;
  const usage = new UsageMeter(options.apiKeys ?? ApiKeyRegistry.of(apis, clock));
  const services = {
    lambda,
    clock,
    log,
    authorizers: new Authorizers(lambda, clock),
    usage,
    cache: new ResponseCache(clock),
  };
  const mounts = apis.map(mount).sort((a, b) => b.basePath.length - a.basePath.length);
  return (message, response) => {
    // Writing to a caller who has gone is no event; without a listener it would end the process.
    response.on('error', () => undefined);
    response.setHeader('Date', new Date(clock()).toUTCString());
    const serve = () => answer(message, mounts, services, options.domainName);
    void handle(message, response, serve, log).then((served) => writeAccessLog(served, options.accessLogs, clock()));
  };
}

/** What is refused before a stage takes it is in no access log. */
type Served = FinishedCall | { readonly call?: undefined; readonly answer: HttpAnswer };

async function handle(
  message: IncomingMessage,
  response: ServerResponse,
  serve: () => Promise<Served>,
  log: (line: string) => void,
): Promise<Served | undefined> {
  let served: Served | undefined;
  try {
    served = await serve();
    const streamedBytes = await sendAnswer(message, response, served.answer);
    return served.call === undefined ? served : { ...served, streamedBytes };
  } catch (error) {
    if (error instanceof CallerGoneError) {
      return undefined;
    }
    log(internalErrorLine(error));
    for (const name of response.getHeaderNames()) {
      response.removeHeader(name);
    }
    const answer = jsonAnswer(500, 'InternalServerErrorException', { message: 'Internal server error' });
    await sendAnswer(message, response, answer);
    return served && { ...served, answer };
  }
}

/** A caller who leaves while the integration works is logged like any other, with the answer that nobody took. */
function writeAccessLog(served: Served | undefined, logs: LogWriter | undefined, now: number): void {
  const event = served?.call && accessLogEvent(served, now);
  if (event !== undefined) {
    logs?.write(event);
  }
}

function mount({ model, basePath }: MountedApi): Mount {
  return { api: model, basePath: basePath.replace(/\/+$/, ''), router: createRouter(model.methods) };
}

async function answer(
  message: IncomingMessage,
  mounts: readonly Mount[],
  services: PipelineServices,
  domainName: string | undefined,
): Promise<Served> {
  const request = parseRequest(message);
  if (request.headSize > HEAD_LIMIT) {
    // AWS documents the limit and not the answer; 431 is what its users report.
    const body = { message: 'Request Header Fields Too Large' };
    return { answer: jsonAnswer(431, 'RequestHeaderFieldsTooLargeException', body) };
  }
  const target = mounts.find(({ basePath }) => `${request.rawPath}/`.startsWith(`${basePath}/`));
  if (target === undefined) {
    return { answer: jsonAnswer(403, 'ForbiddenException', { message: 'Forbidden' }) };
  }
  const call = createCall(request, target, domainName ?? localDomain(message), services.clock());
  return serveCall(call, target.router, message, services);
}

function createCall(request: GatewayRequest, target: Mount, domainName: string, now: number): Call {
  const { api, basePath } = target;
  return {
    api,
    request,
    path: collapseLeadingSlashes(request.rawPath.slice(basePath.length)),
    traceId: headerValue(request.headers, 'X-Amzn-Trace-Id') ?? createTraceId(now),
    context: createContext({ api, request, path: request.rawPath, domainName, now }),
    pathParameters: {},
  };
}

function localDomain({ socket }: IncomingMessage): string {
  const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  const host = address === '127.0.0.1' || address === '::1' ? 'localhost' : address;
  return `${host.includes(':') ? `[${host}]` : host}:${socket.localPort ?? 80}`;
}
