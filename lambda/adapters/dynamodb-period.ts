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

/**
 * Units, `:units`, that come to a period in its middle, or, below nothing, leave it: as far as there are some of the plan's own. They
 * name `remaining` and `credits`, and rely on `:credits` as it was read.
 */
export function withUnits(units: number, credits: number): readonly Branch[] {
  if (units >= 0) {
    const [, split, owing] = NEXT_PERIOD;
    const first = { update: '#remaining = #remaining + :units', condition: '#remaining >= #credits', values: {} };
    return [first, split as Branch, owing as Branch];
  }
  const enough = { ':enough': { N: String(credits - units) } };
  return [
    { update: '#remaining = #remaining + :units', condition: '#remaining >= :enough', values: enough },
    {
      update: '#remaining = #credits',
      condition: '#remaining >= #credits AND #remaining < :enough',
      values: enough,
    },
    { update: '#credits = #credits', condition: '#remaining < #credits', values: {} },
  ];
}
