import fc from 'fast-check';
import type { Items } from '../../../lambda/adapters/dynamodb-update';
import { type Balance, creditsLeft } from '../../../lambda/domain/balance';
import { PATIENCE } from '../../support/patience';
import { NOW } from '../fixtures';
import { describeSpendingStore } from './describe-spending-store';
import { NEXT, request, Stores } from './stores';
import type { TestTable } from './table';

/** Thousands of requests, on whatever machine: how fast they are is nothing that is promised here. */
jest.setTimeout(60_000);

/** What the spending store promises over any engine that speaks DynamoDB, and over any client. */
export function describeStores(engine: string, updatesOf: (table: TestTable) => Items, url?: string): void {
  describe(`stores on ${engine}`, () => {
    let stores: Stores;
    let spending: Stores['spending'];
    let customers: Stores['customers'];
    let payments: Stores['payments'];

    beforeAll(async () => {
      stores = await Stores.open(updatesOf, url);
      ({ spending, customers, payments } = stores);
    });

    afterAll(() => stores.close());

    const customerWith = (overrides: Partial<Balance> = {}) => stores.customerWith(overrides);
    const balanceOf = (customer: string) => stores.balanceOf(customer);

    describeSpendingStore(engine, () => ({
      store: spending,
      put: (balance) => stores.put(balance),
      balanceOf: (customer) => customers.balance(customer),
    }));

    test(
      'any order of calls, payments, periods and plans leaves what a plain sum of them would',
      async () => {
        const step = fc.oneof(
          fc.record({ spend: fc.integer({ min: 0, max: 40 }) }),
          fc.record({ credit: fc.integer({ min: 1, max: 40 }) }),
          fc.record({ rollOver: fc.constant(50) }),
          fc.record({ plan: fc.constantFrom('free', 'pro') }),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
            const customer = await customerWith({ periodEnd: NEXT });
            let [included, bought, current, end] = [50, 0, 'free', NEXT];
            for (const [index, next] of steps.entries()) {
              if ('spend' in next) {
                const { spent } = await spending.spend(request(customer, { cost: next.spend }), NOW);
                expect(spent).toBe(included + bought >= next.spend);
                const fromPlan = spent ? Math.min(included, next.spend) : 0;
                included -= fromPlan;
                bought -= spent ? next.spend - fromPlan : 0;
              } else if ('credit' in next) {
                await payments.post(customer, { kind: 'top_up', id: `cs_${index}`, units: next.credit });
                bought += next.credit;
              } else if ('rollOver' in next) {
                await spending.rollOver(customer, end, next.rollOver, end + 1);
                included = next.rollOver;
                end += 1;
              } else {
                const period = { start: NOW, end };
                const step = { id: `c${index}`, from: current, plan: next.plan, units: 200, period };
                await payments.post(customer, { kind: 'plan', ...step, revision: index });
                included = 200;
                current = next.plan;
              }
            }
            const balance = await balanceOf(customer);
            expect({ remaining: balance.remaining, credits: creditsLeft(balance), plan: balance.plan }).toEqual({
              remaining: included + bought,
              credits: bought,
              plan: current,
            });
          }),
          { numRuns: 15 },
        );
      },
      PATIENCE,
    );
  });
}
