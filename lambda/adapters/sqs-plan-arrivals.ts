import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { PlanArrival, PlanArrivals } from '../domain/own-keys';

/**
 * Arrivals in a FIFO queue with one group: API Gateway takes changes of usage plans one at a time. Each message is its own, for a
 * customer may come to the same plan twice within the minutes in which SQS would take them for one.
 */
export class SqsPlanArrivals implements PlanArrivals {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  public async send(arrival: PlanArrival): Promise<void> {
    await this.client.send(
      new SendMessageCommand({
        QueueUrl: this.queueUrl,
        MessageBody: JSON.stringify(arrival),
        MessageGroupId: 'surrogate-keys',
        MessageDeduplicationId: randomUUID(),
      }),
    );
  }
}
