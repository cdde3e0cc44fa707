import type { SQSEvent } from 'aws-lambda';
import type { InvocationResult, LambdaRuntime } from '../../../local/lambda/runtime';
import { type EventSources, startEventSources } from '../../../local/queues/event-sources';
import type { EventSourceModel } from '../../../local/template/model';
import { deadLetters, queueModel, TestQueues, until } from './support';

export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:worker:live';
export const EMPTY = { visible: 0, notVisible: 0, delayed: 0 };

export interface Invocation {
  readonly functionArn: string;
  readonly event: SQSEvent;
  readonly bodies: readonly string[];
  answer(payload: unknown): void;
  fail(): void;
}

/** A function that answers when the test says so. */
class HeldFunction implements LambdaRuntime {
  readonly invocations: Invocation[] = [];

  invoke(functionArn: string, event: unknown): Promise<InvocationResult> {
    return new Promise((resolve) => {
      const received = JSON.parse(JSON.stringify(event)) as SQSEvent;
      this.invocations.push({
        functionArn,
        event: received,
        bodies: received.Records.map(({ body }) => body),
        answer: (payload) => resolve({ ok: true, payload }),
        fail: () => resolve({ ok: false, errorType: 'Error', errorMessage: 'a bug' }),
      });
    });
  }

  async close(): Promise<void> {}

  /** The invocation of that number, once it is there. */
  async invocation(number: number): Promise<Invocation> {
    await until(() => this.invocations.length >= number);
    return this.invocations[number - 1] as Invocation;
  }
}

/** The queues `orders`, with the dead-letter queue `dead`, and `orders.fifo`, and an event source for one of them. */
export class TestEventSources {
  readonly lambda = new HeldFunction();
  readonly reported: string[] = [];
  private eventSources?: EventSources;

  private constructor(readonly sqs: TestQueues) {}

  static async create(): Promise<TestEventSources> {
    const fifo = queueModel('orders.fifo', { contentBasedDeduplication: true });
    const orders = queueModel('orders', deadLetters('dead', 2));
    return new TestEventSources(await TestQueues.start(queueModel('dead'), orders, fifo));
  }

  start(props: Partial<EventSourceModel> = {}, queue = 'orders'): void {
    const eventSource: EventSourceModel = {
      path: 'Stack/Worker/Source',
      queueArn: queueModel(queue).arn,
      functionArn: FUNCTION_ARN,
      batchSize: 10,
      maximumBatchingWindowSeconds: 0,
      reportBatchItemFailures: false,
      ...props,
    };
    this.eventSources = startEventSources({
      eventSources: [eventSource],
      queues: this.sqs.queues,
      lambda: this.lambda,
      report: (line) => this.reported.push(line),
    });
  }

  counts(queue = 'orders') {
    return this.sqs.queues.queue(queueModel(queue).arn)?.counts();
  }

  async stop(): Promise<void> {
    await this.eventSources?.close();
  }

  async close(): Promise<void> {
    for (const { fail } of this.lambda.invocations) {
      fail();
    }
    await this.stop();
    await this.sqs.close();
  }
}
