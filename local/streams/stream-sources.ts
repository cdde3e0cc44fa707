import type { LambdaRuntime } from '../lambda/runtime';
import { type Clock, systemClock } from '../queues/clock';
import type { LocalQueues } from '../queues/queues';
import type { Store } from '../store/store';
import type { StreamModel, StreamSourceModel } from '../template/model';
import { recordOf } from './record';
import { StreamReader } from './stream-reader';

export interface StreamSourcesOptions {
  readonly streamSources: readonly StreamSourceModel[];
  readonly store: Pick<Store, 'watch'>;
  readonly queues: Pick<LocalQueues, 'queue'>;
  readonly lambda: LambdaRuntime;
  /** What records say the time is, in milliseconds since the epoch. */
  readonly now: () => number;
  /** For batching windows and retries. @default - the system's */
  readonly clock?: Clock;
  /** Takes failures of functions, and what is given up. */
  readonly report: (line: string) => void;
}

export interface StreamSources {
  /** Takes no further change, and waits for the functions that run. */
  close(): Promise<void>;
}

/**
 * Invokes functions with the changes of their tables, as Lambda's event source mappings do. A stream that no mapping reads is none:
 * nothing of it is kept, and its table's writes do nothing for it.
 */
export function startStreamSources(options: StreamSourcesOptions): StreamSources {
  const { streamSources, store, queues, lambda, report, clock = systemClock } = options;
  const readers = streamSources.map((model) => new StreamReader(model, { queues, lambda, clock, report }));
  for (const stream of streamsOf(streamSources)) {
    const reading = readers.filter(({ model }) => model.stream.arn === stream.arn);
    const next = sequenceNumbers(options.now);
    store.watch(stream.table, (change) => {
      const record = recordOf(change, stream, next(), options.now());
      if (record !== undefined) {
        for (const reader of reading) {
          reader.add(record);
        }
      }
    });
  }
  const running = readers.map((reader) => reader.run());
  return {
    async close() {
      for (const reader of readers) {
        reader.stop();
      }
      await Promise.all(running);
    },
  };
}

function streamsOf(sources: readonly StreamSourceModel[]): readonly StreamModel[] {
  return [...new Map(sources.map(({ stream }) => [stream.arn, stream])).values()];
}

const SEQUENCE_DIGITS = 8;

/** Numbers that grow, and begin after those of an earlier start. */
function sequenceNumbers(now: () => number): () => string {
  const start = Math.floor(now());
  let count = 0;
  return () => {
    count += 1;
    return `${start}${String(count).padStart(SEQUENCE_DIGITS, '0')}`;
  };
}
