import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { EpochSeconds } from '../domain/clock';
import { retryDelay, webhookSignature } from '../domain/webhook-signature';

export interface CustomerWebhookDependencies {
  readonly url: string;
  readonly clock: () => EpochSeconds;
  /** One or several, separated by white space. */
  readonly secrets: () => Promise<string>;
  /** Hides a message for so many seconds, by its receipt. */
  readonly hide: (receiptHandle: string, seconds: number) => Promise<void>;
  readonly logError: (message: string, about: Readonly<Record<string, string>>, error: unknown) => void;
}

/** As EventBridge wraps it. */
interface WrappedEvent {
  readonly 'detail-type': string;
  readonly detail: { readonly id: string; readonly at: string };
}

/** Milliseconds within which a receiver has to answer. */
const TIMEOUT = 10_000;

/** Sends each event of a batch; what was not taken comes again, later each time. */
export async function handle(
  { Records }: SQSEvent,
  dependencies: CustomerWebhookDependencies,
): Promise<SQSBatchResponse> {
  const failed = await Promise.all(Records.map((record) => hasFailed(record, dependencies)));
  const failures = Records.filter((_, index) => failed[index]);
  return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function hasFailed(record: SQSRecord, dependencies: CustomerWebhookDependencies): Promise<boolean> {
  const { 'detail-type': type, detail } = JSON.parse(record.body) as WrappedEvent;
  try {
    await send(type, detail, dependencies);
    return false;
  } catch (error) {
    const attempts = Number(record.attributes.ApproximateReceiveCount);
    dependencies.logError('an event was not taken', { event: detail.id, type, attempts: String(attempts) }, error);
    await hideFor(record.receiptHandle, retryDelay(attempts), dependencies);
    return true;
  }
}

async function send(
  type: string,
  detail: WrappedEvent['detail'],
  { url, clock, secrets }: CustomerWebhookDependencies,
): Promise<void> {
  const body = JSON.stringify({ type, timestamp: detail.at, data: detail });
  const timestamp = clock();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'cdk-paywall',
      'webhook-id': detail.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': webhookSignature({ id: detail.id, timestamp, body }, await secrets()),
    },
    body,
    // Where it leads is for the operator to say, and not for who answers there.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  await response.body?.cancel();
  if (!response.ok) {
    throw new Error(`the webhook has answered ${response.status}`);
  }
}

/** Where that fails, the message comes again when the queue's own time is over. */
async function hideFor(receiptHandle: string, seconds: number, dependencies: CustomerWebhookDependencies) {
  try {
    await dependencies.hide(receiptHandle, seconds);
  } catch (error) {
    dependencies.logError('the next attempt could not be put off', {}, error);
  }
}
