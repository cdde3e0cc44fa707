import type { Fact, PaymentsDiagnosis, PaymentsDiagnosisRequest } from '../../lib/private/operations-doctor';
import { HANDLED_EVENTS } from '../../lib/private/stripe-events';
import type { Cursor } from '../adapters/dynamodb-cursor';
import { API_VERSION } from '../adapters/stripe-client';
import { reasonOf, type StripeFacts } from '../adapters/stripe-diagnosis';
import type { Clock, EpochSeconds } from '../domain/clock';

export interface DiagnosisDependencies {
  readonly stripe: StripeFacts;
  readonly cursor: Pick<Cursor, 'read'>;
  /** How many events wait in the dead-letter queue. */
  readonly deadLetters: () => Promise<number>;
  readonly clock: Clock;
}

/** Says how payments stand, for the operator. It changes nothing; what cannot be told keeps nothing else from being told. */
export async function diagnose(
  { webhookUrl }: Partial<PaymentsDiagnosisRequest>,
  { stripe, cursor, deadLetters, clock }: DiagnosisDependencies,
): Promise<PaymentsDiagnosis> {
  const now = iso(clock());
  const [secretKey, account, endpoints, newestEvent, progress, waiting] = await Promise.all([
    fact(() => stripe.mode()),
    fact(() => stripe.account()),
    fact(async () => (typeof webhookUrl === 'string' ? stripe.endpoints(webhookUrl) : [])),
    fact(() => stripe.newestEvent()),
    fact(async () => {
      const read = await cursor.read();
      return read === undefined ? null : { created: iso(read.created), failing: read.failing.size };
    }),
    fact(deadLetters),
  ]);
  return {
    now,
    secretKey,
    account,
    endpoints,
    apiVersion: API_VERSION,
    handledEvents: HANDLED_EVENTS,
    newestEvent,
    cursor: progress,
    deadLetters: waiting,
  };
}

async function fact<Value>(find: () => Promise<Value>): Promise<Fact<Value>> {
  try {
    return { value: await find() };
  } catch (error) {
    return { error: reasonOf(error) };
  }
}

function iso(time: EpochSeconds): string {
  return new Date(time * 1000).toISOString();
}
