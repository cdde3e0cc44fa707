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
