import { setTimeout as delay } from 'node:timers/promises';
import type { Items } from '../../../lambda/adapters/dynamodb-update';
import { type Balance, boughtUnits } from '../../../lambda/domain/balance';
import { type ChargeRequest, charge, explain } from '../../../lambda/domain/charge';
import { LeasedSpendingStore } from '../../../lambda/domain/leased-spending-store';
import { newcomersBalance, type PlanClaim, withClaim } from '../../../lambda/domain/plan-claim';
import { PATIENCE } from '../../support/patience';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { Stores } from './stores';
import type { TestTable } from './table';

const MIXED = { ...CATALOGUE, plans: [...CATALOGUE.plans, plan('daily', 20, 'day')] };

function claimOf(id: string, issuedAt = NOW): PlanClaim {
  return { plan: id, issuedAt, defaultPlan: 'free' };
}

/** What tokens do to customers, over any engine that speaks DynamoDB, and over any client. */
export function describeTokenCustomers(engine: string, updatesOf: (table: TestTable) => Items, url?: string): void {
  describe(`customers of tokens on ${engine}`, () => {
    let stores: Stores;
    let spending: Stores['spending'];
    let last = 0;

    beforeAll(async () => {
      stores = await Stores.open(updatesOf, url);
      ({ spending } = stores);
    });

    afterAll(() => stores.close());

    const newId = () => `token${String(++last).padStart(9, '0')}`;
    const secret = (byte: number) => new Uint8Array(16).fill(byte);
    const request = (customer: string, overrides: Partial<ChargeRequest> = {}): ChargeRequest => ({
      customer,
      credential: 'token',
      cost: 1,
      ...overrides,
    });
    const call = (
      wanted: ChargeRequest,
      store: Pick<Stores, 'spending'>['spending'] | LeasedSpendingStore = spending,
    ) => charge(store, MIXED, wanted, () => NOW, { customers: spending, newLinkSecret: () => secret(3) });

    test('two environments that see a customer first at once make one, and both calls are charged', async () => {
      const customer = newId();
      const decisions = await Promise.all(Array.from({ length: 8 }, () => call(request(customer))));
      expect(decisions.map(({ kind }) => kind)).toEqual(Array(8).fill('granted'));
      expect(await stores.balanceOf(customer)).toMatchObject({ plan: 'free', remaining: 42, linkSecret: secret(3) });
    });

    test('opening one whom there is already changes nothing', async () => {
      const customer = await stores.customerWith({ remaining: 7 });
      const before = await stores.balanceOf(customer);
      await spending.open(customer, newcomersBalance(MIXED, claimOf('max'), NOW, secret(9)));
      expect(await stores.balanceOf(customer)).toEqual(before);
    });

    test('a newcomer is opened on the plan that his token claims, and it is heeded', async () => {
      const customer = newId();
      expect(await call(request(customer, { claim: claimOf('pro') }))).toMatchObject({ kind: 'granted' });
      const claimed = { plan: 'pro', at: NOW };
      expect(await stores.balanceOf(customer)).toMatchObject({ plan: 'pro', remaining: 999, claimed });
    });

    test('the store heeds a claim where the balance says so', async () => {
      const standings: Partial<Balance>[] = ['free', 'pro', 'max'].flatMap((id) => [
        { plan: id },
        ...['free', 'pro', 'max'].map((claimed) => ({ plan: id, claimed: { plan: claimed, at: NOW - 10 } })),
      ]);
      const claims = ['free', 'pro', 'max'].flatMap((id) => [
        claimOf(id, NOW),
        claimOf(id, NOW - 10),
        claimOf(id, NOW - 20),
      ]);
      for (const standing of standings) {
        const customer = await stores.customerWith({ ...standing, remaining: 1_000 });
        for (const claim of claims) {
          const wanted = request(customer, { claim, cost: 0 });
          const { spent, balance } = await spending.spend(wanted, NOW);
          const isHeeded = explain(balance, wanted, NOW) === undefined;
          expect({ standing, claim, spent }).toEqual({ standing, claim, spent: isHeeded });
        }
      }
    });

    test('a change of plan is what it was computed to be, windows that were left included', async () => {
      const customer = await stores.customerWith({ remaining: 10, credits: 3 });
      for (const id of ['pro', 'daily', 'max', 'free']) {
        const read = await stores.balanceOf(customer);
        const next = withClaim(read, claimOf(id, NOW + ++last), MIXED, NOW);
        await spending.replace(customer, read, next);
        expect(await stores.balanceOf(customer)).toEqual(next);
      }
      expect(await stores.balanceOf(customer)).toMatchObject({ leftWindows: { 'day Etc/UTC': { spent: 0 } } });
    });

    test.each<[string, (customer: string) => Promise<unknown>]>([
      ['a call', (customer) => spending.spend(request(customer), NOW)],
      ['a payment', (customer) => stores.payments.post(customer, { kind: 'top_up', id: `cs_${customer}`, units: 5 })],
      ['another change', (customer) => call(request(customer, { cost: 0, claim: claimOf('max', NOW + 1) }))],
    ])('a change is not made over %s that was not seen', async (_, meanwhile) => {
      const customer = await stores.customerWith();
      const read = await stores.balanceOf(customer);
      await meanwhile(customer);
      const between = await stores.balanceOf(customer);
      await spending.replace(customer, read, withClaim(read, claimOf('pro'), MIXED, NOW));
      expect(await stores.balanceOf(customer)).toEqual(between);
    });

    test(
      'tokens of several plans at once, through several environments that lease, spend no more than the largest plan has',
      async () => {
        const customer = newId();
        const environments = Array.from(
          { length: 4 },
          () => new LeasedSpendingStore(spending, { maxBlock: 100, life: 5_000, milliseconds: () => Date.now() }),
        );
        let [own, issuedAt] = [0, NOW - 10_000];
        const caller = async (store: LeasedSpendingStore, turn: number) => {
          for (let calls = 0; calls < 25; calls++) {
            const claim = claimOf(['free', 'pro'][(turn + calls) % 2] ?? '', ++issuedAt);
            const decision = await call(request(customer, { cost: 15, claim }), store);
            own += decision.kind === 'granted' ? 15 - boughtUnits(decision.balance, 15) : 0;
            await delay(1);
          }
        };
        await Promise.all(environments.map(caller));
        expect(own).toBeLessThanOrEqual(1_000);
        expect(own).toBeGreaterThan(500);
      },
      PATIENCE,
    );
  });
}
