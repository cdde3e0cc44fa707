import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent } from 'aws-lambda';
import { type AccessLogLine, FREE_WHEN_CACHED, NO_VALUE } from '../../lib/private/access-log';
import type { RefusalReason } from '../domain/payment-required';
import type { RefusedCustomer } from '../domain/refusals';
import type { Settlement } from '../domain/settlement';
import { routeCode } from '../domain/usage';

/** What a batch of the access log tells. */
export interface LoggedCalls {
  /** The calls that were charged and not served, or answered from the cache where that is free. */
  readonly refunds: readonly Settlement[];
  /** Those that were answered with 402. */
  readonly refusals: readonly RefusedCustomer[];
}

export function readAccessLog(event: CloudWatchLogsEvent): LoggedCalls {
  const text = gunzipSync(Buffer.from(event.awslogs.data, 'base64')).toString();
  const { messageType, logEvents } = JSON.parse(text) as CloudWatchLogsDecodedData;
  // CloudWatch also sends messages that only test whether it may.
  const lines =
    messageType === 'DATA_MESSAGE'
      ? logEvents.map(({ message, timestamp }) => ({ line: readLine(message), at: Math.floor(timestamp / 1000) }))
      : [];
  return {
    refunds: lines.flatMap(({ line }) => refundOf(line) ?? []),
    refusals: lines.flatMap(({ line, at }) => refusalOf(line, at) ?? []),
  };
}

/** The subscription's filter has said the same; whoever subscribes with another one gives back no more than this. */
function refundOf(line: Partial<AccessLogLine>): Settlement | undefined {
  const { charge, customer, status = '', responseType = NO_VALUE, httpMethod, resourcePath } = line;
  const [charged, bought, period] = [line.cost, line.bought, line.period].map(Number);
  const served = !String(status).startsWith('5') && responseType === NO_VALUE && !isFromCacheForFree(line);
  if (served || charge === undefined || customer === undefined || charged === undefined || !(charged > 0)) {
    return undefined;
  }
  const isNamed = httpMethod !== undefined && resourcePath !== undefined;
  const counted = { route: routeCode(`${httpMethod} ${resourcePath}`), units: charged };
  return {
    kind: 'refund',
    chargeId: charge,
    customer,
    charged,
    bought: bought || 0,
    period: period || 0,
    ...(isNamed && { counted }),
  };
}

/** Both members are there, or the format of the log is not ours and tells nothing of a cache. */
function isFromCacheForFree({ cachedCost, integrationLatency }: Partial<AccessLogLine>): boolean {
  return String(cachedCost) === String(FREE_WHEN_CACHED) && integrationLatency === NO_VALUE;
}

function refusalOf(line: Partial<AccessLogLine>, at: number): RefusedCustomer | undefined {
  const { status, customer, plan = '', httpMethod, resourcePath, requestId = '' } = line;
  const reason = reasonOf(line);
  const periodStart = Number(line.period);
  if (String(status) !== '402' || reason === undefined || isNone(customer) || !(periodStart >= 0)) {
    return undefined;
  }
  return { customer, plan, reason, periodStart, route: `${httpMethod} ${resourcePath}`, requestId, at };
}

/** The authorizer's reason; where it has let the call pass, API Gateway's. A 402 of the backend's own has none. */
function reasonOf({ reason, responseType }: Partial<AccessLogLine>): RefusalReason | undefined {
  return isNone(reason)
    ? responseType === 'QUOTA_EXCEEDED'
      ? 'usage_plan_quota_exceeded'
      : undefined
    : (reason as RefusalReason);
}

function isNone(value: string | undefined): value is undefined {
  return value === undefined || value === '' || value === NO_VALUE;
}

/** A line that is none of ours says nothing. */
function readLine(message: string): Partial<AccessLogLine> {
  try {
    const line: unknown = JSON.parse(message);
    return typeof line === 'object' && line !== null ? line : {};
  } catch {
    return {};
  }
}
