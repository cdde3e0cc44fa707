import { type ChargeRequest, charge, type SpendingStore } from '../../../../lambda/domain/charge';
import { FailOpenStore } from '../../../../lambda/domain/fail-open-store';
import { LeasedSpendingStore, type LeaseOptions } from '../../../../lambda/domain/leased-spending-store';
import type { Catalogue } from '../../../../lib/private/catalogue';
import { type Books, Broken, type Counts } from './books';
import type { Connection } from './connection';

export interface Leases extends SpendingStore {
  held(customer: string): number;
  /** Absent where nothing is counted. */
  uncounted?(customer: string): number;
}

/** What is on trial: the engine, or one that is wrong on purpose. */
export type Engine = (connection: Connection, options: LeaseOptions) => Leases;

export const engine: Engine = (connection, options) => new LeasedSpendingStore(connection, options);

export interface EnvironmentOptions {
  readonly engine: Engine;
  readonly maxBlock: number;
  readonly openCallsPerMinute: number | undefined;
  readonly catalogue: Catalogue;
  /** This environment's own clock. */
  readonly milliseconds: () => number;
}

/** The life of a block. */
const LIFE = 5_000;

/** One execution environment, and what it may have taken, granted and lost. */
export class ModelEnvironment {
  private readonly leases: Leases;
  private readonly store: SpendingStore;
  /** Units of granted calls. */
  private served = 0;
  /** Units of calls that were granted while the store could not answer. */
  private servedOpen = 0;
  /** Units that the leases charged. */
  private charged = 0;
  private opened = 0;
  /** The most units that a call has asked the leases for, debts included. */
  private mostAsked = 0;
  /** Calls that ran side by side, each of which may have taken a block. */
  private sideBySide = 0;
  /** What it held, had taken and charged when that was last compared. */
  private compared = { held: 0, answered: 0, charged: 0 };
  /** How many ends of periods had been met when units were last gone with one. */
  private periodsEnded = 0;

  constructor(
    private readonly connection: Connection,
    private readonly options: EnvironmentOptions,
    private readonly books: Books,
    private readonly counts: Counts,
  ) {
    const { maxBlock, openCallsPerMinute, milliseconds } = options;
    this.leases = options.engine(connection, { maxBlock, life: LIFE, milliseconds });
    const metered: SpendingStore = {
      spend: async (request, now) => {
        this.mostAsked = Math.max(this.mostAsked, request.cost);
        const outcome = await this.leases.spend(request, now);
        if (outcome.spent) {
          this.charged += request.cost;
          books.charge(request.cost);
          connection.bought = Math.max(0, connection.bought - request.cost);
        }
        return outcome;
      },
      rollOver: (...period) => this.leases.rollOver(...period),
    };
    const onOpen = () => this.opened++;
    this.store =
      openCallsPerMinute === undefined
        ? metered
        : new FailOpenStore(metered, { callsPerMinute: openCallsPerMinute, onOpen });
  }

  async call(request: ChargeRequest): Promise<string> {
    const { writes } = this.counts;
    const clock = () => Math.floor(this.options.milliseconds() / 1_000);
    try {
      const decision = await charge(this.store, this.options.catalogue, request, clock);
      if (decision.kind !== 'granted') {
        this.counts.refused++;
        return decision.kind === 'payment_required' ? decision.reason : decision.kind;
      }
      this.counts.granted++;
      this.counts.fromMemory += this.counts.writes === writes ? 1 : 0;
      this.served += request.cost;
      return 'granted';
    } catch {
      this.counts.failed++;
      return 'failed';
    }
  }

  async burst(requests: readonly ChargeRequest[]): Promise<void> {
    this.sideBySide += requests.length;
    await Promise.all(requests.map((request) => this.call(request)));
  }

  get held(): number {
    return this.leases.held('c1');
  }

  /** Compares, after calls of one cost, what the environment holds with what it must. */
  compare(cost: number): void {
    this.books.checkNoneMinted();
    this.servedOpen += this.opened * cost;
    this.counts.open += this.opened;
    this.opened = 0;
    const { held, charged, connection, compared, books } = this;
    const { answered, periodsMet } = connection;
    const gone = compared.held + (answered - compared.answered) - (charged - compared.charged) - held;
    if (held < 0 || gone < 0) {
      throw new Broken(`an environment holds ${held} units, of which ${-gone} came from nowhere`);
    }
    if (gone > 0) {
      if (periodsMet === this.periodsEnded) {
        throw new Broken(`${gone} units were lost without a fault`);
      }
      this.periodsEnded = periodsMet;
    }
    // Side by side, an older answer may come last, and tell of units of the plan that are gone by then.
    if (held < connection.bought && this.sideBySide === 0) {
      throw new Broken(`${connection.bought - held} bought units ended with a period`);
    }
    connection.bought = Math.min(connection.bought, held);
    books.lost += gone;
    this.compared = { held, answered, charged };
    const owed = this.served - charged;
    if (owed < 0 || owed > this.servedOpen) {
      throw new Broken(`${this.served} units were served and ${charged} charged, ${this.servedOpen} served open`);
    }
    const uncounted = this.leases.uncounted?.('c1');
    const told = connection.counted + connection.uncertain;
    if (uncounted !== undefined && told + uncounted !== charged) {
      throw new Broken(`${told} units are counted and ${uncounted} not yet, of ${charged} that were charged`);
    }
    this.checkBounds();
  }

  private checkBounds(): void {
    const { maxBlock } = this.options;
    if (this.connection.mostTaken > this.mostAsked + maxBlock) {
      throw new Broken(`one write took ${this.connection.mostTaken} units, for ${this.mostAsked} and a block`);
    }
    if (this.held > maxBlock * (1 + this.sideBySide)) {
      throw new Broken(`${this.held} units are held, where a crash may lose a block of ${maxBlock}`);
    }
  }
}
