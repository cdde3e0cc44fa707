import type { LocalClock } from '../clock';
import { startLoopbackServer } from '../loopback-server';
import type { LocalMetrics } from '../metrics/local-metrics';
import type { LocalQueues } from '../queues/queues';
import type { FunctionModel } from '../template/model';
import { AsynchronousInvocations } from './asynchronous-invocations';
import { deadLettersOf } from './dead-letters';
import type { LogSink } from './execution-environment';
import type { Interposition } from './interposition';
import { createInvokeEndpoint } from './invoke-endpoint';
import type { LambdaRuntime } from './runtime';
import type { Schedule } from './schedule';
import { createLambdaRuntime } from './worker-runtime';

export interface LambdaOptions {
  readonly functions: readonly FunctionModel[];
  /** Added to the variables of every function, as is where this service is. */
  readonly environment: Readonly<Record<string, string>>;
  /** What functions read as the time. @default - a clock that nobody moves */
  readonly clock?: LocalClock;
  /** Where dead-letter queues are. */
  readonly queues: LocalQueues;
  readonly onLog: LogSink;
  /** Counts invocations. @default - nobody does */
  readonly metrics?: LocalMetrics;
  /** Takes a line for every event that is given up. */
  readonly report: (line: string) => void;
  /** @default - the machine's own clock */
  readonly schedule?: Schedule;
  /** What requests of functions go through. @default - they go where they are sent */
  readonly interposition?: Interposition;
}

/** Lambda: the functions of an app, invoked from within this process and by the SDK. */
export interface LocalLambda {
  /** As in `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly url: string;
  readonly runtime: LambdaRuntime;
  readonly invocations: AsynchronousInvocations;
  close(): Promise<void>;
}

export async function startLambda(options: LambdaOptions): Promise<LocalLambda> {
  const { functions, environment, clock, queues, onLog, metrics, report, schedule, interposition } = options;
  const server = await startLoopbackServer((request, response) => endpoint(request, response));
  const uncounted = createLambdaRuntime(functions, {
    environment: { ...environment, AWS_ENDPOINT_URL_LAMBDA: server.url },
    onLog,
    clock,
    interposition,
  });
  const runtime = metrics?.ofLambda(uncounted, functions) ?? uncounted;
  const deadLetters = deadLettersOf(functions, queues, report);
  const invocations = new AsynchronousInvocations(runtime, { schedule, deadLetters });
  const endpoint = createInvokeEndpoint({ functions, runtime, invocations, report });
  return {
    url: server.url,
    runtime,
    invocations,
    async close() {
      await invocations.close();
      await runtime.close();
      await server.close();
    },
  };
}
