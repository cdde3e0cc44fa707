import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { NamedEvent } from './sqs-dead-letters';

/** An event that was not carried out, and why. */
export class NotProcessedError extends Error {
  override readonly name = 'NotProcessedError';

  constructor(
    eventId: string,
    public readonly reason: string,
  ) {
    super(`event ${eventId} was not processed: ${reason}`);
  }
}

/** The function that carries out what Stripe's events mean, as whoever brings the events calls it. */
export class PaymentsFunction {
  constructor(
    private readonly client: LambdaClient,
    private readonly functionName: string,
  ) {}

  /** Waits for its end, since only then is it known whether Stripe must send the event again. @throws NotProcessedError */
  public async process(event: NamedEvent): Promise<string> {
    const { FunctionError, Payload } = await this.client.send(
      new InvokeCommand({ FunctionName: this.functionName, Payload: JSON.stringify({ detail: event }) }),
    );
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString()) as { outcome?: string; errorMessage?: string };
    if (FunctionError !== undefined || answer.outcome === undefined) {
      throw new NotProcessedError(event.id, answer.errorMessage ?? FunctionError ?? 'no answer');
    }
    return answer.outcome;
  }
}
