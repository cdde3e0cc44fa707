import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type Stripe from 'stripe';

/** An event that could not be carried out, as it waits in the queue. */
export interface DeadLetter {
  /** The message's id. */
  readonly id: string;
  readonly receipt: string;
  /** Absent where the message holds none. */
  readonly event?: Stripe.Event;
}

/** Events that could not be carried out. */
export interface DeadLetters {
  /** Some of them, which nobody else gets meanwhile; none where there are none. */
  receive(): Promise<readonly DeadLetter[]>;

  /** Takes one out for good. */
  remove(letter: DeadLetter): Promise<void>;

  /** Lets others have it again at once. */
  putBack(letter: DeadLetter): Promise<void>;
}

/** The most that SQS gives at once. */
const BATCH = 10;

/** The dead-letter queue of what carries events out. */
export class SqsDeadLetters implements DeadLetters {
  /**
   * @param visibilityTimeout seconds for which nobody else gets what was received, should the run end without notice
   * @param wait seconds that SQS looks for messages: with none, it asks some of its servers alone, and may miss what is there
   */
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
    private readonly visibilityTimeout: number,
    private readonly wait: number,
  ) {}

  public async receive(): Promise<readonly DeadLetter[]> {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.queueUrl,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: this.wait,
        VisibilityTimeout: this.visibilityTimeout,
      }),
    );
    return Messages.map(toLetter);
  }

  public async remove({ receipt }: DeadLetter): Promise<void> {
    await this.client.send(new DeleteMessageCommand({ QueueUrl: this.queueUrl, ReceiptHandle: receipt }));
  }

  public async putBack({ receipt }: DeadLetter): Promise<void> {
    await this.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: this.queueUrl, ReceiptHandle: receipt, VisibilityTimeout: 0 }),
    );
  }
}

function toLetter({ MessageId = '', ReceiptHandle = '', Body = '' }: Message): DeadLetter {
  return { id: MessageId, receipt: ReceiptHandle, event: eventIn(Body) };
}

/** As the function takes it, whether Lambda, EventBridge or the reconciler has put it there. */
function eventIn(body: string): Stripe.Event | undefined {
  try {
    const { detail } = JSON.parse(body) as { detail?: Partial<Stripe.Event> };
    return typeof detail?.id === 'string' && typeof detail.type === 'string' ? (detail as Stripe.Event) : undefined;
  } catch {
    return undefined;
  }
}
