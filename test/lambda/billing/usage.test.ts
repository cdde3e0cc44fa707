import type { BillingDependencies, BillingRequest } from '../../../lambda/billing/request';
import { showUsage } from '../../../lambda/billing/usage';
import { hashApiKey, newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import type { Balance } from '../../../lambda/domain/balance';
import type { QuotaEntry } from '../../../lib/private/catalogue';
import { balance, CATALOGUE, NOW } from '../fixtures';

const { text: apiKey, key } = newApiKey('test', newCustomerId());

async function usageOf(quota: QuotaEntry, overrides: Partial<Balance>) {
  const known = balance({ remaining: 12, ...overrides, keys: { [key.keyId]: hashApiKey(apiKey) } });
  const plans = CATALOGUE.plans.map((plan) => ({ ...plan, quota }));
  const dependencies: Partial<BillingDependencies> = {
    store: { balance: async () => known } as Partial<BillingDependencies['store']> as BillingDependencies['store'],
    catalogue: { ...CATALOGUE, plans },
    clock: () => NOW,
  };
  const event = { headers: { 'x-api-key': apiKey } } as Partial<BillingRequest['event']>;
  const { body } = await showUsage(
    { event, requestId: 'request-1' } as BillingRequest,
    dependencies as BillingDependencies,
  );
  return JSON.parse(body);
}

test.each<[string, QuotaEntry, Partial<Balance>, object]>([
  ['a trial, which has no end', { units: 50, period: 'once' }, {}, { limit: 50, remaining: 12, resetsAt: null }],
  [
    'no number where there is no limit, but the bought units',
    { period: 'unlimited' },
    { remaining: 10 ** 15, credits: 7 },
    { limit: null, remaining: null, included: null, credits: 7, resetsAt: null },
  ],
  [
    'no number where there was no limit when the period began',
    { units: 50, period: 'month' },
    { remaining: 10 ** 15 - 3 },
    { limit: null, remaining: null, included: null, resetsAt: null },
  ],
  [
    'a day of a time zone',
    { units: 50, period: 'day', timeZone: 'Asia/Tokyo' },
    { periodEnd: NOW },
    { remaining: 50, resetsAt: '2026-11-23T15:00:00.000Z' },
  ],
  [
    'a billing period that has begun without a call',
    { units: 50, period: 'billing' },
    { periodEnd: NOW - 3_600, credits: 5 },
    { remaining: 55, included: 50, credits: 5, resetsAt: '2026-12-23T11:00:00.000Z' },
  ],
])('usage shows %s', async (_, quota, overrides, shown) => {
  expect(await usageOf(quota, overrides)).toMatchObject(shown);
});
