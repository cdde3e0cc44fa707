import { randomUUID } from 'node:crypto';
import type { QueueModel } from '../template/model';
import type { Clock } from './clock';
import { Deduplication } from './deduplication';
import { invalidValue, receiptHandleIsInvalid, simpleQueueServiceError } from './errors';
import type { Message, NewMessage, ReceivedMessage } from './message';

export interface ReceiveOptions {
  readonly max: number;
  /** @default - the queue's own */
  readonly visibilityTimeoutSeconds?: number;
  /** Ends the receipt before the first message that it refuses. */
  readonly accepts?: (message: Message) => boolean;
}

/** Longer than any caller waits. */
export const NEVER = Number.POSITIVE_INFINITY;

const MAX_VISIBILITY_SECONDS = 43_200;

/** There is one machine, and one sender. */
const SENDER_ID = 'AIDALOCAL000000000000';

/** A queue; each call is one turn of the event loop, so no two receivers can get one message. */
export class Queue {
  /** In the order in which they were sent. */
  private readonly messages = new Map<string, Message>();
  private readonly waiting = new Set<() => void>();
  private readonly deduplication: Deduplication;
  private sequence = 0;
  private purgedAt = Number.NEGATIVE_INFINITY;
  readonly created: number;

  constructor(
    readonly model: QueueModel,
    private readonly clock: Clock,
    private readonly deadLetterQueue: () => Queue | undefined = () => undefined,
  ) {
    this.created = clock.now();
    this.deduplication = new Deduplication(model);
  }

  /** Gives the message that was sent already, where a FIFO queue finds that it was. */
  send(sent: NewMessage): Message {
    const now = this.clock.now();
    const { delaySeconds = this.model.delaySeconds } = sent;
    const duplicate = this.model.fifo ? this.deduplication.find(sent, now) : undefined;
    if (duplicate) {
      return duplicate;
    }
    const message: Message = {
      id: randomUUID(),
      body: sent.body,
      attributes: sent.attributes,
      systemAttributes: this.systemAttributesOf(sent),
      sentAt: now,
      visibleAt: now + delaySeconds * 1000,
      receiveCount: 0,
      receivesHere: 0,
    };
    if (this.model.fifo) {
      this.deduplication.add(sent, message);
    }
    this.put(message);
    return message;
  }

  /** What can be received now. A message that has been received too often goes to the dead-letter queue instead. */
  receive(options: ReceiveOptions, now = this.clock.now()): ReceivedMessage[] {
    const { max, visibilityTimeoutSeconds = this.model.visibilityTimeoutSeconds, accepts = () => true } = options;
    const received: ReceivedMessage[] = [];
    for (const message of this.receivable(now)) {
      if (received.length >= max || !accepts(message)) {
        break;
      }
      received.push(this.hand(message, now, now + visibilityTimeoutSeconds * 1000));
    }
    return received;
  }

  /** Waits for a message until a time, or until the receiver is gone. */
  async receiveUntil(time: number, gone: AbortSignal, options: ReceiveOptions): Promise<ReceivedMessage[]> {
    while (!gone.aborted) {
      // One moment for both: what becomes visible between a look and the wait would be waited for in vain.
      const now = this.clock.now();
      const received = this.receive(options, now);
      if (received.length > 0 || now >= time) {
        return received;
      }
      await this.changed(now, time, gone);
    }
    return [];
  }

  delete(receiptHandle: unknown): void {
    const message = this.messageOf(receiptHandle);
    if (!message) {
      return;
    }
    const isHeld = message.receipt?.handle === receiptHandle;
    if (this.model.fifo && (!isHeld || message.visibleAt <= this.clock.now())) {
      throw invalidValue(receiptHandle, 'ReceiptHandle', 'The receipt handle has expired.');
    }
    if (isHeld) {
      this.messages.delete(message.id);
      this.wake();
    }
  }

  changeVisibility(receiptHandle: unknown, seconds: number): void {
    const now = this.clock.now();
    const message = this.messageOf(receiptHandle);
    if (!message?.receipt || message.receipt.handle !== receiptHandle) {
      const reason = 'Message does not exist or is not available for visibility timeout change.';
      throw invalidValue(receiptHandle, 'ReceiptHandle', reason);
    }
    if (message.visibleAt <= now) {
      throw simpleQueueServiceError('MessageNotInflight', 'The message referred to is not in flight.');
    }
    if (Math.floor((now - message.receipt.at) / 1000) + seconds > MAX_VISIBILITY_SECONDS) {
      const reason = `Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_SECONDS} seconds]`;
      throw invalidValue(seconds, 'VisibilityTimeout', reason);
    }
    message.visibleAt = now + seconds * 1000;
    this.wake();
  }

