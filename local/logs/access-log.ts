import { createHash } from 'node:crypto';
import { errorContext } from '../gateway/gateway-responses';
import { contextVariable } from '../gateway/parameters';
import type { FinishedCall } from '../gateway/pipeline';
import type { LogEvent } from './log-event';

const VARIABLE = /\$context((?:\.[A-Za-z_]\w*(?:-\w+)*)+)/g;

/** The line that a finished call leaves in the log group of its stage, if the stage has one. */
export function accessLogEvent(finished: FinishedCall, now: number): LogEvent | undefined {
  const { api, context } = finished.call;
  if (api.accessLog === undefined) {
    return undefined;
  }
  const { logGroupName, format } = api.accessLog;
  return {
    logGroup: logGroupName,
    // API Gateway names its streams by 32 hexadecimal digits, and dates an event by when the call came.
    logStream: createHash('md5').update(`${api.id}/${api.stageName}`).digest('hex'),
    timestamp: context.requestTimeEpoch,
    message: renderAccessLog(format, finished, now),
  };
}

/** Text for text, as in gateway responses: nothing is escaped. What is absent is a hyphen. */
export function renderAccessLog(format: string, finished: FinishedCall, now: number): string {
  const context = accessLogContext(finished, now);
  return format.replace(VARIABLE, (_, path: string) => contextVariable(context, path.split('.').slice(1)) ?? '-');
}

/** `$context` with what access logs alone can tell; `authenticate` and `waf` are stations that no call has here. */
function accessLogContext({ call, answer, phases, error, streamedBytes }: FinishedCall, now: number): object {
  const { authorizer, authorize, integration } = phases;
  return {
    ...call.context,
    authorizer: { ...call.context.authorizer, ...authorizer },
    authorize,
    error: error && loggedError(error),
    integration,
    awsEndpointRequestId: integration?.requestId,
    integrationErrorMessage: integration?.error,
    integrationLatency: integration?.latency,
    integrationStatus: integration?.integrationStatus,
    responseLatency: now - call.context.requestTimeEpoch,
    responseLength: streamedBytes ?? Buffer.byteLength(answer.body),
    status: answer.statusCode,
  };
}

/** A gateway response shows a message that is missing as `null`, or as nothing. */
function loggedError(error: NonNullable<FinishedCall['error']>): object {
  const present = Object.entries(errorContext(error)).filter(([, value]) => value !== '' && value !== 'null');
  return Object.fromEntries(present);
}
