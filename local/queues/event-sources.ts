import { MAX_PAYLOAD_BYTES } from '../lambda/execution-environment';
import type { LambdaRuntime } from '../lambda/runtime';
import type { EventSourceModel } from '../template/model';
import type { Clock } from './clock';
import { type Message, type ReceivedMessage, sizeOf } from './message';
import { NEVER, type Queue } from './queue';
import type { LocalQueues } from './queues';
import { failedIds, sqsEvent } from './sqs-event';

export interface EventSourcesOptions {
  readonly eventSources: readonly EventSourceModel[];
  readonly queues: LocalQueues;
  readonly lambda: LambdaRuntime;
  /** Takes failures of functions. */
  readonly report: (line: string) => void;
}

export interface EventSources {
  /** Takes no further message, and waits for the functions that run. */
  close(): Promise<void>;
}

/** What Lambda starts with; it scales up from there, and a machine has no more to give. */
const CONCURRENCY = 5;

/** Room in the event for a record's names, ids and system attributes. */
const RECORD_BYTES = 2048;

/** Invokes functions with the messages of their queues, as Lambda's event source mappings do. */
export function startEventSources({ eventSources, queues, lambda, report }: EventSourcesOptions): EventSources {
  const stop = new AbortController();
  const polling = eventSources.map((model) => {
    const queue = queues.queue(model.queueArn);
    return queue && new Poller(model, queue, queues.clock, lambda, report).poll(stop.signal);
  });
  return {
    async close() {
      stop.abort();
      await Promise.all(polling);
    },
  };
}

class Poller {
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly model: EventSourceModel,
    private readonly queue: Queue,
    private readonly clock: Clock,
    private readonly lambda: LambdaRuntime,
    private readonly report: (line: string) => void,
  ) {}

  /** Waits where nothing is to be done: an idle queue costs nothing. */
  async poll(stopped: AbortSignal): Promise<void> {
    const concurrency = Math.min(this.model.maximumConcurrency ?? CONCURRENCY, CONCURRENCY);
    while (!stopped.aborted) {
      const batch = await this.gather(stopped);
      // What was received for a batch that is not invoked any more becomes visible again by itself.
      if (stopped.aborted) {
        break;
      }
      const run = this.run(batch).finally(() => this.running.delete(run));
      this.running.add(run);
      if (this.running.size >= concurrency) {
        await Promise.race(this.running);
      }
    }
    await Promise.all(this.running);
  }

  /** A batch: full, as large as an event can be, or what the batching window brought. */
  private async gather(stopped: AbortSignal): Promise<ReceivedMessage[]> {
    const { batchSize, maximumBatchingWindowSeconds } = this.model;
    let room = MAX_PAYLOAD_BYTES;
    let isFull = false;
    const accepts = (message: Message) => {
      const bytes = recordBytes(message);
      isFull = bytes > room && room < MAX_PAYLOAD_BYTES;
      room -= isFull ? 0 : bytes;
      return !isFull;
    };
    const batch = await this.queue.receiveUntil(NEVER, stopped, { max: batchSize, accepts });
    const end = this.clock.now() + maximumBatchingWindowSeconds * 1000;
    while (batch.length < batchSize && !isFull && this.clock.now() < end && !stopped.aborted) {
      batch.push(...(await this.queue.receiveUntil(end, stopped, { max: batchSize - batch.length, accepts })));
    }
    return batch;
  }

  private async run(batch: readonly ReceivedMessage[]): Promise<void> {
    const { functionArn, queueArn, reportBatchItemFailures } = this.model;
    const result = await this.lambda.invoke(functionArn, sqsEvent(queueArn, batch));
    const ids = batch.map(({ id }) => id);
    if (!result.ok) {
      this.report(`${this.model.path}: the function failed: ${result.errorType}: ${result.errorMessage}`);
      return;
    }
    const failed = reportBatchItemFailures ? failedIds(result.payload, ids) : [];
    if (failed.length > 0) {
      this.report(`${this.model.path}: ${failed.length} of ${batch.length} messages failed`);
    }
    for (const { id, receiptHandle } of batch) {
      if (!failed.includes(id)) {
        this.delete(receiptHandle);
      }
    }
  }

  private delete(receiptHandle: string): void {
    try {
      this.queue.delete(receiptHandle);
    } catch {
      // The function took longer than the visibility timeout, and another receiver has the message by now.
    }
  }
}

/** JSON escapes what is in a body; the attributes' own are few. */
function recordBytes({ body, attributes }: Message): number {
  return Buffer.byteLength(JSON.stringify(body)) + 2 * sizeOf({ body: '', attributes }) + RECORD_BYTES;
}
