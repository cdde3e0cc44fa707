import type { EpochSeconds } from './clock';

/** Who asks for a change, and where from. */
export interface Actor {
  /** `key <id>` of the customer's own, `token`, `checkout`, or `operator <name>`. */
  readonly who: string;
  /** The source address of a request, or what else the change came by. */
  readonly from: string;
}

/** A change, and what it is about. Never a key, nor anything else that is secret. */
export interface Change {
  /** `key.created`, `customer.suspended`, … */
  readonly what: string;
  readonly [detail: string]: string | number | undefined;
}

/** A change as it was written down. */
export interface AuditEntry extends Actor {
  readonly at: EpochSeconds;
  readonly change: Change;
  /** What came of it; absent where nobody has lived to tell. */
  readonly outcome?: string;
}

/** Where changes are written down. Entries are never deleted. */
export interface AuditLog {
  /** Writes that a change is about to be made, and gives the entry's id. */
  begin(customer: string, entry: Omit<AuditEntry, 'outcome'>): Promise<string>;
  end(customer: string, id: string, outcome: string): Promise<void>;
  /** The newest first. */
  list(customer: string, limit: number): Promise<readonly AuditEntry[]>;
}

/** Makes changes that leave an entry each: before they are made, so that none is without one; or in the one write that makes them. */
export class Audit {
  constructor(
    private readonly log: AuditLog,
    private readonly actor: Actor,
    private readonly clock: () => EpochSeconds,
  ) {}

  public async record<T>(customer: string, change: Change, make: () => Promise<T>): Promise<T> {
    const id = await this.log.begin(customer, { ...this.actor, at: this.clock(), change });
    const outcome = await make();
    await this.log.end(customer, id, String(outcome));
    return outcome;
  }

  /** The entry of a change that is made in one write with it. */
  public entryOf(change: Change, outcome: string): AuditEntry {
    return { ...this.actor, at: this.clock(), change, outcome };
  }
}
