import { invalidParameter, invalidValue, missingParameter, sqsError } from './errors';
import { type MessageAttributes, type MessageAttributeValue, type NewMessage, sizeOf } from './message';
import type { Queue } from './queue';

/** A SendMessage request, or an entry of a batch. */
export interface SendRequest {
  readonly MessageBody?: unknown;
  readonly DelaySeconds?: unknown;
  readonly MessageAttributes?: MessageAttributes | null;
  readonly MessageSystemAttributes?: MessageAttributes | null;
  readonly MessageGroupId?: unknown;
  readonly MessageDeduplicationId?: unknown;
}

const MAX_DELAY_SECONDS = 900;
const MAX_ATTRIBUTES = 10;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 has no place for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** @throws what SQS answers to a message that this queue does not take */
export function newMessage(queue: Queue, request: SendRequest): NewMessage {
  const { MessageBody: body, MessageAttributes, MessageSystemAttributes } = request;
  if (typeof body !== 'string' || body === '') {
    throw missingParameter('MessageBody');
  }
  const attributes = MessageAttributes ?? {};
  const systemAttributes = MessageSystemAttributes ?? {};
  checkText(body);
  checkAttributes(attributes);
  for (const name of Object.keys(systemAttributes)) {
    if (name !== 'AWSTraceHeader') {
      throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
  }
  const limit = queue.model.maximumMessageSizeBytes;
  if (sizeOf({ body, attributes }) > limit) {
    throw invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  }
  return { body, attributes, systemAttributes, delaySeconds: delayOf(queue, request), ...groupOf(queue, request) };
}

function checkText(text: string): void {
  if (FORBIDDEN.test(text)) {
    const allowed = '#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
    throw sqsError('InvalidMessageContents', `Invalid characters found. Valid unicode characters are ${allowed}`);
  }
}

function checkAttributes(attributes: MessageAttributes): void {
  const all = Object.entries(attributes);
  if (all.length > MAX_ATTRIBUTES) {
    const message = `Number of message attributes [${all.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`;
    throw invalidParameter(message);
  }
  for (const [name, value] of all) {
    checkAttribute(name, value ?? {});
  }
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: Partial<MessageAttributeValue>): void {
  const isReserved = /^(aws|amazon)\./i.test(name);
  if (!/^(?!\.)(?!.*\.\.)(?!.*\.$)[\w.-]{1,256}$/.test(name) || isReserved) {
    throw invalidParameter(`The message attribute name '${name}' is invalid.`);
  }
  const [type] = DataType?.split('.') ?? [];
  if (type !== 'String' && type !== 'Number' && type !== 'Binary') {
    const reason = 'has an invalid message attribute type, the set of supported type prefixes is';
    throw invalidParameter(`The message attribute '${name}' ${reason} Binary, Number, and String.`);
  }
  const value = type === 'Binary' ? BinaryValue : StringValue;
  if (typeof value !== 'string' || value === '') {
    const message = `The message attribute '${name}' must contain a non-empty value of type '${type}'.`;
    throw invalidParameter(message);
  }
  if (type === 'Number' && !Number.isFinite(Number(value))) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  checkText(StringValue ?? '');
}

function delayOf({ model }: Queue, { DelaySeconds: delay }: SendRequest): number | undefined {
  if (delay === undefined || delay === null) {
    return undefined;
  }
  if (!Number.isInteger(delay) || Number(delay) < 0 || Number(delay) > MAX_DELAY_SECONDS) {
    throw invalidValue(delay, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`);
  }
  if (model.fifo && delay !== 0) {
    throw notOfThisType(delay, 'DelaySeconds');
  }
  // A FIFO queue has a delay for all of its messages only.
  return model.fifo ? undefined : Number(delay);
}

function groupOf({ model }: Queue, request: SendRequest): Pick<NewMessage, 'groupId' | 'deduplicationId'> {
  const groupId = idOf(request.MessageGroupId, 'MessageGroupId');
  const deduplicationId = idOf(request.MessageDeduplicationId, 'MessageDeduplicationId');
  if (!model.fifo && deduplicationId !== undefined) {
    throw notOfThisType(deduplicationId, 'MessageDeduplicationId');
  }
  if (model.fifo && groupId === undefined) {
    throw missingParameter('MessageGroupId');
  }
  if (model.fifo && deduplicationId === undefined && !model.contentBasedDeduplication) {
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  return { groupId, deduplicationId };
}

function idOf(value: unknown, parameter: string): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(value)) {
    const characters = 'alphanumeric and punctuation characters';
    throw invalidValue(value, parameter, `${parameter} can only include ${characters}. 1 to 128 in length.`);
  }
  return value;
}

function notOfThisType(value: unknown, parameter: string) {
  return invalidValue(value, parameter, 'The request include parameter that is not valid for this queue type.');
}
