import type { Balance } from '../domain/balance';
import type { ConditionalUpdate } from './dynamodb-update';

type Branch = Pick<ConditionalUpdate, 'update' | 'condition' | 'values'>;

const NOTHING = { ':nothing': { N: '0' } };

/**
 * A new period's units, `:units`, put beside what the old one leaves, as `inNextPeriod` does it. Calls go on meanwhile, so no branch
 * relies on a number that was read before: exactly one condition holds at any moment. They name `remaining` and `credits`.
 */
export const NEXT_PERIOD: readonly Branch[] = [
  { update: '#remaining = #credits + :units', condition: '#remaining >= #credits', values: {} },
  {
    update: '#credits = #remaining, #remaining = #remaining + :units',
    condition: '#remaining < #credits AND #remaining >= :nothing',
    values: NOTHING,
  },
  {
    // What is owed is owed still.
    update: '#credits = :nothing, #remaining = #remaining + :units',
    condition: '#remaining < :nothing',
    values: NOTHING,
  },
];

/** The branch of `NEXT_PERIOD` whose condition holds of a balance as it was read. */
export function nextPeriod({ remaining, credits }: Pick<Balance, 'remaining' | 'credits'>): Branch {
  const [whole, split, owing] = NEXT_PERIOD as [Branch, Branch, Branch];
  if (remaining >= credits) {
    return whole;
  }
  return remaining >= 0 ? split : owing;
}

export interface SwitchBranch extends Branch {
  /** How many of the units to take there are none of; `lessRemaining`: that many less what remains when it is done. */
  readonly short: { readonly units: number; readonly lessRemaining: boolean };
}

/**
 * Units that come to a period in its middle, or, below nothing, leave it: as far as there are some of the plan's own. The branch
 * holds of a balance as it was read; it names `remaining` and `credits`, and relies on the latter.
 */
export function withUnits(units: number, balance: Pick<Balance, 'remaining' | 'credits'>): SwitchBranch {
  const { remaining, credits } = balance;
  const values = { ':units': { N: String(units) } };
  const added = { update: '#remaining = #remaining + :units', values };
  const none = { units: 0, lessRemaining: false };
  if (units >= 0) {
    const branch = nextPeriod(balance);
    const whole = { ...added, condition: '#remaining >= #credits' };
    return { ...(remaining >= credits ? whole : { ...branch, values: { ...branch.values, ...values } }), short: none };
  }
  const enough = { ':enough': { N: String(credits - units) } };
  if (remaining >= credits - units) {
    return { ...added, condition: '#remaining >= :enough', values: { ...values, ...enough }, short: none };
  }
  return remaining >= credits
    ? {
        update: '#remaining = #credits',
        condition: '#remaining >= #credits AND #remaining < :enough',
        values: enough,
        short: { units: credits - units, lessRemaining: true },
      }
    : {
        update: '#credits = #credits',
        condition: '#remaining < #credits',
        values: {},
        short: { units: -units, lessRemaining: false },
      };
}
