import { type BatchEntry, eachOf, entriesOf } from './batches';
import type { Clock } from './clock';
import { invalidValue, missingParameter, simpleQueueServiceError } from './errors';
import { md5, md5OfAttributes, sizeOf } from './message';
import type { Queue } from './queue';
import { queueAttributes } from './queue-attributes';
import { receivedMessage } from './receive';
import { newMessage, type SendRequest } from './send';

/** Where the operations find the queues. */
export interface QueueDirectory {
  readonly clock: Clock;
  readonly all: readonly Queue[];
  /** By the last segment of a URL, which is a queue's name. @throws QueueDoesNotExist */
  find(urlOrName: unknown): Queue;
  urlOf(queue: Queue): string;
}

interface Request extends SendRequest {
  readonly QueueUrl?: unknown;
  readonly QueueName?: unknown;
  readonly QueueNamePrefix?: unknown;
  readonly Entries?: unknown;
  readonly ReceiptHandle?: unknown;
  readonly VisibilityTimeout?: unknown;
  readonly MaxNumberOfMessages?: unknown;
  readonly WaitTimeSeconds?: unknown;
  readonly AttributeNames?: unknown;
  readonly MessageAttributeNames?: unknown;
  readonly MessageSystemAttributeNames?: unknown;
}

type Operation = (queues: QueueDirectory, request: Request, gone: AbortSignal) => unknown;

const MAX_BATCH_BYTES = 1024 * 1024;
const MAX_VISIBILITY_SECONDS = 43_200;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ChangeMessageVisibility: (queues, request) => changeVisibility(queueOf(queues, request), request),
  ChangeMessageVisibilityBatch: changeVisibilityBatch,
  DeleteMessage: (queues, request) => deleteMessage(queueOf(queues, request), request),
  DeleteMessageBatch: deleteMessageBatch,
  GetQueueAttributes: (queues, request) => queueAttributes(queueOf(queues, request), request.AttributeNames),
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  PurgeQueue: (queues, request) => queueOf(queues, request).purge(),
  ReceiveMessage: receiveMessage,
  SendMessage: (queues, request) => send(queueOf(queues, request), request),
  SendMessageBatch: sendMessageBatch,
};

function queueOf(queues: QueueDirectory, { QueueUrl }: Request): Queue {
  if (!QueueUrl) {
    throw missingParameter('QueueUrl');
  }
  return queues.find(QueueUrl);
}

function getQueueUrl(queues: QueueDirectory, { QueueName }: Request) {
  if (!QueueName) {
    throw missingParameter('QueueName');
  }
  return { QueueUrl: queues.urlOf(queues.find(QueueName)) };
}

function listQueues(queues: QueueDirectory, { QueueNamePrefix: prefix }: Request) {
  const found = queues.all.filter(({ model }) => model.name.startsWith(String(prefix ?? '')));
  return found.length > 0 ? { QueueUrls: found.map((queue) => queues.urlOf(queue)) } : {};
}

function send(queue: Queue, request: SendRequest) {
  const message = newMessage(queue, request);
  const sent = queue.send(message);
  return {
    MessageId: sent.id,
    MD5OfMessageBody: md5(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(message.systemAttributes),
    SequenceNumber: sent.systemAttributes.SequenceNumber,
  };
}

function sendMessageBatch(queues: QueueDirectory, request: Request) {
  const queue = queueOf(queues, request);
  const entries = entriesOf<SendRequest & BatchEntry>(request.Entries, 'SendMessageBatchRequestEntry');
  const size = entries.reduce(
    (sum, { MessageBody, MessageAttributes }) =>
      sum + sizeOf({ body: String(MessageBody ?? ''), attributes: MessageAttributes ?? {} }),
    0,
  );
  if (size > MAX_BATCH_BYTES) {
    const message = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${size} bytes.`;
    throw simpleQueueServiceError('BatchRequestTooLong', message);
  }
  return eachOf(entries, (entry) => send(queue, entry));
}

async function receiveMessage(queues: QueueDirectory, request: Request, gone: AbortSignal) {
  const queue = queueOf(queues, request);
  const { MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds } = request;
  const max = integer(MaxNumberOfMessages, 'MaxNumberOfMessages', 1, 10, 'Must be between 1 and 10, if provided.') ?? 1;
  const visibilityTimeoutSeconds = seconds(VisibilityTimeout, 'VisibilityTimeout', MAX_VISIBILITY_SECONDS);
  const wait = seconds(WaitTimeSeconds, 'WaitTimeSeconds', 20) ?? queue.model.receiveMessageWaitTimeSeconds;
  const until = queues.clock.now() + wait * 1000;
  const messages = await queue.receiveUntil(until, gone, { max, visibilityTimeoutSeconds });
  return messages.length > 0 ? { Messages: messages.map((message) => receivedMessage(message, request)) } : {};
}

function deleteMessage(queue: Queue, { ReceiptHandle }: Request): undefined {
  if (!ReceiptHandle) {
    throw missingParameter('ReceiptHandle');
  }
  queue.delete(ReceiptHandle);
}

function deleteMessageBatch(queues: QueueDirectory, request: Request) {
  const queue = queueOf(queues, request);
  const entries = entriesOf<Request & BatchEntry>(request.Entries, 'DeleteMessageBatchRequestEntry');
  return eachOf(entries, (entry) => deleteMessage(queue, entry));
}

function changeVisibility(queue: Queue, { ReceiptHandle, VisibilityTimeout }: Request): undefined {
  if (!ReceiptHandle) {
    throw missingParameter('ReceiptHandle');
  }
  const timeout = seconds(VisibilityTimeout, 'VisibilityTimeout', MAX_VISIBILITY_SECONDS);
  if (timeout === undefined) {
    throw missingParameter('VisibilityTimeout');
  }
  queue.changeVisibility(ReceiptHandle, timeout);
}

function changeVisibilityBatch(queues: QueueDirectory, request: Request) {
  const queue = queueOf(queues, request);
  const entries = entriesOf<Request & BatchEntry>(request.Entries, 'ChangeMessageVisibilityBatchRequestEntry');
  return eachOf(entries, (entry) => changeVisibility(queue, entry));
}

function seconds(value: unknown, parameter: string, max: number): number | undefined {
  return integer(value, parameter, 0, max, `Must be >= 0 and <= ${max}, if provided.`);
}

function integer(value: unknown, parameter: string, min: number, max: number, reason: string): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
    throw invalidValue(value, parameter, reason);
  }
  return Number(value);
}