  purge(): void {
    const now = this.clock.now();
    if (now - this.purgedAt < 60_000) {
      const message = `Only one PurgeQueue operation on ${this.model.name} is allowed every 60 seconds.`;
      throw simpleQueueServiceError('PurgeQueueInProgress', message);
    }
    this.purgedAt = now;
    this.messages.clear();
  }

  counts() {
    const now = this.clock.now();
    const all = [...this.messages.values()];
    const hidden = all.filter(({ visibleAt }) => visibleAt > now);
    const delayed = hidden.filter(({ receivesHere }) => receivesHere === 0).length;
    return { visible: all.length - hidden.length, notVisible: hidden.length - delayed, delayed };
  }

  private put(message: Message): void {
    this.messages.set(message.id, message);
    this.wake();
  }

  /** In order; in a FIFO queue, a message that is hidden holds back those of its group behind it. */
  private *receivable(now: number): Generator<Message> {
    const heldGroups = new Set<string | undefined>();
    const retentionMillis = this.model.messageRetentionPeriodSeconds * 1000;
    for (const message of this.messages.values()) {
      const group = this.model.fifo ? message.systemAttributes.MessageGroupId : message.id;
      if (message.sentAt + retentionMillis <= now) {
        this.messages.delete(message.id);
      } else if (message.visibleAt > now) {
        heldGroups.add(group);
      } else if (!heldGroups.has(group) && !this.isDead(message, now)) {
        yield message;
      }
    }
  }

  private hand(message: Message, now: number, visibleAt: number): ReceivedMessage {
    const handle = Buffer.from(`${this.model.arn} ${message.id} ${randomUUID()}`).toString('base64');
    message.visibleAt = visibleAt;
    message.receiveCount += 1;
    message.receivesHere += 1;
    message.firstReceivedAt ??= now;
    message.receipt = { handle, at: now };
    return {
      id: message.id,
      receiptHandle: handle,
      body: message.body,
      attributes: message.attributes,
      systemAttributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
        ...message.systemAttributes,
      },
    };
  }

  /** Whether it was received too often; if so, it is in the dead-letter queue now. */
  private isDead(message: Message, now: number): boolean {
    const { redrivePolicy, arn, fifo } = this.model;
    const deadLetterQueue = this.deadLetterQueue();
    if (!redrivePolicy || !deadLetterQueue || message.receivesHere < redrivePolicy.maxReceiveCount) {
      return false;
    }
    this.messages.delete(message.id);
    deadLetterQueue.put({
      ...message,
      systemAttributes: { ...message.systemAttributes, DeadLetterQueueSourceArn: arn },
      // A standard queue's messages keep their age.
      sentAt: fifo ? now : message.sentAt,
      visibleAt: now,
      receivesHere: 0,
      receipt: undefined,
    });
    return true;
  }

  /** The message that a handle of this queue was given for, unless it is gone. */
  private messageOf(receiptHandle: unknown): Message | undefined {
    const [arn, id = ''] = Buffer.from(String(receiptHandle), 'base64').toString().split(' ');
    if (arn !== this.model.arn) {
      throw receiptHandleIsInvalid(receiptHandle);
    }
    return this.messages.get(id);
  }

  private changed(now: number, until: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const hidden = [...this.messages.values()].map(({ visibleAt }) => visibleAt).filter((time) => time > now);
      const due = hidden.reduce((first, time) => Math.min(first, time), until);
      const cancel = due === NEVER ? () => undefined : this.clock.after(due - now, () => done());
      const done = () => {
        cancel();
        this.waiting.delete(done);
        gone.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      gone.addEventListener('abort', done);
    });
  }

  private wake(): void {
    for (const done of [...this.waiting]) {
      done();
    }
  }

  private systemAttributesOf(sent: NewMessage): Record<string, string> {
    const given = Object.entries(sent.systemAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]);
    return {
      SenderId: SENDER_ID,
      ...Object.fromEntries(given),
      ...(sent.groupId !== undefined && { MessageGroupId: sent.groupId }),
      ...(this.model.fifo && {
        MessageDeduplicationId: this.deduplication.idOf(sent) ?? '',
        SequenceNumber: this.nextSequence(),
      }),
    };
  }

  private nextSequence(): string {
    this.sequence += 1;
    return String(this.sequence).padStart(20, '0');
  }
}
