import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ChargedCall, ReportQueue } from '../domain/settlement';
import { writeReport } from './report-message';

/** Reports wait in SQS, where nothing that was accepted is lost, and many of one customer are settled together. */
export class SqsReportQueue implements ReportQueue {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  public async send(call: ChargedCall, units: number): Promise<void> {
    await this.client.send(new SendMessageCommand({ QueueUrl: this.queueUrl, MessageBody: writeReport(call, units) }));
  }
}
