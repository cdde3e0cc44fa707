import { type Balance, creditsLeft } from '../../../../lambda/domain/balance';
import {
  type ChargeRequest,
  type SpendingStore,
  type SpendOutcome,
  StoreBusyError,
} from '../../../../lambda/domain/charge';
import type { MemorySpendingStore } from '../memory-spending-store';
import type { Books, Counts } from './books';
import type { Write } from './scenario';

const DONE: Write = { fate: 'done', late: 0 };

/** One environment's way to the store: its writes end as DynamoDB's can, and every unit that leaves is accounted for. */
export class Connection implements SpendingStore {
  /** Units that the environment took, and was told so. */
  answered = 0;
  /** How many of those were bought ones. */
  bought = 0;
  /** Units that the environment was told are counted. */
  counted = 0;
  /** Units that it will not have counted again, as it does not know whether they are. */
  uncertain = 0;
  /** The most that one write took. */
  mostTaken = 0;
  /** How often the environment has met the end of a period: it began the next one, or was told that another did. */
  periodsMet = 0;
  private period: number | undefined;

  constructor(
    private readonly store: MemorySpendingStore,
    private readonly books: Books,
    private readonly counts: Counts,
    private readonly nextWrite: () => Write | undefined,
  ) {}

  async spend(request: ChargeRequest, now: number): Promise<SpendOutcome> {
    let taken = { units: 0, bought: 0 };
    const { units: ofCall = request.cost, carried = new Map() } = request.counted ?? {};
    const ofCallsBefore = [...carried.values()].reduce((sum, units) => sum + units, 0);
    let [counted, attempts] = [0, 0];
    const told = await this.write(`${request.cost}`, async () => {
      this.books.lost += taken.units;
      const before = this.balance(request.customer);
      const result = await this.store.spend(request, now);
      taken = result.spent ? split(before, request.cost) : { units: 0, bought: 0 };
      this.books.taken += taken.units;
      this.mostTaken = Math.max(this.mostTaken, taken.units);
      // As `again` has it.
      attempts++;
      counted += result.spent ? ofCall + (attempts === 1 ? ofCallsBefore : 0) : 0;
      return result;
    })
      .catch((error: unknown) => {
        this.books.lost += taken.units;
        this.uncertain += error instanceof StoreBusyError ? 0 : ofCallsBefore;
        throw error;
      })
      .finally(() => {
        this.books.counted += counted;
      });
    // Who sends again, and is refused, does not know whether the first attempt was done.
    const outcome = told.spent || attempts < 2 ? told : { ...told, isUncertain: true };
    this.counted += outcome.spent ? ofCall + ofCallsBefore : 0;
    this.uncertain += !outcome.spent && attempts > 1 ? ofCallsBefore : 0;
    this.answered += taken.units;
    this.bought += taken.bought;
    this.periodsMet += outcome.balance?.periodEnd === this.period ? 0 : 1;
    this.period = outcome.balance?.periodEnd;
    return outcome;
  }

  rollOver(customer: string, ended: number, included: number, next: number): Promise<void> {
    this.periodsMet++;
    return this.write('the next period', async () => {
      const before = this.balance(customer);
      await this.store.rollOver(customer, ended, included, next);
      if (before !== undefined && this.balance(customer)?.periodEnd !== before.periodEnd) {
        this.counts.periods++;
        this.books.credited += included;
        this.books.ended += before.remaining - creditsLeft(before);
      }
    });
  }

  /** Units back into the store, by an ADD: what the engine must not do, for those here that do it. */
  giveBack(customer: string, units: number): Promise<void> {
    const write = this.write(`${units} units back`, async () => {
      const before = this.balance(customer);
      if (before !== undefined) {
        this.store.balances.set(customer, { ...before, remaining: before.remaining + units });
        this.books.taken -= units;
      }
    });
    return write.then(() => {
      this.answered -= units;
    });
  }

  private async write<T>(what: string, work: () => Promise<T>): Promise<T> {
    const { fate, late } = this.nextWrite() ?? DONE;
    this.counts.writes++;
    this.books.trace?.push(`   a write of ${what}: ${fate}`);
    if (fate === 'throttled') {
      this.counts.throttled++;
      throw new StoreBusyError('throttled');
    }
    if (fate === 'done twice') {
      this.counts.doneTwice++;
      await work();
    }
    const result = await work();
    for (let turn = 0; turn < late; turn++) {
      await undefined;
    }
    if (fate === 'answer lost') {
      this.counts.answersLost++;
      throw new Error('the answer was lost');
    }
    return result;
  }

  private balance(customer: string): Balance | undefined {
    return this.store.balances.get(customer);
  }
}

/** The plan's units are spent first. */
function split(before: Balance | undefined, units: number): { units: number; bought: number } {
  const included = before === undefined ? 0 : before.remaining - creditsLeft(before);
  return { units, bought: Math.max(0, units - included) };
}
