import type { LocalQueues } from '../queues/queues';
import { newMessage } from '../queues/send';
import type { FunctionModel } from '../template/model';
import type { FailedEvent } from './asynchronous-invocations';
import { unqualifiedArn } from './function-arn';

/** What Lambda gives of an error's message. */
const ERROR_MESSAGE_BYTES = 1024;

/** Puts events that functions have failed on into the dead-letter queues of these functions, as Lambda does. */
export function deadLettersOf(
  functions: readonly FunctionModel[],
  queues: Pick<LocalQueues, 'queue'>,
  report: (line: string) => void,
): (failed: FailedEvent) => void {
  const queueArns = new Map(functions.map(({ arn, deadLetterQueueArn }) => [arn, deadLetterQueueArn]));
  return ({ functionArn, event, requestId, errorType, errorMessage }) => {
    const queue = queues.queue(queueArns.get(unqualifiedArn(functionArn)) ?? '');
    if (queue === undefined) {
      return;
    }
    const message = Buffer.from(errorMessage || errorType).subarray(0, ERROR_MESSAGE_BYTES);
    const request = {
      MessageBody: JSON.stringify(event) ?? 'null',
      MessageAttributes: {
        RequestID: { DataType: 'String', StringValue: requestId },
        // The status of the invocation, which is a success where the function's code fails.
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: message.toString() },
      },
    };
    try {
      queue.send(newMessage(queue, request));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report(`the dead-letter queue ${queue.model.name} does not take an event of ${functionArn}: ${why}`);
    }
  };
}
