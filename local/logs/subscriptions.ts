import { gzipSync } from 'node:zlib';
import { ACCOUNT_ID } from '../gateway/context';
import type { AsynchronousInvocations } from '../lambda/asynchronous-invocations';
import { type Schedule, unrefSchedule } from '../lambda/schedule';
import type { LogSubscriptionModel } from '../template/model';
import { EventIds } from './event-ids';
import { compileFilterPattern } from './filter-pattern';
import type { LogEvent, LogWriter } from './log-event';

/** CloudWatch Logs waits for some seconds; this is as long as a developer takes for at once. */
const BATCH_WINDOW_MILLIS = 200;
/** CloudWatch Logs' limits for a batch: 10,000 events, and 1 MiB of messages with 26 bytes for each event. */
const MAX_BATCH_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;

export interface LogSubscriptionOptions {
  /** Takes a line for every batch that is given up. */
  readonly log: (line: string) => void;
  /** @default Date.now */
  readonly clock?: () => number;
  /** @default - the machine's own clock */
  readonly schedule?: Schedule;
}

/** Log groups, as far as anyone subscribes to them: whoever logs writes here. */
export interface LogSubscriptions extends LogWriter {
  /** Delivers what is pending; whatever is written later is dropped. */
  close(): void;
}

export function createLogSubscriptions(
  models: readonly LogSubscriptionModel[],
  invocations: AsynchronousInvocations,
  { log, clock = Date.now, schedule = unrefSchedule }: LogSubscriptionOptions,
): LogSubscriptions {
  const subscriptions = models.map((model) => new Subscription(model, invocations, schedule, log));
  const ids = new EventIds(clock);
  let closed = false;
  return {
    write(event) {
      const id = ids.next();
      for (const subscription of closed ? [] : subscriptions) {
        subscription.take(event, id);
      }
    },
    close() {
      closed = true;
      for (const subscription of subscriptions) {
        subscription.flush();
      }
    },
  };
}

interface DeliveredEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

interface Batch {
  readonly events: DeliveredEvent[];
  bytes: number;
  readonly cancel: () => void;
}

class Subscription {
  private readonly matches: (message: string) => boolean;
  /** By log stream: a delivery holds events of one. */
  private readonly batches = new Map<string, Batch>();

  constructor(
    private readonly model: LogSubscriptionModel,
    private readonly invocations: AsynchronousInvocations,
    private readonly schedule: Schedule,
    private readonly log: (line: string) => void,
  ) {
    this.matches = compileFilterPattern(model.filterPattern);
  }

  public take({ logGroup, logStream, timestamp, message }: LogEvent, id: string): void {
    if (logGroup !== this.model.logGroupName || !this.matches(message)) {
      return;
    }
    const bytes = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    const batch = this.batchWithRoom(logStream, bytes);
    batch.events.push({ id, timestamp, message });
    batch.bytes += bytes;
  }

  public flush(): void {
    for (const logStream of [...this.batches.keys()]) {
      this.deliver(logStream);
    }
  }

  private batchWithRoom(logStream: string, bytes: number): Batch {
    const open = this.batches.get(logStream);
    if (open && open.events.length < MAX_BATCH_EVENTS && open.bytes + bytes <= MAX_BATCH_BYTES) {
      return open;
    }
    this.deliver(logStream);
    const cancel = this.schedule(BATCH_WINDOW_MILLIS, () => this.deliver(logStream));
    const batch: Batch = { events: [], bytes: 0, cancel };
    this.batches.set(logStream, batch);
    return batch;
  }

  private deliver(logStream: string): void {
    const batch = this.batches.get(logStream);
    if (batch === undefined) {
      return;
    }
    batch.cancel();
    this.batches.delete(logStream);
    const { logGroupName, filterName, functionArn } = this.model;
    const data = {
      messageType: 'DATA_MESSAGE',
      owner: ACCOUNT_ID,
      logGroup: logGroupName,
      logStream,
      subscriptionFilters: [filterName],
      logEvents: batch.events,
    };
    const event = { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
    this.invocations.invoke(functionArn, event, (why) => {
      const what = `${batch.events.length} log events of ${logGroupName} for ${functionArn}`;
      this.log(`gave up on ${what}: ${why}`.replace(/\s+/g, ' '));
    });
  }
}
