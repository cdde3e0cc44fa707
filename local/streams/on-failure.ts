import type { Queue } from '../queues/queue';
import { newMessage } from '../queues/send';
import type { StreamSourceModel } from '../template/model';
import type { StreamRecord } from './record';

/** Records that a function could not handle, in as many attempts. */
export interface Failure {
  readonly records: readonly StreamRecord[];
  readonly requestId: string;
  readonly attempts: number;
  readonly tooOld: boolean;
}

/** There is one. */
const SHARD_ID = 'shardId-00000000000000000000-00000000';

/**
 * Tells a queue which records were given up: where they are in the stream, and not what is in them.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function sendFailure(queue: Queue, model: StreamSourceModel, failure: Failure, now: number): void {
  const { records, requestId, attempts, tooOld } = failure;
  const [first, last] = [records[0]?.dynamodb, records.at(-1)?.dynamodb];
  const MessageBody = JSON.stringify({
    requestContext: {
      requestId,
      functionArn: model.functionArn,
      condition: tooOld ? 'RecordAgeExceeded' : 'RetryAttemptsExhausted',
      approximateInvokeCount: attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: SHARD_ID,
      startSequenceNumber: first?.SequenceNumber,
      endSequenceNumber: last?.SequenceNumber,
      approximateArrivalOfFirstRecord: arrivalOf(first),
      approximateArrivalOfLastRecord: arrivalOf(last),
      batchSize: records.length,
      streamArn: model.stream.arn,
    },
  });
  queue.send(newMessage(queue, { MessageBody }));
}

function arrivalOf(record: StreamRecord['dynamodb'] | undefined): string | undefined {
  return record && new Date(record.ApproximateCreationDateTime * 1000).toISOString();
}
