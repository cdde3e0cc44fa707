import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isLoopback } from '../loopback-server';
import type { FunctionModel } from '../template/model';
import type { AsynchronousInvocations } from './asynchronous-invocations';
import { readConfiguration, updateConfiguration } from './function-configuration';
import { LambdaError } from './lambda-error';
import type { ConfigurableRuntime } from './runtime';

export interface InvokeEndpointOptions {
  readonly functions: readonly FunctionModel[];
  readonly runtime: ConfigurableRuntime;
  readonly invocations: AsynchronousInvocations;
  /** Takes a line for every event that is given up. */
  readonly report: (line: string) => void;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_SYNCHRONOUS_BYTES = 6 * 1024 * 1024;
const MAX_ASYNCHRONOUS_BYTES = 1024 * 1024;

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/(configuration|invocations)$/;
const OPERATIONS = ['POST invocations', 'GET configuration', 'PUT configuration'];
/** A name, a partial ARN or an ARN, each with a version or an alias or without. */
const FUNCTION_NAME = /^(?:((?:arn:[^:]+:lambda:[^:]+:)?\d{12}):function:|function:)?([\w-]+)(?::([\w$-]+))?$/;

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Lambda's own endpoint, as far as it invokes functions, and changes their environment variables. */
export function createInvokeEndpoint(options: InvokeEndpointOptions): RequestListener {
  return (request, response) => {
    response.on('error', () => undefined);
    void respond(options, request, response);
  };
}

async function respond(
  options: InvokeEndpointOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { statusCode, headers, body } = await answer(options, request).catch(refusal);
  const payload = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const length = statusCode === 204 ? undefined : { 'Content-Length': payload.length };
  const contentType = { 'Content-Type': 'application/json', 'x-amzn-RequestId': randomUUID() };
  response.writeHead(statusCode, { ...contentType, ...length, ...headers });
  response.end(payload);
}

async function answer(options: InvokeEndpointOptions, request: IncomingMessage): Promise<Answer> {
  // Read to its end even where the request is refused, for the answer to arrive.
  const { content, size } = await readBody(request);
  checkCaller(request);
  const url = new URL(`http://127.0.0.1${request.url}`);
  const [, name = '', resource] = PATH.exec(url.pathname) ?? [];
  const asked = resource === undefined ? undefined : `${request.method} ${resource}`;
  if (asked === undefined || !OPERATIONS.includes(asked)) {
    throw new LambdaError('UnknownOperationException', `this local service has no ${request.method} ${url.pathname}`);
  }
  const type = headerOf(request, 'x-amz-invocation-type') ?? 'RequestResponse';
  const functionArn = findFunction(
    options.functions,
    decodeURIComponent(name),
    url.searchParams.get('Qualifier'),
    regionOf(request),
  );
  if (asked !== 'POST invocations') {
    const isRead = asked === 'GET configuration';
    const body = isRead
      ? readConfiguration(options.runtime, functionArn)
      : updateConfiguration(options.runtime, functionArn, parse(content));
    return { statusCode: 200, body };
  }
  checkSize(size, type);
  const event = parse(content);
  switch (type) {
    case 'RequestResponse':
      return invoke(options.runtime, functionArn, event);
    case 'Event': {
      const requestId = options.invocations.invoke(functionArn, event, (why) => {
        options.report(`gave up on an event for ${functionArn}: ${why}`.replace(/\s+/g, ' '));
      });
      return { statusCode: 202, headers: { 'x-amzn-RequestId': requestId } };
    }
    case 'DryRun':
      return { statusCode: 204 };
    default:
      throw new LambdaError(
        'InvalidParameterValueException',
        `the invocation type must be Event, RequestResponse or DryRun, got: ${type}`,
      );
  }
}

async function invoke(runtime: ConfigurableRuntime, functionArn: string, event: unknown): Promise<Answer> {
  const requestId = randomUUID();
  const result = await runtime.invoke(functionArn, event, requestId);
  const headers = { 'x-amzn-RequestId': requestId, 'X-Amz-Executed-Version': '$LATEST' };
  if (result.ok) {
    return { statusCode: 200, headers, body: result.payload };
  }
  const { errorType, errorMessage } = result;
  const error = { ...headers, 'X-Amz-Function-Error': 'Unhandled' };
  return { statusCode: 200, headers: error, body: { errorType, errorMessage } };
}

/** The ARN that is invoked, with the version or alias that was asked for: every one of them runs the same code. */
function findFunction(
  functions: readonly FunctionModel[],
  asked: string,
  asksFor: string | null,
  region: string | undefined,
): string {
  const [, account = '', name = '', derived] = FUNCTION_NAME.exec(asked) ?? [];
  if (name === '') {
    throw new LambdaError('InvalidParameterValueException', `the function name is not valid, got: ${asked}`);
  }
  if (derived !== undefined && asksFor !== null && derived !== asksFor) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.';
    throw new LambdaError('InvalidParameterValueException', message);
  }
  const qualifier = derived ?? asksFor;
  const suffix = qualifier === null ? '' : `:${qualifier}`;
  const candidates = functions.filter(({ arn }) => `:${arn}`.endsWith(`:${account}${account && ':'}function:${name}`));
  // A name alone means the caller's own Region; in an app of one Region there is no other anyway.
  const found = candidates.find(({ arn }) => arn.split(':')[3] === region) ?? candidates[0];
  if (found === undefined) {
    throw new LambdaError('ResourceNotFoundException', `Function not found: ${asked}${derived ? '' : suffix}`);
  }
  return found.arn + suffix;
}

function checkCaller({ headers }: IncomingMessage): void {
  // A web page can reach loopback under a name of its own (DNS rebinding).
  if (!isLoopback(headers.host)) {
    throw new LambdaError('AccessDeniedException', 'only loopback is served');
  }
  if (!headers.authorization?.startsWith('AWS4-')) {
    throw new LambdaError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
}

function regionOf({ headers }: IncomingMessage): string | undefined {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1];
}

function checkSize(size: number, type: string): void {
  if (size > MAX_SYNCHRONOUS_BYTES) {
    const message = `Request must be smaller than ${MAX_SYNCHRONOUS_BYTES} bytes for the InvokeFunction operation`;
    throw new LambdaError('RequestTooLargeException', message);
  }
  if (type === 'Event' && size > MAX_ASYNCHRONOUS_BYTES) {
    const limit = `(limit ${MAX_ASYNCHRONOUS_BYTES} bytes)`;
    const message = `${size} byte payload is too large for the Event invocation type ${limit}`;
    throw new LambdaError('RequestTooLargeException', message);
  }
}

async function readBody(request: IncomingMessage): Promise<{ content: string; size: number }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_SYNCHRONOUS_BYTES) {
      chunks.push(chunk);
    }
  }
  return { content: Buffer.concat(chunks).toString(), size };
}

/** No payload is an empty object. */
function parse(content: string): unknown {
  try {
    return content === '' ? {} : JSON.parse(content);
  } catch (error) {
    const message = `Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`;
    throw new LambdaError('InvalidRequestContentException', message);
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  return headers[name]?.toString();
}

/** Whatever else goes wrong is this service's fault, and must not end the process. */
function refusal(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const { type, statusCode } = error instanceof LambdaError ? error : new LambdaError('ServiceException', message);
  const body = { Type: statusCode < 500 ? 'User' : 'Service', Message: message };
  return { statusCode, headers: { 'x-amzn-ErrorType': type }, body };
}
