import type { ChargeRequest } from '../../../../lambda/domain/charge';
import { balance, CATALOGUE, NOW, plan } from '../../fixtures';
import { MemorySpendingStore } from '../memory-spending-store';
import { Books, type Counts } from './books';
import { Connection } from './connection';
import { type Engine, ModelEnvironment } from './environment';
import type { Scenario, Step, Write } from './scenario';

const CUSTOMER = 'c1';
const NOON = 12 * 3_600;

const KEYS = { key001: new Uint8Array(32).fill(1), key002: new Uint8Array(32).fill(2) };

/** One customer, the store and some environments, in a time of their own. */
export class World {
  private readonly store = new MemorySpendingStore();
  private readonly books: Books;
  private readonly environments: ModelEnvironment[];
  private readonly skews: number[];
  private writes: Write[] = [];
  /** Milliseconds since the start. */
  private time = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly engine: Engine,
    private readonly counts: Counts,
    trace?: string[],
  ) {
    const { quota, bought, skews } = scenario;
    this.books = new Books(quota + bought, () => this.store.balances.get(CUSTOMER)?.remaining ?? 0, trace);
    const [units, { key001 }] = [{ remaining: quota + bought, credits: bought }, KEYS];
    this.store.balances.set(CUSTOMER, balance({ ...units, periodEnd: NOW + NOON, keys: { key001 } }));
    this.skews = [...skews];
    this.environments = skews.map((_, index) => this.start(index));
  }

  /** Throws where a promise is broken. */
  async run(): Promise<void> {
    for (const [index, step] of this.scenario.steps.entries()) {
      this.books.trace?.push(`${index + 1}. ${describe(step)}`);
      await this.do(step);
      this.books.audit(this.environments.reduce((sum, environment) => sum + environment.held, 0));
    }
  }

  private async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'call':
        this.writes = [...step.writes];
        for (let call = 0; call < step.calls; call++) {
          this.time += step.wait;
          const told = await this.environments[step.at]?.call(request(step.cost, step.key));
          this.books.trace?.push(`   ${told}`);
          this.environments[step.at]?.compare(step.cost);
        }
        break;
      case 'burst':
        this.writes = [...step.writes];
        await this.environments[step.at]?.burst(Array.from({ length: step.calls }, () => request(1, 1)));
        this.environments[step.at]?.compare(1);
        break;
      case 'top-up':
        this.store.credit(CUSTOMER, step.units);
        this.books.credited += step.units;
        break;
      case 'second key': {
        const known = this.store.balances.get(CUSTOMER) ?? balance();
        this.store.balances.set(CUSTOMER, { ...known, keys: KEYS });
        break;
      }
      case 'crash':
        this.counts.crashes++;
        this.books.lost += this.environments[step.at]?.held ?? 0;
        this.environments[step.at] = this.start(step.at);
        break;
      case 'pass':
        this.time += step.seconds * 1_000;
        break;
      case 'clock':
        this.skews[step.at] = step.skew;
        break;
    }
  }

  private start(index: number): ModelEnvironment {
    const { maxBlock, openCallsPerMinute, quota } = this.scenario;
    const { engine, books, counts } = this;
    const daily = { ...plan('free', quota), quota: { units: quota, period: 'day' as const } };
    const connection = new Connection(this.store, books, counts, () => this.writes.shift());
    const options = {
      engine,
      maxBlock,
      openCallsPerMinute,
      catalogue: { ...CATALOGUE, plans: [daily] },
      milliseconds: () => (NOW + (this.skews[index] ?? 0)) * 1_000 + this.time,
    };
    return new ModelEnvironment(connection, options, books, counts);
  }
}

function request(cost: number, key: number): ChargeRequest {
  return key === 1
    ? { customer: CUSTOMER, credential: { keyId: 'key001', keyHash: KEYS.key001 }, cost, route: 'GET /items' }
    : { customer: CUSTOMER, credential: { keyId: 'key002', keyHash: KEYS.key002 }, cost, route: 'POST /items' };
}

function describe(step: Step): string {
  switch (step.kind) {
    case 'call': {
      const [times, key] = [
        step.calls === 1 ? 'once' : `${step.calls} times`,
        step.key === 1 ? '' : ' with the second key',
      ];
      return `environment ${step.at} is called ${times}${key}, at ${step.cost} each, ${step.wait} ms before each`;
    }
    case 'burst':
      return `environment ${step.at} is called ${step.calls} times at once, at 1 each`;
    case 'top-up':
      return `${step.units} units are bought`;
    case 'second key':
      return 'the customer gets a second key';
    case 'crash':
      return `environment ${step.at} ends without notice, another starts`;
    case 'pass':
      return `${step.seconds} s pass`;
    case 'clock':
      return `the clock of environment ${step.at} is set to ${step.skew} s from the right time`;
  }
}
