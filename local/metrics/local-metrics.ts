import type { RequestListener } from 'node:http';
import type { LambdaRuntime } from '../lambda/runtime';
import type { LocalQueues } from '../queues/queues';
import type { FunctionModel, QueueModel, RestApiModel } from '../template/model';
import { embeddedMetrics } from './embedded-metrics';
import type { Measurement } from './metric';
import { MetricStore } from './metric-store';

export interface LocalMetricsOptions {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** From one look at the queues to the next; SQS tells each minute. */
const QUEUES_MILLIS = 10_000;

/** What CloudWatch would know: what functions print as embedded metrics, and what Lambda, API Gateway and SQS count themselves. */
export class LocalMetrics {
  readonly store = new MetricStore();
  private readonly clock: () => number;
  private readonly looks: (() => void)[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor({ clock }: LocalMetricsOptions) {
    this.clock = clock;
    this.timer = setInterval(() => this.look(), QUEUES_MILLIS).unref();
  }

  /** Takes the metrics out of a line that a function has printed; tells whether it has any. */
  takeLine(line: string): boolean {
    const measurements = [...embeddedMetrics(line)];
    for (const measurement of measurements) {
      this.store.put(measurement);
    }
    return measurements.length > 0;
  }

  /** Counts what Lambda counts: `Invocations`, `Errors` and `Duration` by `FunctionName`. */
  ofLambda<Runtime extends LambdaRuntime>(runtime: Runtime, functions: readonly FunctionModel[]): Runtime {
    const names = new Map(functions.map(({ arn, name }) => [arn, name]));
    const nameOf = (functionArn: string) => names.get(functionArn.split(':').slice(0, 7).join(':'));
    const invoke: Runtime['invoke'] = async (...call) => {
      const [functionArn] = call;
      const began = performance.now();
      const result = await runtime.invoke(...call);
      const name = nameOf(functionArn);
      if (name !== undefined) {
        const dimensions = { FunctionName: name };
        this.count('AWS/Lambda', dimensions, { Invocations: 1, Errors: result.ok ? 0 : 1 });
        this.measure({ ...LATENCY, namespace: 'AWS/Lambda', name: 'Duration', dimensions }, performance.now() - began);
      }
      return result;
    };
    return { ...runtime, invoke };
  }

  /** Counts what API Gateway counts, by `ApiName`, of what comes below the APIs' base paths. */
  ofApis(
    gateway: RequestListener,
    apis: readonly { readonly model: RestApiModel; readonly basePath: string }[],
  ): RequestListener {
    return (request, response) => {
      const path = `${request.url?.split('?')[0]}/`;
      const api = apis.find(({ basePath }) => path.startsWith(`${basePath}/`));
      if (api !== undefined) {
        const began = performance.now();
        response.once('finish', () => {
          const { statusCode } = response;
          const dimensions = { ApiName: api.model.name };
          const [isClients, isServers] = [statusCode >= 400 && statusCode < 500, statusCode >= 500];
          const counts = { Count: 1, '4XXError': Number(isClients), '5XXError': Number(isServers) };
          this.count('AWS/ApiGateway', dimensions, counts);
          const latency = { ...LATENCY, namespace: 'AWS/ApiGateway', name: 'Latency', dimensions };
          this.measure(latency, performance.now() - began);
        });
      }
      gateway(request, response);
    };
  }

  /** Looks now and then at how much waits in each queue. */
  ofQueues(queues: LocalQueues, models: readonly QueueModel[]): void {
    this.looks.push(() => {
      for (const { arn, name } of models) {
        const counts = queues.queue(arn)?.counts();
        if (counts !== undefined) {
          this.count('AWS/SQS', { QueueName: name }, { ApproximateNumberOfMessagesVisible: counts.visible });
        }
      }
    });
  }

  /** Looks at what does not tell by itself: also whenever somebody asks, so that nobody waits for it. */
  look(): void {
    for (const look of this.looks) {
      look();
    }
  }

  /** All metrics that there are, with a statistic or two of the last quarter of an hour. */
  asJson() {
    this.look();
    const minute = 60_000;
    const start = Math.floor(this.clock() / minute) * minute - 14 * minute;
    const window = { start, period: 900, periods: 1 };
    return {
      Since: new Date(start).toISOString(),
      Metrics: this.store.all.map(({ namespace, name, dimensions, unit }) => {
        const id = { namespace, name, dimensions };
        const statistic = (wanted: string) => this.store.series(id, wanted, window)[0] ?? null;
        const statistics = ['SampleCount', 'Sum', 'Minimum', 'Maximum', 'p50', 'p99'];
        return {
          Namespace: namespace,
          MetricName: name,
          Dimensions: dimensions,
          Unit: unit,
          Statistics: Object.fromEntries(statistics.map((wanted) => [wanted, statistic(wanted)])),
        };
      }),
      DroppedMeasurements: this.store.dropped,
    };
  }

  close(): void {
    clearInterval(this.timer);
  }

  private count(namespace: string, dimensions: Record<string, string>, counts: Record<string, number>): void {
    for (const [name, value] of Object.entries(counts)) {
      this.measure({ namespace, name, dimensions, unit: 'Count' }, value);
    }
  }

  private measure(metric: Omit<Measurement, 'at' | 'values'>, value: number): void {
    this.store.put({ ...metric, at: this.clock(), values: [value] });
  }
}

const LATENCY = { unit: 'Milliseconds' } as const;
