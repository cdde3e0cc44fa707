import type { Decider, Engine } from '../engines/engine';
import { SimulatedClient } from './client';
import { DYNAMODB, type DynamoDbOptions, SimulatedDynamoDb } from './dynamodb';
import { Environments, type Placement } from './environments';
import { type PaymentLoad, Payments, type PaymentTally } from './payments';
import { exponential, fork, type Random, seededRandom, weightedPicker } from './random';
import { Scheduler } from './scheduler';
import { Tally } from './tally';

export interface Customer {
  readonly id: string;
  /** Calls a second. */
  readonly rate: number;
  readonly units: number;
  /** Whose figures are counted together. */
  readonly group: string;
}

export interface Load {
  readonly customers: readonly Customer[];
  readonly environments: number;
  readonly placement: Placement;
  /** How long calls come; those that are under way then are waited for. */
  readonly milliseconds: number;
  /** Milliseconds after which calls and operations are counted: what comes before is the start. */
  readonly countFrom?: number;
  readonly dynamoDb?: Partial<DynamoDbOptions>;
  /** Calls come no longer than this after the first refusal. */
  readonly stopAfterRefusal?: number;
  /** Environments that end without notice; others come in their place. */
  readonly deathsPerSecond?: number;
  /** Payments of the first customer, for an engine that carries payments out. */
  readonly payments?: PaymentLoad;
}

export interface Outcome {
  readonly groups: ReadonlyMap<string, Tally>;
  readonly total: Tally;
  readonly usage: Readonly<SimulatedDynamoDb['usage']>;
  /** Units that were there at the start, and that payments have brought. */
  readonly credited: number;
  /** Units granted from the start on, counted calls or not. */
  readonly granted: number;
  readonly remaining: number;
  /** Units that had left the store and were granted to nobody when the first call was refused. */
  readonly heldAtFirstRefusal?: number;
  /** The same at the end, when no call is under way. */
  readonly held: number;
  /** What living environments have taken and not granted, by their own count. */
  readonly heldByEnvironments: number;
  readonly deaths: number;
  /** What dead environments had taken and not granted. */
  readonly lost: number;
  /** Milliseconds that environments were busy for. */
  readonly busy: number;
  readonly payments: PaymentTally;
}

/** What a decision costs in the handler besides its round trips. */
const HANDLER_MILLISECONDS = 1;

/** Payments draw from a stream of their own, so that the calls are the same with them and without. */
const PAYMENT_STREAM = 0x9a17;

/** Runs one engine under a load. The same seed brings the same calls to every engine. */
export async function simulate(engine: Engine, load: Load, seed: number): Promise<Outcome> {
  const run = new Run(engine, load, seed);
  await run.toTheEnd();
  return run.outcome();
}

