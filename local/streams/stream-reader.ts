import { randomUUID } from 'node:crypto';
import { matches } from '../events/event-pattern';
import { MAX_PAYLOAD_BYTES } from '../lambda/execution-environment';
import type { LambdaRuntime } from '../lambda/runtime';
import type { Clock } from '../queues/clock';
import type { LocalQueues } from '../queues/queues';
import { failedIds } from '../queues/sqs-event';
import type { StreamSourceModel } from '../template/model';
import { type Failure, sendFailure } from './on-failure';
import type { StreamRecord } from './record';

export interface StreamReaderSurroundings {
  readonly queues: Pick<LocalQueues, 'queue'>;
  readonly lambda: LambdaRuntime;
  readonly clock: Clock;
  readonly report: (line: string) => void;
}

/** Records that go to the function together, and how often they have been tried again. */
interface Piece {
  readonly records: readonly StreamRecord[];
  readonly retries: number;
}

/** Milliseconds before a batch is tried again: doubled each time, up to the last. */
const RETRY_DELAY = { first: 1_000, most: 30_000 };

/** For how long DynamoDB keeps a record, in seconds. */
const RETENTION = 86_400;

/** Room in the event for what is around the records. */
const ENVELOPE_BYTES = 1_024;

/**
 * Reads a stream for one event source mapping, in the order of its changes and a batch at a time, as Lambda reads one shard: what fails
 * holds up what comes after it.
 */
export class StreamReader {
  private readonly waiting: { readonly record: StreamRecord; readonly at: number }[] = [];
  private wake: () => void = () => undefined;
  private stopped = false;

  constructor(
    readonly model: StreamSourceModel,
    private readonly around: StreamReaderSurroundings,
  ) {}

  /** Costs the write that it is called in what the filters cost, and no more. */
  public add(record: StreamRecord): void {
    const { filters } = this.model;
    if (this.stopped || (filters.length > 0 && !filters.some((filter) => matches(filter, record)))) {
      return;
    }
    this.waiting.push({ record, at: this.around.clock.now() });
    this.wake();
  }

  public stop(): void {
    this.stopped = true;
    this.wake();
  }

  public async run(): Promise<void> {
    while (!this.stopped) {
      await this.deliver(await this.gather());
    }
  }

  /** A batch: full, as large as an event can be, or what the batching window brought. */
  private async gather(): Promise<readonly StreamRecord[]> {
    const { batchSize, maximumBatchingWindowSeconds } = this.model;
    const [first] = this.waiting;
    const end = (first?.at ?? Number.POSITIVE_INFINITY) + maximumBatchingWindowSeconds * 1000;
    if (!this.stopped && this.waiting.length < batchSize && this.around.clock.now() < end) {
      await this.woken(first === undefined ? undefined : end);
      return [];
    }
    let room = MAX_PAYLOAD_BYTES - ENVELOPE_BYTES;
    const fitting = this.waiting.slice(0, batchSize).findIndex(({ record }) => {
      room -= Buffer.byteLength(JSON.stringify(record)) + 1;
      return room < 0;
    });
    return this.waiting.splice(0, fitting === -1 ? batchSize : Math.max(1, fitting)).map(({ record }) => record);
  }

  private async deliver(batch: readonly StreamRecord[]): Promise<void> {
    const pieces: Piece[] = batch.length === 0 ? [] : [{ records: batch, retries: 0 }];
    for (let piece = pieces.shift(); piece !== undefined && !this.stopped; piece = pieces.shift()) {
      pieces.unshift(...(await this.attempt(piece)));
    }
  }

  /** What is left to do of a piece once the function has had it. */
  private async attempt({ records, retries }: Piece): Promise<readonly Piece[]> {
    const requestId = randomUUID();
    const failure = await this.invoke(records, requestId);
    if (failure === undefined) {
      return [];
    }
    // Up to there the function is done.
    const left = records.slice(failure.from);
    const { bisectBatchOnFunctionError, maximumRetryAttempts = Number.POSITIVE_INFINITY } = this.model;
    if (bisectBatchOnFunctionError && left.length > 1) {
      const middle = Math.ceil(left.length / 2);
      // It counts for no retry: so in the end a record that fails is alone.
      return failure.from > 0
        ? [{ records: left, retries }]
        : [left.slice(0, middle), left.slice(middle)].map((half) => ({ records: half, retries }));
    }
    const tooOld = this.isTooOld(left);
    if (retries >= maximumRetryAttempts || tooOld) {
      this.giveUp({ ...failure, requestId, attempts: retries + 1, tooOld, records: left });
      return [];
    }
    await this.woken(this.around.clock.now() + Math.min(RETRY_DELAY.first * 2 ** retries, RETRY_DELAY.most), true);
    return [{ records: left, retries: retries + 1 }];
  }

  /** Nothing where the function has handled all of them; else the first that it has not, and why. */
  private async invoke(
    records: readonly StreamRecord[],
    requestId: string,
  ): Promise<{ readonly from: number; readonly why: string } | undefined> {
    const { functionArn, path, reportBatchItemFailures } = this.model;
    const result = await this.around.lambda.invoke(functionArn, { Records: records }, requestId);
    const ids = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    const failed = result.ok && reportBatchItemFailures ? failedIds(result.payload, ids) : [];
    if (result.ok && failed.length === 0) {
      return undefined;
    }
    const why = result.ok
      ? `${failed.length} of ${records.length} records failed`
      : `the function failed: ${result.errorType}: ${result.errorMessage}`;
    this.around.report(`${path}: ${why}`.replace(/\s+/g, ' '));
    return { from: result.ok ? Math.min(...failed.map((id) => ids.indexOf(id))) : 0, why };
  }

  private isTooOld([first]: readonly StreamRecord[]): boolean {
    const { maximumRecordAgeSeconds = RETENTION } = this.model;
    const created = first?.dynamodb.ApproximateCreationDateTime ?? 0;
    return this.around.clock.now() / 1000 - created > Math.min(maximumRecordAgeSeconds, RETENTION);
  }

  private giveUp(failure: Failure): void {
    const { path, onFailureQueueArn = '' } = this.model;
    const queue = this.around.queues.queue(onFailureQueueArn);
    this.around.report(`${path}: gave up on ${failure.records.length} records after ${failure.attempts} attempts`);
    if (queue !== undefined) {
      sendFailure(queue, this.model, failure, this.around.clock.now());
    }
  }

  /** Until a time, or a record comes; where `regardless` of records, until then or the end. */
  private woken(until: number | undefined, regardless = false): Promise<void> {
    const { clock } = this.around;
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.wake = () => undefined;
        resolve();
      };
      const cancel = until === undefined ? () => undefined : clock.after(until - clock.now(), done);
      this.wake = () => {
        if (!regardless || this.stopped) {
          done();
        }
      };
    });
  }
}
