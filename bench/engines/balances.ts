import { fromOpeningBalance, Key } from '../../lambda/adapters/dynamodb-items';
import { NEVER } from '../../lambda/domain/clock';
import type { Catalogue } from '../../lib/private/catalogue';
import type { Engine } from './engine';

export const TABLE = 'Paywall';
export const KEY_ID = 'key001';
export const KEY_HASH = new Uint8Array(32).fill(1);

export const CATALOGUE: Catalogue = {
  plans: [{ id: 'pro', name: 'Pro', quota: { units: 0, period: 'once' }, usagePlanQuota: false, lanes: 1 }],
  topUps: [],
  defaultPlan: 'pro',
  gracePeriod: 0,
  clawback: true,
};

/** One BALANCE item a customer, as the paywall keeps it; the hand-written peers use the same one. */
export const balances: Pick<Engine, 'table' | 'keyOf' | 'opening' | 'remaining'> = {
  table: TABLE,
  keyOf: (customer) => Key.balance(customer),
  opening: (units) => ({
    ...fromOpeningBalance({
      plan: 'pro',
      standing: 'active',
      remaining: units,
      credits: 0,
      owed: 0,
      periodStart: 0,
      periodEnd: NEVER,
      linkSecret: new Uint8Array(32).fill(2),
    }),
    keys: { M: { [KEY_ID]: { B: KEY_HASH } } },
  }),
  remaining: (item) => Number(item?.remaining?.N ?? 0),
};