class Run {
  private readonly scheduler = new Scheduler();
  private readonly arrivals: Random;
  private readonly deathTimes: Random;
  private readonly pick: (random: Random) => number;
  private readonly meanInterval: number;
  private readonly dynamoDb: SimulatedDynamoDb;
  private readonly environments: Environments<Decider>;
  private readonly payments: Payments;
  private readonly groups = new Map<string, Tally>();
  private readonly total = new Tally();
  private end: number;
  private heldAtFirstRefusal: number | undefined;
  private deaths = 0;
  private lost = 0;
  private busy = 0;
  private granted = 0;
  private uncounted: SimulatedDynamoDb['usage'] | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly load: Load,
    seed: number,
  ) {
    const random = seededRandom(seed);
    this.arrivals = fork(random);
    this.deathTimes = fork(random);
    const latencies = fork(random);
    const rates = load.customers.map(({ rate }) => rate);
    this.pick = weightedPicker(rates);
    this.meanInterval = 1_000 / rates.reduce((sum, rate) => sum + rate, 0);
    this.end = load.milliseconds;
    this.dynamoDb = new SimulatedDynamoDb(this.scheduler, latencies, { ...DYNAMODB, ...load.dynamoDb });
    this.payments = new Payments(engine, this.dynamoDb, this.scheduler, seededRandom(seed ^ PAYMENT_STREAM));
    for (const { id, units } of load.customers) {
      this.dynamoDb.put(engine.table, engine.keyOf(id), engine.opening(units));
    }
    this.environments = new Environments(load.environments, load.placement, () => {
      const own = fork(random);
      const client = new SimulatedClient(this.dynamoDb, this.scheduler, fork(own), engine.retries);
      return engine.open({ client, milliseconds: () => this.scheduler.now, random: fork(own) });
    });
    if (load.placement === 'spread') {
      this.environments.warm();
    }
  }

  async toTheEnd(): Promise<void> {
    this.planArrival();
    this.planDeath();
    this.planPayment();
    if (this.load.countFrom !== undefined) {
      this.scheduler.after(this.load.countFrom, () => {
        this.uncounted = { ...this.dynamoDb.usage };
        this.busy = 0;
      });
    }
    await this.scheduler.run();
    this.payments.redeliver().catch((error: unknown) => this.scheduler.fail(error));
    await this.scheduler.run();
  }

  outcome(): Outcome {
    const { groups, total, granted, heldAtFirstRefusal, deaths, lost, busy } = this;
    const [credited, remaining] = [this.credited(), this.remaining()];
    const held = credited - remaining - granted;
    const usage = { ...this.dynamoDb.usage };
    for (const name of Object.keys(usage) as (keyof typeof usage)[]) {
      usage[name] -= this.uncounted?.[name] ?? 0;
    }
    const heldByEnvironments = this.environments.idle.reduce(
      (sum, environment) => sum + (environment.held?.() ?? 0),
      0,
    );
    const units = { credited, granted, remaining, held, heldAtFirstRefusal, heldByEnvironments };
    return { groups, total, usage, ...units, deaths, lost, busy, payments: this.payments.tally };
  }

  private planArrival(): void {
    this.scheduler.after(exponential(this.arrivals, this.meanInterval), () => {
      if (this.scheduler.now < this.end) {
        this.planArrival();
        this.serve().catch((error: unknown) => this.scheduler.fail(error));
      }
    });
  }

  private async serve(): Promise<void> {
    const customer = this.load.customers[this.pick(this.arrivals)];
    if (customer === undefined) {
      throw new Error('a load needs a customer');
    }
    const environment = this.environments.acquire();
    if (environment === undefined) {
      this.count(customer, 'failed');
      return;
    }
    const start = this.scheduler.now;
    await this.scheduler.sleep(HANDLER_MILLISECONDS);
    const verdict = await environment.decide(customer.id);
    const wait = this.scheduler.now - start;
    this.busy += wait;
    this.environments.release(environment);
    this.count(customer, verdict, wait);
  }

  private count(customer: Customer, ...result: Parameters<Tally['add']>): void {
    this.granted += result[0] === 'granted' ? 1 : 0;
    if (this.scheduler.now < (this.load.countFrom ?? 0)) {
      return;
    }
    const group = this.groups.get(customer.group) ?? new Tally();
    this.groups.set(customer.group, group);
    group.add(...result);
    this.total.add(...result);
    if (result[0] === 'refused' && this.heldAtFirstRefusal === undefined) {
      this.heldAtFirstRefusal = this.credited() - this.remaining() - this.granted;
      this.end = Math.min(this.end, this.scheduler.now + (this.load.stopAfterRefusal ?? Number.POSITIVE_INFINITY));
    }
  }

  private planPayment(): void {
    const { payments, customers } = this.load;
    if (payments === undefined || this.engine.pay === undefined) {
      return;
    }
    this.scheduler.after(payments.every, () => {
      if (this.scheduler.now < this.end) {
        this.planPayment();
        this.payments.arrive(customers[0]?.id ?? '', payments).catch((error: unknown) => this.scheduler.fail(error));
      }
    });
  }

  private planDeath(): void {
    if (this.load.deathsPerSecond === undefined) {
      return;
    }
    this.scheduler.after(exponential(this.deathTimes, 1_000 / this.load.deathsPerSecond), () => {
      if (this.scheduler.now >= this.end) {
        return;
      }
      this.planDeath();
      const dead = this.environments.kill(Math.floor(this.deathTimes() * this.load.environments));
      this.deaths += dead === undefined ? 0 : 1;
      this.lost += dead?.held?.() ?? 0;
    });
  }

  private credited(): number {
    return this.load.customers.reduce((sum, { units }) => sum + units, this.payments.tally.units);
  }

  private remaining(): number {
    const { engine, dynamoDb } = this;
    const item = (customer: string) => dynamoDb.peek(engine.table, engine.keyOf(customer));
    return this.load.customers.reduce((sum, { id }) => sum + engine.remaining(item(id)), 0);
  }
}
