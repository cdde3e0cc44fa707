import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopback, type LoopbackServer, startLoopbackServer } from '../loopback-server';
import { ServiceError } from './errors';

/** @param gone aborts when the caller hangs up: what is still waiting then must not take anything for it */
export type AwsJsonOperation = (input: unknown, gone: AbortSignal) => unknown;

/** A service that is spoken to in AWS's JSON protocol: a POST, the operation's name in `X-Amz-Target`. */
export interface AwsJsonService {
  /** What comes before the dot in `X-Amz-Target`. */
  readonly targetPrefix: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  readonly operations: ReadonlyMap<string, AwsJsonOperation>;
}

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Serves loopback only. */
export function startAwsJsonServer(service: AwsJsonService, port = 0): Promise<LoopbackServer> {
  return startLoopbackServer((request, response) => receive(service, request, response), port);
}

function receive(service: AwsJsonService, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const gone = new AbortController();
  response.on('close', () => {
    // Not of one who has his answer: to abort makes an error with a stack, each time, for nobody.
    if (!response.writableFinished) gone.abort();
  });
  request.on('error', () => response.destroy());
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  request.on('end', async () => {
    const { statusCode, headers, body } = await answer(service, request, size, chunks, gone.signal);
    const payload = Buffer.from(JSON.stringify(body));
    response.writeHead(statusCode, {
      ...headers,
      'Content-Type': service.contentType,
      'Content-Length': payload.length,
      'x-amzn-RequestId': randomUUID(),
    });
    response.end(payload);
  });
}

async function answer(
  service: AwsJsonService,
  request: IncomingMessage,
  size: number,
  chunks: readonly Buffer[],
  gone: AbortSignal,
): Promise<Answer> {
  try {
    const operation = operationOf(service, request);
    if (size > MAX_BODY_BYTES) throw coralError('RequestTooLargeException', 'the request is too large', 413);
    return { statusCode: 200, body: (await operation(parse(Buffer.concat(chunks).toString()), gone)) ?? {} };
  } catch (error) {
    const { statusCode, headers, body } = toServiceError(error);
    return { statusCode, headers, body };
  }
}

function operationOf(service: AwsJsonService, { method, headers }: IncomingMessage): AwsJsonOperation {
  // A web page can reach loopback under a name of its own (DNS rebinding); it cannot choose this header.
  if (!isLoopback(headers.host)) throw coralError('AccessDeniedException', 'only loopback is served', 403);
  if (!headers.authorization?.startsWith('AWS4-')) {
    throw coralError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const [prefix, name = ''] = String(headers['x-amz-target'] ?? '').split('.');
  const operation = service.operations.get(name);
  if (method !== 'POST' || prefix !== service.targetPrefix || !operation) {
    throw coralError('UnknownOperationException', `this local service has no operation ${name || 'of that name'}`);
  }
  return operation;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw coralError('SerializationException', 'the body is not JSON');
  }
}

function coralError(name: string, message: string, statusCode?: number): ServiceError {
  return new ServiceError(`com.amazon.coral.service#${name}`, message, {}, statusCode);
}

/** Whatever else goes wrong is this service's fault, and must not end the process. */
function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError('com.amazon.coral.service#InternalServerError', message, {}, 500);
}
