import { createHash } from 'node:crypto';

export interface MessageAttributeValue {
  /** `String`, `Number` or `Binary`, each with an optional `.label` behind it. */
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64, as it is on the wire. */
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttributeValue>>;

/** What is sent, checked. */
export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: MessageAttributes;
  readonly delaySeconds?: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** A message in a queue. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** Those that do not change: `SenderId`, `MessageGroupId`, … */
  readonly systemAttributes: Readonly<Record<string, string>>;
  readonly sentAt: number;
  visibleAt: number;
  /** Over all queues that it has been in. */
  receiveCount: number;
  /** What counts for the redrive policy of the queue that it is in. */
  receivesHere: number;
  firstReceivedAt?: number;
  /** The last receipt's: an older handle deletes nothing. */
  receipt?: { readonly handle: string; readonly at: number };
}

/** A message as one receiver got it. */
export interface ReceivedMessage {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: Readonly<Record<string, string>>;
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** As SQS and its SDKs compute it; there is none of no attributes. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) {
    return undefined;
  }
  const hash = createHash('md5');
  const add = (part: string | Buffer) => {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    add(name);
    add(DataType);
    hash.update(Buffer.of(StringValue === undefined ? 2 : 1));
    add(StringValue ?? Buffer.from(BinaryValue ?? '', 'base64'));
  }
  return hash.digest('hex');
}

/** What counts towards the limit of a message: its body, and names, types and values of its attributes. */
export function sizeOf({ body, attributes }: Pick<NewMessage, 'body' | 'attributes'>): number {
  let size = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue = '', BinaryValue = '' }] of Object.entries(attributes)) {
    size += [name, DataType, StringValue].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    size += Buffer.byteLength(BinaryValue, 'base64');
  }
  return size;
}
