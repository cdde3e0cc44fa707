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
  /** What earlier runs of this execution environment have come to. */
  readonly memory: ReconcileMemory;
}

/**
 * Spares a run what is known of the events that it lists again: those of other paywalls, of which each would be asked for at Stripe,
 * and those that the operator has already. It forgets what is listed no more, and all of it when the cursor was put back.
 */
export class ReconcileMemory {
  public from = Number.NEGATIVE_INFINITY;
  public settled: ReadonlySet<string> = new Set();
  public handedOver: ReadonlySet<string> = new Set();
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
  const { events, cursor, process, deadLetter, clock, memory } = dependencies;
  const now = clock();
  const from = (await cursor.read()) ?? now - FIRST;
  const known = from < memory.from ? new ReconcileMemory() : memory;
  const [settled, ignored, handedOver] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let [listed, missed, failed] = [0, 0, 0];
  let last = from;
  for await (const event of events.since(from - OVERLAP)) {
    listed++;
    last = Math.max(last, event.created);
    if (known.settled.has(event.id)) {
      settled.add(event.id);
      continue;
    }
    try {
      const outcome = await process(event);
      missed += outcome === 'processed' ? 1 : 0;
      (outcome === 'ignored' ? ignored : settled).add(event.id);
    } catch (error) {
      failed++;
      if (!known.handedOver.has(event.id)) {
        await deadLetter(event, error);
      }
      handedOver.add(event.id);
    }
  }
  // Not now: an event of this moment may not be listed yet.
  await cursor.write(last);
  // What was of no consequence may be of some once an event before it, which has failed, is carried out.
  memory.settled = failed > 0 ? settled : new Set([...settled, ...ignored]);
  memory.handedOver = handedOver;
  memory.from = last;
  return { listed, missed, failed };
}
