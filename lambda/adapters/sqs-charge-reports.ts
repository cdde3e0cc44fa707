import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ChargeReport } from '../domain/models/reservation';
import { writeReport } from './report-message';

/** The most seconds for which SQS keeps a message back. */
export const MAX_DELAY = 900;

/** Reports of what calls have cost, several of one call at once; they wait where those of backends do. */
export class SqsChargeReports {
  constructor(
    private readonly client: Pick<SQSClient, 'send'>,
    private readonly queueUrl: string,
  ) {}

  /** @param delay seconds, at most 900 */
  public async send(reports: readonly ChargeReport[], delay = 0): Promise<void> {
    if (reports.length === 0) {
      return;
    }
    const { Failed = [] } = await this.client.send(
      new SendMessageBatchCommand({
        QueueUrl: this.queueUrl,
        Entries: reports.map(({ call, units }, index) => ({
          Id: String(index),
          MessageBody: writeReport(call, units),
          ...(delay > 0 && { DelaySeconds: delay }),
        })),
      }),
    );
    if (Failed.length > 0) {
      throw new Error(`SQS did not take ${Failed.length} of ${reports.length} reports: ${Failed[0]?.Code}`);
    }
  }
}
