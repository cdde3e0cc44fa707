import type Stripe from 'stripe';
import type { Reconciliation } from '../../lib/private/operations';
import type { Cursor, FailingEvent, Progress } from '../adapters/dynamodb-cursor';
import type { NamedEvent } from '../adapters/sqs-dead-letters';
import type { EventSource } from '../adapters/stripe-event-source';
import type { Clock, EpochSeconds } from '../domain/clock';

export interface ReconcileDependencies {
  readonly events: EventSource;
  readonly cursor: Cursor;
  readonly process: (event: Stripe.Event) => Promise<string>;
  /** Takes what could not be carried out, for the operator. */
  readonly deadLetter: (event: NamedEvent, error: unknown) => Promise<void>;
  readonly clock: Clock;
  /** Told at the end of a run for how many seconds the oldest event had waited that it found not carried out; 0 where it found none. */
  readonly tellLag: (seconds: number) => void;
  /** What earlier runs of this execution environment have come to. */
  readonly memory: ReconcileMemory;
}

/**
 * Spares a run what is known of the events that it lists again: those of other paywalls, of which each would be asked for at Stripe,
 * and those that are done. It forgets what is listed no more, and all of it when the cursor was put back.
 */
export class ReconcileMemory {
  public from = Number.NEGATIVE_INFINITY;
  public settled: ReadonlySet<string> = new Set();
}

/** How far back the first run looks: Stripe sends an event again for three days. */
const FIRST = 3 * 86_400;

/** Seconds that each run looks back before the one before it: events can become visible a little later than others of their time. */
const OVERLAP = 600;

/** Seconds for which an event that fails is tried again before it goes to the operator: most of what fails is over by then. */
const PATIENCE = 3_600;

/** How many are tried again: what fails in greater numbers is for the operator to see at once. */
const MAX_FAILING = 100;

/** After so many events the place among them is noted, so that a run which is ended by its time has not been for nothing. */
const NOTED_EVERY = 50;

/**
 * Carries out every event that Stripe lists and that has not been: webhooks that were lost, or refused, or never sent. What fails is
 * tried again by the runs that follow, and then goes to the operator; it holds up nothing that comes after it.
 */
export async function reconcile(dependencies: ReconcileDependencies): Promise<Reconciliation> {
  const run = new Run(dependencies, (await dependencies.cursor.read()) ?? firstProgress(dependencies.clock()));
  await run.retry();
  await run.list();
  dependencies.tellLag(run.lag);
  return run.reconciliation;
}

function firstProgress(now: EpochSeconds): Progress {
  return { created: now - FIRST, failing: new Map() };
}

class Run {
  private readonly from: EpochSeconds;
  private readonly failing: Map<string, FailingEvent>;
  private readonly known: ReadonlySet<string>;
  private readonly settled = new Set<string>();
  private readonly ignored = new Set<string>();
  private created: EpochSeconds;
  private listed = 0;
  private missed = 0;
  private failed = 0;
  /** Seconds for which the oldest event had waited that was not carried out, but for those that are the operator's by now. */
  public lag = 0;

  constructor(
    private readonly dependencies: ReconcileDependencies,
    { created, failing }: Progress,
  ) {
    this.from = created - OVERLAP;
    this.created = created;
    this.failing = new Map(failing);
    const { memory } = dependencies;
    this.known = created < memory.from ? new Set() : memory.settled;
  }

  public get reconciliation(): Reconciliation {
    const { listed, missed, failed } = this;
    return { listed, missed, failed };
  }

  /** What has failed and is listed no more. */
  public async retry(): Promise<void> {
    const unlisted = [...this.failing].filter(([, { created }]) => created < this.from);
    for (const [id, { type, isGiven }] of unlisted) {
      if (!isGiven) {
        await this.carryOut({ id, type }, () => this.dependencies.events.retrieve(id));
      }
      if (this.failing.get(id)?.isGiven) {
        this.failing.delete(id);
      }
    }
  }

  public async list(): Promise<void> {
    for await (const event of this.dependencies.events.since(this.from)) {
      this.listed++;
      if (this.known.has(event.id)) {
        this.settled.add(event.id);
      } else {
        await this.carryOut(event, async () => event);
      }
      this.created = Math.max(this.created, event.created);
      if (this.listed % NOTED_EVERY === 0) {
        await this.note();
      }
    }
    await this.note();
    const { memory } = this.dependencies;
    // What was of no consequence may be of some once an event before it, which has failed, is carried out.
    memory.settled = this.failed > 0 ? this.settled : new Set([...this.settled, ...this.ignored]);
    memory.from = this.created;
  }

  private async carryOut(named: NamedEvent, fetched: () => Promise<Stripe.Event>): Promise<void> {
    try {
      const event = await fetched();
      const outcome = await this.dependencies.process(event);
      if (outcome === 'processed') {
        this.missed++;
        this.waited(event.created);
      }
      (outcome === 'ignored' ? this.ignored : this.settled).add(named.id);
      this.failing.delete(named.id);
    } catch (error) {
      this.failed++;
      await this.keep(named, error);
    }
  }

  private async keep(event: NamedEvent, error: unknown): Promise<void> {
    const now = this.dependencies.clock();
    const known = this.failing.get(event.id);
    const { since = now, isGiven = false, created = 'created' in event ? event.created : now } = known ?? {};
    const isForOperator = now - since >= PATIENCE || (known === undefined && this.failing.size >= MAX_FAILING);
    if (isForOperator && !isGiven) {
      await this.dependencies.deadLetter(event, error);
    }
    if (!isForOperator && !isGiven) {
      this.waited(created);
    }
    this.failing.set(event.id, { type: event.type, created, since, isGiven: isGiven || isForOperator });
  }

  private waited(since: EpochSeconds): void {
    this.lag = Math.max(this.lag, this.dependencies.clock() - since);
  }

  /** Not up to now: an event of this moment may not be listed yet. */
  private note(): Promise<void> {
    return this.dependencies.cursor.write({ created: this.created, failing: this.failing });
  }
}
