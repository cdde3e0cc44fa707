import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../../local/queues/clock';
import { type LocalQueues, startQueues } from '../../../local/queues/queues';
import type { QueueModel } from '../../../local/template/model';

const ACCOUNT = 'arn:aws:sqs:eu-west-1:111122223333';

export function queueModel(name: string, props: Partial<QueueModel> = {}): QueueModel {
  return {
    arn: `${ACCOUNT}:${name}`,
    name,
    path: `Stack/${name}`,
    fifo: name.endsWith('.fifo'),
    contentBasedDeduplication: false,
    deduplicationScope: 'queue',
    delaySeconds: 0,
    visibilityTimeoutSeconds: 30,
    messageRetentionPeriodSeconds: 345_600,
    receiveMessageWaitTimeSeconds: 0,
    maximumMessageSizeBytes: 1_048_576,
    ...props,
  };
}

export function deadLetters(name: string, maxReceiveCount: number): Partial<QueueModel> {
  return { redrivePolicy: { deadLetterTargetArn: `${ACCOUNT}:${name}`, maxReceiveCount } };
}

/** Time that passes when a test says so. */
export class TestClock implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private readonly timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.time;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.time + milliseconds, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** How many wait for a time. */
  get waiting(): number {
    return this.timers.size;
  }

  pass(seconds: number): void {
    this.time += seconds * 1000;
    for (const timer of [...this.timers].filter(({ at }) => at <= this.time)) {
      this.timers.delete(timer);
      timer.run();
    }
  }
}

/** Queues behind the endpoint that the SDK asks, and a clock for them. */
export class TestQueues {
  private constructor(
    readonly queues: LocalQueues,
    readonly clock: TestClock,
    readonly client: SQSClient,
  ) {}

  static async start(...models: QueueModel[]): Promise<TestQueues> {
    const clock = new TestClock();
    const queues = await startQueues({ clock });
    queues.create(models);
    process.env.AWS_ENDPOINT_URL_SQS = queues.url;
    const client = new SQSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    return new TestQueues(queues, clock, client);
  }

  url(name: string): string {
    return `${this.queues.url}/111122223333/${name}`;
  }

  send(MessageBody: string, more: Partial<SendMessageCommandInput> = {}) {
    return this.client.send(new SendMessageCommand({ QueueUrl: this.url('orders'), MessageBody, ...more }));
  }

  async receive(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
    const input = { QueueUrl: this.url('orders'), MaxNumberOfMessages: 10, ...more };
    return (await this.client.send(new ReceiveMessageCommand(input))).Messages ?? [];
  }

  async bodies(more?: Partial<ReceiveMessageCommandInput>): Promise<(string | undefined)[]> {
    return (await this.receive(more)).map(({ Body }) => Body);
  }

  delete(message: Pick<Message, 'ReceiptHandle'> | undefined, queue = 'orders') {
    const { ReceiptHandle } = message ?? {};
    return this.client.send(new DeleteMessageCommand({ QueueUrl: this.url(queue), ReceiptHandle }));
  }

  hide(message: Message | undefined, VisibilityTimeout: number) {
    const { ReceiptHandle } = message ?? {};
    const input = { QueueUrl: this.url('orders'), ReceiptHandle, VisibilityTimeout };
    return this.client.send(new ChangeMessageVisibilityCommand(input));
  }

  async attributes(...names: string[]): Promise<Record<string, string> | undefined> {
    const input = { QueueUrl: this.url('orders'), AttributeNames: names as ['All'] };
    return (await this.client.send(new GetQueueAttributesCommand(input))).Attributes;
  }

  async close(): Promise<void> {
    delete process.env.AWS_ENDPOINT_URL_SQS;
    this.client.destroy();
    await this.queues.close();
  }
}

/** Waits for what other turns of the event loop bring about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function failureOf(promise: Promise<unknown>): Promise<{ name: string; message: string }> {
  return promise.then(
    () => ({ name: 'none', message: '' }),
    ({ name, message }: Error) => ({ name, message }),
  );
}
