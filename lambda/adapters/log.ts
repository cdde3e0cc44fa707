import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import type { Context } from 'aws-lambda';
import { errorFields, isWritten } from './log-line';

// The log of every handler but the authorizer, which writes the same lines by `lean-log.ts`.

/** The fields of Powertools' own lines that tell something here, and of errors no more than is ours. */
class Formatter extends LogFormatter {
  public override formatAttributes(
    { logLevel, message, timestamp, lambdaContext, xRayTraceId }: UnformattedAttributes,
    about: LogAttributes,
  ): LogItem {
    const attributes = {
      level: logLevel,
      message,
      timestamp: this.formatTimestamp(timestamp),
      function_name: lambdaContext?.functionName ?? process.env.AWS_LAMBDA_FUNCTION_NAME,
      function_request_id: lambdaContext?.awsRequestId,
      xray_trace_id: xRayTraceId,
      ...about,
    };
    return new LogItem({ attributes });
  }
}

const logger = new Logger({ logFormatter: new Formatter() });

/** One line of what a developer or an operator may want to know, and need not do anything about. */
export function log(message: string, about: Readonly<Record<string, string>>): void {
  if (isWritten('INFO', process.env)) {
    logger.info(message, about);
  }
}

/**
 * One line for the operator, found by what it is about: the request id that the caller was given, or the customer. What a caller
 * sent is never in it.
 */
export function logError(message: string, about: Readonly<Record<string, string>>, error: unknown): void {
  if (isWritten('ERROR', process.env)) {
    logger.error(message, { ...about, error: errorFields(error) });
  }
}

/** Has every line that the handler writes carry the ids of the request: Lambda's, and API Gateway's where it has brought it. */
export function logged<Event, Answer>(
  handler: (event: Event, context: Context) => Promise<Answer>,
): (event: Event, context: Context) => Promise<Answer> {
  return (event, context) => {
    logger.resetKeys();
    logger.addContext(context);
    const requestId = requestIdOf(event);
    if (requestId !== undefined) {
      logger.appendKeys({ requestId });
    }
    return handler(event, context);
  };
}

function requestIdOf(event: unknown): string | undefined {
  const { requestContext } = (event ?? {}) as { readonly requestContext?: { readonly requestId?: string } };
  return requestContext?.requestId;
}
