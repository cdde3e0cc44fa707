import { setTimeout as delay } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type OwnKeysDependencies, type PlanArrival, settleIn } from '../domain/own-keys';

export interface SurrogateKeysDependencies extends OwnKeysDependencies {
  /**
   * Milliseconds that an arrival takes at least. API Gateway takes ten changes a second of a whole account, deployments included, and
   * an arrival makes up to seven.
   */
  readonly pace: number;
  readonly logError: (message: string, about: Readonly<Record<string, string>>, error: unknown) => void;
}

/** Sees to arrivals one after another. What fails is tried again later, and so is what comes after it: the queue keeps their order. */
export async function handle(
  { Records }: SQSEvent,
  dependencies: SurrogateKeysDependencies,
): Promise<SQSBatchResponse> {
  for (const [index, { body }] of Records.entries()) {
    const arrival = JSON.parse(body) as PlanArrival;
    const paced = delay(dependencies.pace);
    try {
      await settleIn(arrival, dependencies);
    } catch (error) {
      dependencies.logError('a customer stays in a lane for now', { ...arrival }, error);
      return { batchItemFailures: Records.slice(index).map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }
    await paced;
  }
  return { batchItemFailures: [] };
}
