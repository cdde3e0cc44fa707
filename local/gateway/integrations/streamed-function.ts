import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { LambdaRuntime } from '../../lambda/runtime';
import type { RoutedCall } from '../call';
import type { GatewayError } from '../gateway-error';
import { type HttpAnswer, integrationHeaders } from '../http-answer';
import { INVOKED, type Phase } from '../phases';
import { badGateway, functionError, proxyEvent } from './aws-proxy';
import { namedFunction } from './named-function';
import { type ProxyAnswer, parseProxyAnswer } from './proxy-answer';
import { withinTimeout } from './timeout';

/** Between what a function says of its answer and the body. */
const DELIMITER = Buffer.alloc(8);

/** Within so many bytes, the delimiter must come. */
const MAX_HEAD_BYTES = 16_384;

/**
 * Lambda proxy integration with the response transfer mode STREAM: as soon as the function has said of what status its answer is, and what
 * headers it has, the caller gets it, and the body as it comes. A caller who goes stops no function.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
export async function integrateStreamedFunction(
  call: RoutedCall,
  body: Buffer,
  lambda: LambdaRuntime,
  phase: Phase,
): Promise<HttpAnswer> {
  const functionArn = namedFunction(call);
  const { timeoutMillis } = call.route.method.integration;
  const requestId = randomUUID();
  const answer = new StreamedAnswer();
  const invocation = lambda.invoke(functionArn, proxyEvent(call, body), requestId, (bytes) => answer.take(bytes));
  invocation.then(
    (result) => answer.finish(result.ok ? malformed() : functionError(result, requestId), result.ok),
    (error) => answer.finish(error, false),
  );
  try {
    const { statusCode, headers } = await withinTimeout(timeoutMillis, answer.head);
    Object.assign(phase, { status: statusCode, integrationStatus: INVOKED, requestId });
    return {
      statusCode,
      headers: [...integrationHeaders(headers), ['X-Amzn-Trace-Id', call.traceId]],
      body: '',
      stream: answer.body,
    };
  } catch (error) {
    Object.assign(phase, { integrationStatus: INVOKED, requestId });
    throw error;
  }
}

/** What a function streams, cut where its head ends. */
class StreamedAnswer {
  public readonly head: Promise<ProxyAnswer>;
  public readonly body = new PassThrough();
  private settle!: { resolve: (head: ProxyAnswer) => void; reject: (error: unknown) => void };
  private before: Buffer | undefined = Buffer.alloc(0);

  constructor() {
    this.head = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // Nobody waits for it any more where the integration has timed out, nor reads a body that has no head.
    this.head.catch(() => undefined);
    this.body.on('error', () => undefined);
  }

  public take(bytes: Uint8Array): void {
    if (this.before === undefined) {
      this.body.write(bytes);
      return;
    }
    this.before = Buffer.concat([this.before, bytes]);
    const end = this.before.indexOf(DELIMITER);
    if (end < 0 || end > MAX_HEAD_BYTES) {
      if (this.before.length > MAX_HEAD_BYTES) {
        this.settle.reject(malformed());
      }
      return;
    }
    const rest = this.before.subarray(end + DELIMITER.length);
    const head = parseHead(this.before.subarray(0, end));
    this.before = undefined;
    if (head === undefined) {
      this.settle.reject(malformed());
      return;
    }
    this.settle.resolve(head);
    if (rest.length > 0) {
      this.body.write(rest);
    }
  }

  /** @param otherwise what is wrong where there is no head by now */
  public finish(otherwise: GatewayError, isWhole: boolean): void {
    this.settle.reject(otherwise);
    if (isWhole) {
      this.body.end();
    } else {
      this.body.destroy(otherwise);
    }
  }
}

function parseHead(bytes: Buffer): ProxyAnswer | undefined {
  try {
    return parseProxyAnswer(JSON.parse(bytes.toString()));
  } catch {
    return undefined;
  }
}

function malformed(): GatewayError {
  return badGateway(
    'the function streamed no answer as API Gateway wants it: JSON of { statusCode, headers }, eight zero bytes, the body',
    'Execution failed due to configuration error: Malformed Lambda proxy response',
  );
}
