import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopback, startLoopbackServer } from '../loopback-server';
import { type JsonObject, parseObject } from '../template/values';
import { ApiKeyRegistry, type ApiKeyRegistryProps } from './api-key-registry';
import { ControlPlaneError } from './errors';
import { ApiKeyKeeper, readKeptApiKeys } from './kept-api-keys';
import { findOperation, malformed } from './operations';
import { RequestRates } from './request-rates';

export interface ControlPlaneOptions extends Omit<ApiKeyRegistryProps, 'runTimeKeys'> {
  /**
   * Where the keys that are made at run time are kept.
   * @default - in memory only
   */
  readonly dataDir?: string;
  /** @default - a free one */
  readonly port?: number;
  /**
   * How long CreateUsagePlanKey takes: on AWS another one that comes meanwhile is refused with ConflictException.
   * @default 0 - none is refused for that
   */
  readonly usagePlanKeyMillis?: number;
}

/** API Gateway's own endpoint, the part of it that manages API keys and usage plan keys. */
export interface ControlPlane {
  /** As in `AWS_ENDPOINT_URL_API_GATEWAY`. */
  readonly url: string;
  /** What the gateway is to ask. */
  readonly registry: ApiKeyRegistry;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Serves loopback only. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dataDir, clock = Date.now, usagePlanKeyMillis = 0 } = options;
  const registry = new ApiKeyRegistry({ ...options, runTimeKeys: await readKeptApiKeys(dataDir) });
  const keeper = new ApiKeyKeeper(dataDir, () => registry.runTimeKeys);
  const service: Service = { registry, keeper, rates: new RequestRates(clock, usagePlanKeyMillis) };
  const server = await startLoopbackServer((request, response) => {
    response.on('error', () => undefined);
    void respond(service, request, response);
  }, options.port);
  const close = async () => {
    await server.close();
    await keeper.settled();
  };
  return { url: server.url, registry, close };
}

interface Service {
  readonly registry: ApiKeyRegistry;
  readonly rates: RequestRates;
  readonly keeper: ApiKeyKeeper;
}

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

async function respond(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { statusCode, headers, body } = await answer(service, request).catch(refusal);
  const payload = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response.writeHead(statusCode, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': payload.length,
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(payload);
}

async function answer({ registry, rates, keeper }: Service, request: IncomingMessage): Promise<Answer> {
  const content = await readBody(request);
  checkCaller(request);
  const method = request.method ?? 'GET';
  const url = new URL(`http://127.0.0.1${request.url}`);
  const { operation, ids } = findOperation(method, url);
  rates.admit(operation.name);
  const body = operation.perform({ registry, ids, query: url.searchParams, body: parseBody(content) });
  if (method !== 'GET') {
    await keeper.keep();
  }
  return { statusCode: operation.statusCode, body };
}

function checkCaller({ headers }: IncomingMessage): void {
  if (!isLoopback(headers.host)) {
    throw new ControlPlaneError('AccessDeniedException', 'only loopback is served');
  }
  if (!headers.authorization?.startsWith('AWS4-')) {
    throw new ControlPlaneError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
}

/** The request is read to its end even where it is refused, for the answer to arrive. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    }
  }
  if (size > MAX_BODY_BYTES) {
    throw new ControlPlaneError('RequestTooLargeException', 'the request is too large');
  }
  return Buffer.concat(chunks).toString();
}

function parseBody(content: string): JsonObject {
  const body = content === '' ? {} : parseObject(content);
  if (body === undefined) {
    throw malformed('the body is no JSON object');
  }
  return body;
}

/** Whatever else goes wrong is this service's fault, a full disk most likely, and must not end the process. */
function refusal(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const { type, statusCode, retryAfterSeconds } =
    error instanceof ControlPlaneError ? error : new ControlPlaneError('InternalFailure', message);
  const retryAfter = retryAfterSeconds === undefined ? undefined : { 'Retry-After': String(retryAfterSeconds) };
  return { statusCode, headers: { 'x-amzn-errortype': type, ...retryAfter }, body: { message } };
}
