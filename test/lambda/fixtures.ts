import type { Balance } from '../../lambda/domain/balance';
import type { Catalogue, Period, PlanEntry } from '../../lib/private/catalogue';

/** 2026-11-23T12:00:00Z, a Monday. */
export const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

export function plan(
  id: string,
  units: number | undefined,
  period: Period = 'month',
  price?: PlanEntry['price'],
): PlanEntry {
  return { id, name: id.toUpperCase(), quota: { units, period }, price, usagePlanQuota: false, lanes: 4 };
}

export const CATALOGUE: Catalogue = {
  plans: [
    plan('free', 50),
    plan('pro', 1_000, 'month', { amount: 2900, currency: 'usd', interval: 'month' }),
    plan('max', 9_000, 'month', { amount: 9900, currency: 'usd', interval: 'month' }),
  ],
  topUps: [{ id: '1k', name: '1,000 units', units: 1_000, price: { amount: 500, currency: 'usd' } }],
  defaultPlan: 'free',
  gracePeriod: 3 * 86_400,
  clawback: true,
};

export function balance(overrides: Partial<Balance> = {}): Balance {
  return {
    plan: 'free',
    standing: 'active',
    remaining: 50,
    credits: 0,
    owed: 0,
    periodStart: NOW - 29 * 86_400,
    periodEnd: NOW + 86_400,
    linkSecret: new Uint8Array(16).fill(7),
    keys: { key001: new Uint8Array(32).fill(1) },
    keyExpiries: {},
    surrogateKeys: [],
    ...overrides,
  };
}
