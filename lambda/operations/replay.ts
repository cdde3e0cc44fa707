import { MAX_REPLAYED_EVENTS, type ReplayAnswer, type ReplayedEvent } from '../../lib/private/operations';
import { NotProcessedError } from '../adapters/payments-function';
import type { DeadLetter, NamedEvent } from '../adapters/sqs-dead-letters';
import { type OperationsDependencies, RefusedError } from './dependencies';
import type { Asked } from './validation';

/** Milliseconds that must be left of the function's time for another batch: one that is carried out, and its messages put back. */
const BATCH_TIME = 120_000;

/** Events that are carried out at once. */
const BATCH = 10;

/** The most that one run sees to, so that its answer fits. */
const MAX_LETTERS = 1_000;

/** Carries out events again: those of the dead-letter queue, or those that are named. */
export async function replay(
  { events }: Asked<'replay'>,
  dependencies: OperationsDependencies,
  millisLeft: () => number,
): Promise<ReplayAnswer> {
  if (events === undefined) {
    return replayDeadLetters(dependencies, millisLeft);
  }
  if (!Array.isArray(events) || events.length < 1 || events.length > MAX_REPLAYED_EVENTS || !events.every(isEventId)) {
    throw new RefusedError(
      `\`events\` must be 1 to ${MAX_REPLAYED_EVENTS} ids of events (evt_…), got: ${JSON.stringify(events)}`,
    );
  }
  return replayNamed([...new Set<string>(events)], dependencies, millisLeft);
}

async function replayNamed(
  ids: readonly string[],
  dependencies: OperationsDependencies,
  millisLeft: () => number,
): Promise<ReplayAnswer> {
  const replayed: ReplayedEvent[] = [];
  while (replayed.length < ids.length && millisLeft() > BATCH_TIME) {
    const batch = ids.slice(replayed.length, replayed.length + BATCH);
    replayed.push(...(await Promise.all(batch.map((id) => replayById(id, dependencies)))));
  }
  return { events: replayed, more: replayed.length < ids.length };
}

async function replayById(id: string, dependencies: OperationsDependencies): Promise<ReplayedEvent> {
  try {
    const event = await dependencies.events.find(id);
    return event === undefined
      ? failed(id, null, 'Stripe has no such event: it keeps them for 30 days')
      : await carryOut(event, dependencies);
  } catch (error) {
    return failed(id, null, error instanceof Error ? error.message : String(error));
  }
}

/** What was carried out leaves the queue; the rest stays there for the next time. */
async function replayDeadLetters(
  dependencies: OperationsDependencies,
  millisLeft: () => number,
): Promise<ReplayAnswer> {
  const { deadLetters } = dependencies;
  const replayed = new Map<string, ReplayedEvent>();
  const kept: DeadLetter[] = [];
  let [letters, seen] = [await deadLetters.receive(), 0];
  try {
    while (letters.length > 0 && seen < MAX_LETTERS && millisLeft() > BATCH_TIME) {
      seen += letters.length;
      // The reconciler lists an event that fails again and again: each is tried once.
      const fresh = new Map(letters.map((letter) => [idOf(letter), letter]));
      for (const id of replayed.keys()) {
        fresh.delete(id);
      }
      const outcomes = await Promise.all([...fresh.values()].map((letter) => replayLetter(letter, dependencies)));
      for (const outcome of outcomes) {
        replayed.set(outcome.id, outcome);
      }
      const isDone = (letter: DeadLetter) => replayed.get(idOf(letter))?.outcome !== 'failed';
      kept.push(...letters.filter((letter) => !isDone(letter)));
      await Promise.all(letters.filter(isDone).map((letter) => deadLetters.remove(letter)));
      letters = await deadLetters.receive();
    }
  } finally {
    // Only now, or this run would have got them again. One that is not put back comes back by itself, later.
    await Promise.allSettled([...kept, ...letters].map((letter) => deadLetters.putBack(letter)));
  }
  return { events: [...replayed.values()], more: letters.length > 0 };
}

function replayLetter({ id, event }: DeadLetter, dependencies: OperationsDependencies): Promise<ReplayedEvent> {
  return event === undefined
    ? Promise.resolve(failed(id, null, 'the message holds no event of Stripe'))
    : carryOut(event, dependencies);
}

async function carryOut(event: NamedEvent, { process }: OperationsDependencies): Promise<ReplayedEvent> {
  const { id, type } = event;
  try {
    return { id, type, outcome: (await process(event)) as ReplayedEvent['outcome'], reason: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(id, type, error instanceof NotProcessedError ? error.reason : reason);
  }
}

function failed(id: string, type: string | null, reason: string): ReplayedEvent {
  return { id, type, outcome: 'failed', reason };
}

function idOf({ id, event }: DeadLetter): string {
  return event?.id ?? id;
}

function isEventId(id: unknown): boolean {
  return typeof id === 'string' && /^evt_\w{1,251}$/.test(id);
}
