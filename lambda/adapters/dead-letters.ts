import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type Stripe from 'stripe';

/** What any queue of SQS takes, with room to spare for what SQS counts beside the body. In bytes. */
const MAX_BODY = 250_000;

/** An event, or no more than its name. */
export type NamedEvent = Stripe.Event | (Pick<Stripe.Event, 'id' | 'type'> & { readonly data?: undefined });

/** Where events go that could not be carried out, as the function takes them: so that they can be sent there again as they are. */
export class SqsDeadLetters {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  public async send(event: NamedEvent): Promise<void> {
    await this.client.send(new SendMessageCommand({ QueueUrl: this.queueUrl, MessageBody: bodyOf(event) }));
  }
}

/** An event that is too large for a message is named, and the function fetches it. */
function bodyOf(event: NamedEvent): string {
  const whole = JSON.stringify({ detail: event });
  const { id, type } = event;
  return Buffer.byteLength(whole) <= MAX_BODY ? whole : JSON.stringify({ detail: { id, type } });
}
