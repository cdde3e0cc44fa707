import { QUOTA, TRIAL } from './terms';

/** What one customer has been charged, and is to get back, as he has seen it himself: by the beginning of the period. */
export class Tally {
  private readonly periods = new Map<number, { charged: number; back: number }>();

  /** @param back units that come back: all of a call that was not served, or what it took less than was reserved for it */
  add(period: number, charged: number, back: number): void {
    const before = this.of(period);
    this.periods.set(period, { charged: before.charged + charged, back: before.back + back });
  }

  of(period: number): { readonly charged: number; readonly back: number } {
    return this.periods.get(period) ?? { charged: 0, back: 0 };
  }

  get whole(): { readonly charged: number; readonly back: number } {
    const all = [...this.periods.values()];
    return { charged: sum(all.map(({ charged }) => charged)), back: sum(all.map(({ back }) => back)) };
  }

  /** What is spent of each period, once everything has come back. */
  get spent(): readonly number[] {
    return [...this.periods.values()].map(({ charged, back }) => charged - back);
  }
}

/** Units, or periods, of one customer by which money has come and gone. */
export interface Account {
  readonly bought: number;
  readonly takenBack: number;
  /** Periods of the plan that is paid for. */
  readonly periods: number;
}

export const NOTHING: Account = { bought: 0, takenBack: 0, periods: 0 };

/** What the table says of one customer. */
export interface Book {
  readonly plan: string;
  /** What is left, less what is owed. */
  readonly left: number;
  readonly periodStart: number;
  readonly ledger: Account & {
    /** Units that have come back for calls. */
    readonly settled: number;
    /** Entries that are written and not on the balance. */
    readonly pending: number;
  };
}

export interface Audited {
  /** What does not agree, in words. */
  readonly disagreements: readonly string[];
  /** Units that have left the table and were granted to nobody: environments hold them. Below nothing they were granted without leaving it. */
  readonly held: number;
}

/** Whether what one customer has seen, what the table says and what was paid at Stripe are the same, to the unit. */
export function audit(customer: string, tally: Tally, book: Book | undefined, paid: Account): Audited {
  if (book === undefined) {
    return { disagreements: [`${customer} has no balance`], held: 0 };
  }
  const { ledger, plan, periodStart, left } = book;
  const { charged, back } = plan === 'pro' ? tally.of(periodStart) : tally.whole;
  const given = plan === 'pro' ? QUOTA : TRIAL;
  const held = given + paid.bought - paid.takenBack - charged + back - left;
  const pairs = [
    ['units bought, in the ledger and at Stripe', ledger.bought, paid.bought],
    ['units taken back, in the ledger and at Stripe', ledger.takenBack, paid.takenBack],
    ['periods, in the ledger and at Stripe', ledger.periods, paid.periods],
    ['units back for calls, in the ledger and by the calls', ledger.settled, tally.whole.back],
    ['entries that are not on the balance', ledger.pending, 0],
    ['units granted that were not there', Math.max(0, -held), 0],
  ] as const;
  const disagreements = pairs
    .filter(([, one, other]) => one !== other)
    .map(([what, one, other]) => `${customer}: ${what}: ${one}, not ${other}`);
  const overspent = tally.spent
    .filter((spent) => plan === 'pro' && spent > QUOTA)
    .map((spent) => `${customer}: ${spent} units of a period of ${QUOTA}`);
  return { disagreements: [...disagreements, ...overspent], held };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
