import { createHash } from 'node:crypto';
import type { QueueModel } from '../template/model';
import type { Message, NewMessage } from './message';

const INTERVAL_MILLIS = 5 * 60_000;

/** What a FIFO queue was sent within the last five minutes, received and deleted or not. */
export class Deduplication {
  private readonly sent = new Map<string, { readonly message: Message; readonly until: number }>();

  constructor(private readonly model: QueueModel) {}

  idOf({ deduplicationId, body }: NewMessage): string | undefined {
    const fromContent = this.model.contentBasedDeduplication
      ? createHash('sha256').update(body).digest('hex')
      : undefined;
    return deduplicationId ?? fromContent;
  }

  /** The message that was sent with the same id. */
  find(message: NewMessage, now: number): Message | undefined {
    for (const [key, { until }] of this.sent) {
      if (until > now) {
        break;
      }
      this.sent.delete(key);
    }
    return this.sent.get(this.keyOf(message))?.message;
  }

  add(sent: NewMessage, message: Message): void {
    this.sent.set(this.keyOf(sent), { message, until: message.sentAt + INTERVAL_MILLIS });
  }

  private keyOf(message: NewMessage): string {
    const id = this.idOf(message);
    return this.model.deduplicationScope === 'messageGroup' ? `${message.groupId} ${id}` : `${id}`;
  }
}
