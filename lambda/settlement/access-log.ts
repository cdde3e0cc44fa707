import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent } from 'aws-lambda';
import { type AccessLogLine, NO_VALUE } from '../../lib/private/access-log';
import type { Settlement } from '../domain/settlement';

/** The calls of a batch of the access log that were charged and not served. */
export function refundsOf(event: CloudWatchLogsEvent): Settlement[] {
  const text = gunzipSync(Buffer.from(event.awslogs.data, 'base64')).toString();
  const { messageType, logEvents } = JSON.parse(text) as CloudWatchLogsDecodedData;
  // CloudWatch also sends messages that only test whether it may.
  return messageType === 'DATA_MESSAGE' ? logEvents.flatMap(({ message }) => refundOf(readLine(message)) ?? []) : [];
}

/** The subscription's filter has said the same; whoever subscribes with another one gives back no more than this. */
function refundOf(line: Partial<AccessLogLine>): Settlement | undefined {
  const { charge, customer, status = '', responseType = NO_VALUE } = line;
  const [charged, bought, period] = [line.cost, line.bought, line.period].map(Number);
  const served = !String(status).startsWith('5') && responseType === NO_VALUE;
  if (served || charge === undefined || customer === undefined || charged === undefined || !(charged > 0)) {
    return undefined;
  }
  return { kind: 'refund', chargeId: charge, customer, charged, bought: bought || 0, period: period || 0 };
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
