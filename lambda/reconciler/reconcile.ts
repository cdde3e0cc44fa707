import type Stripe from 'stripe';
import type { Reconciliation } from '../../lib/private/operations';
import type { Cursor } from '../adapters/dynamodb-cursor';
import type { EventSource } from '../adapters/stripe-event-source';
import type { Clock } from '../domain/clock';

export interface ReconcileDependencies {
  readonly events: EventSource;
  readonly cursor: Cursor;
  readonly process: (event: Stripe.Event) => Promise<string>;
  /** Takes what could not be carried out, for the operator. */
  readonly deadLetter: (event: Stripe.Event, error: unknown) => Promise<void>;
  readonly clock: Clock;
}

/** How far back the first run looks: Stripe sends an event again for three days. */
const FIRST = 3 * 86_400;

/** Seconds that each run looks back before the one before it: events can become visible a little later than others of their time. */
const OVERLAP = 600;

/**
 * Carries out every event that Stripe lists and that has not been: webhooks that were lost, or refused, or never sent. What fails goes
 * to the operator, so that it holds up nothing that comes after it.
 */
export async function reconcile(dependencies: ReconcileDependencies): Promise<Reconciliation> {
  const { events, cursor, process, deadLetter, clock } = dependencies;
  const now = clock();
  const from = (await cursor.read()) ?? now - FIRST;
  let [listed, missed, failed] = [0, 0, 0];
  let last = from;
  for await (const event of events.since(from - OVERLAP)) {
    listed++;
    try {
      missed += (await process(event)) === 'processed' ? 1 : 0;
    } catch (error) {
      failed++;
      await deadLetter(event, error);
    }
    last = Math.max(last, event.created);
  }
  // Not now: an event of this moment may not be listed yet.
  await cursor.write(last);
  return { listed, missed, failed };
}
