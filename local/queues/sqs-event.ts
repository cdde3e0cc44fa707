import { isObject } from '../template/values';
import { md5, md5OfAttributes, type ReceivedMessage } from './message';

/** The event that Lambda gives a function for a batch of messages. */
export function sqsEvent(queueArn: string, batch: readonly ReceivedMessage[]): unknown {
  const awsRegion = queueArn.split(':')[3];
  return {
    Records: batch.map((message) => ({
      messageId: message.id,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: message.systemAttributes,
      messageAttributes: messageAttributesOf(message),
      md5OfBody: md5(message.body),
      md5OfMessageAttributes: md5OfAttributes(message.attributes),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

function messageAttributesOf({ attributes }: ReceivedMessage) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        stringValue: StringValue,
        binaryValue: BinaryValue,
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  );
}

/**
 * The ids that a function reports as failed, by the rules of `ReportBatchItemFailures`: an answer without failures is a
 * success, and one that is not understood makes the whole batch fail.
 */
export function failedIds(payload: unknown, ids: readonly string[]): readonly string[] {
  if (payload === null || payload === undefined) {
    return [];
  }
  const failures = isObject(payload) ? (payload.batchItemFailures ?? []) : undefined;
  if (!Array.isArray(failures)) {
    return ids;
  }
  const failed = failures.map((failure) => (isObject(failure) ? String(failure.itemIdentifier) : ''));
  return failed.every((id) => ids.includes(id)) ? failed : ids;
}
