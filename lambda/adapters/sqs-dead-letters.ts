import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type Stripe from 'stripe';

/** What any queue of SQS takes, with room to spare for what SQS counts beside the body. In bytes. */
const MAX_BODY = 250_000;

/** An event, or no more than its name. */
export type NamedEvent = Stripe.Event | (Pick<Stripe.Event, 'id' | 'type'> & { readonly data?: undefined });

/** An event that could not be carried out, as it waits in the queue. */
export interface DeadLetter {
  /** The message's id. */
  readonly id: string;
  readonly receipt: string;
  /** Absent where the message holds none. */
  readonly event?: NamedEvent;
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
    private readonly visibilityTimeout = 30,
    private readonly wait = 0,
  ) {}

  /** Puts an event there as the function takes it: so that it can be sent to it again as it is. */
  public async send(event: NamedEvent): Promise<void> {
    await this.client.send(new SendMessageCommand({ QueueUrl: this.queueUrl, MessageBody: bodyOf(event) }));
  }

  /** About how many wait there: SQS does not know it to the message. */
  public async count(): Promise<number> {
    const name = 'ApproximateNumberOfMessages';
    const { Attributes = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.queueUrl, AttributeNames: [name] }),
    );
    return Number(Attributes[name]);
  }

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

/** An event that is too large for a message is named, and the function fetches it. */
function bodyOf(event: NamedEvent): string {
  const whole = JSON.stringify({ detail: event });
  const { id, type } = event;
  return Buffer.byteLength(whole) <= MAX_BODY ? whole : JSON.stringify({ detail: { id, type } });
}

function toLetter({ MessageId = '', ReceiptHandle = '', Body = '' }: Message): DeadLetter {
  return { id: MessageId, receipt: ReceiptHandle, event: eventIn(Body) };
}

/** As the function takes it, whether Lambda, EventBridge or the reconciler has put it there. */
function eventIn(body: string): NamedEvent | undefined {
  try {
    const { detail } = JSON.parse(body) as { detail?: Partial<Stripe.Event> };
    return typeof detail?.id === 'string' && typeof detail.type === 'string' ? (detail as NamedEvent) : undefined;
  } catch {
    return undefined;
  }
}
