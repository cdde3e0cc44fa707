import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbOperatedCustomers } from '../../../lambda/adapters/dynamodb-operated-customers';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbSettlementStore } from '../../../lambda/adapters/dynamodb-settlement-store';
import { type Balance, openingBalance } from '../../../lambda/domain/balance';
import type { Grant } from '../../../lambda/domain/ledger';
import { settle } from '../../../lambda/domain/settlement';
import { CREDITED_ATTRIBUTES, SETTLED_ATTRIBUTES } from '../../../lib/private/attributes';
import { balance, NOW, plan } from '../fixtures';
import { endingAfter, overtaken, recording } from './clients';
import { describeRenewals } from './describe-renewals';
import { describeSettlements } from './describe-settlements';
import { HASH, NEXT, request, Stores } from './stores';
import type { TestTable } from './table';
import { viaSdk } from './updates';

/** Thousands of requests, on whatever machine: how fast they are is nothing that is promised here. */
jest.setTimeout(60_000);

/** What the stores promise that no caller waits for, over any engine that speaks DynamoDB. */
export function describePayments(engine: string, url?: string): void {
  describe(`payments on ${engine}`, () => {
    let stores: Stores;
    let spending: Stores['spending'];
    let customers: Stores['customers'];
    let payments: Stores['payments'];

    beforeAll(async () => {
      stores = await Stores.open(viaSdk, url);
      ({ spending, customers, payments } = stores);
    });

    afterAll(() => stores.close());

    const customerWith = (overrides: Partial<Balance> = {}) => stores.customerWith(overrides);
    const balanceOf = (customer: string) => stores.balanceOf(customer);

    describe('crediting', () => {
      const entry: Grant = { kind: 'top_up', id: 'checkout_session#cs_1', units: 100 };

      test('adds once, however often and however parallel the entry comes', async () => {
        const customer = await customerWith();
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => payments.post(customer, entry)));
        expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
        expect(await payments.post(customer, entry)).toBe('duplicate');
        expect(await balanceOf(customer)).toMatchObject({ remaining: 150, credits: 100 });
      });

      test('loses nothing while the balance is being spent', async () => {
        const customer = await customerWith();
        const calls = Array.from({ length: 100 }, () => spending.spend(request(customer), NOW));
        const credits = Array.from({ length: 10 }, (_, index) =>
          payments.post(customer, { ...entry, id: `cs_${index}` }),
        );
        const [served] = await Promise.all([Promise.all(calls), Promise.all(credits)]);
        const granted = served.filter(({ spent }) => spent).length;
        expect((await balanceOf(customer)).remaining).toBe(50 + 10 * 100 - granted);
      });

      test('carries on from wherever an earlier run was ended', async () => {
        for (const writes of [1, 2, 3]) {
          const customer = await customerWith();
          const mortal = new DynamoDbPaymentStore(
            endingAfter(stores.table.client, writes),
            stores.table.table,
            () => NOW,
          );
          await mortal.post(customer, entry).catch(() => undefined);
          await payments.post(customer, entry);
          expect(await payments.post(customer, entry)).toBe('duplicate');
          expect(await balanceOf(customer)).toMatchObject({ remaining: 150, credits: 100 });
        }
      });

      test('remembers one entry on the balance, and the others by the ledger', async () => {
        const customer = await customerWith();
        await payments.post(customer, entry);
        await payments.post(customer, { ...entry, id: 'checkout_session#cs_2' });
        expect((await rawBalance(stores.table, customer)).lastEntry).toEqual({ S: 'checkout_session#cs_2' });
        expect(await payments.post(customer, entry)).toBe('duplicate');
        expect((await balanceOf(customer)).remaining).toBe(250);
      });

      test('does once what was written and not done, though another entry has come since', async () => {
        for (const writes of [1, 2]) {
          const customer = await customerWith();
          const mortal = new DynamoDbPaymentStore(
            endingAfter(stores.table.client, writes),
            stores.table.table,
            () => NOW,
          );
          await mortal.post(customer, entry).catch(() => undefined);
          await payments.post(customer, { ...entry, id: 'checkout_session#cs_2' });
          await Promise.all([payments.post(customer, entry), payments.post(customer, entry)]);
          expect(await balanceOf(customer)).toMatchObject({ remaining: 250, credits: 200 });
        }
      });

      test.each([
        ['as far as they are unspent', { remaining: 130, credits: 100 }, 60, { remaining: 70, credits: 40, owed: 0 }],
        ['and the rest is owed', { remaining: 130, credits: 100 }, 150, { remaining: 30, credits: 0, owed: 50 }],
        ['of what some have been spent', { remaining: 70, credits: 100 }, 80, { remaining: 0, credits: 30, owed: 10 }],
        ['of which nothing is left', { remaining: 0, credits: 100 }, 80, { remaining: 0, credits: 100, owed: 80 }],
        ['of a balance below nothing', { remaining: -5, credits: 100 }, 80, { remaining: -5, credits: 100, owed: 80 }],
      ])('takes back bought units, %s, once', async (_, before, units, after) => {
        const customer = await customerWith(before);
        const clawback = { kind: 'clawback' as const, id: 'refund#re_1', units };
        await Promise.all([payments.post(customer, clawback), payments.post(customer, clawback)]);
        expect(await payments.post(customer, clawback)).toBe('duplicate');
        expect(await balanceOf(customer)).toMatchObject(after);
      });

      test('what is owed is settled by the next purchase, and by no allowance', async () => {
        const customer = await customerWith({ remaining: 50, credits: 0, periodEnd: NEXT });
        await payments.post(customer, { kind: 'clawback', id: 'dispute#du_1', units: 30 });
        await spending.rollOver(customer, NEXT, 50, NEXT + 1);
        expect(await balanceOf(customer)).toMatchObject({ remaining: 50, credits: 0, owed: 30 });
        await payments.post(customer, { kind: 'top_up', id: 'cs_1', units: 20 });
        expect(await balanceOf(customer)).toMatchObject({ remaining: 50, credits: 0, owed: 10 });
        await payments.post(customer, { kind: 'restored', id: 'dispute#du_1#won', units: 30 });
        expect(await balanceOf(customer)).toMatchObject({ remaining: 70, credits: 20, owed: 0 });
      });

      test('takes back no more than is there while calls go on', async () => {
        const customer = await customerWith({ remaining: 60, credits: 100 });
        const calls = Array.from({ length: 30 }, () => spending.spend(request(customer), NOW));
        const [served] = await Promise.all([
          Promise.all(calls),
          payments.post(customer, { kind: 'clawback', id: 'refund#re_2', units: 100 }),
        ]);
        const granted = served.filter(({ spent }) => spent).length;
        const after = await balanceOf(customer);
        expect(after.remaining).toBe(0);
        expect(granted + (100 - after.owed)).toBe(60);
      });

      test.each([
        ['units that are bought', { kind: 'top_up', units: 100 }, { remaining: 60 + 100, credits: 100 + 100, owed: 0 }],
        ['some of what is left', { kind: 'clawback', units: 20 }, { remaining: 60 - 20, credits: 100 - 20, owed: 0 }],
        ['all that is left, and more', { kind: 'clawback', units: 100 }, { remaining: 0, credits: 40, owed: 40 }],
      ] as const)('is held up by no call that comes between any two of its steps: %s', async (_, change, after) => {
        const customer = await customerWith({ remaining: 60, credits: 100 });
        let granted = 0;
        const busy = overtaken(stores.table.client, async () => {
          granted += (await spending.spend(request(customer), NOW)).spent ? 1 : 0;
        });
        const paying = new DynamoDbPaymentStore(busy, stores.table.table, () => NOW);
        expect(await paying.post(customer, { ...change, id: 'busy' })).toBe('applied');
        const { remaining, credits, owed } = await balanceOf(customer);
        // The calls before the write have left so much less to take; those after it have found so much less.
        expect(remaining - owed + granted).toBe(after.remaining - after.owed);
        expect(remaining).toBeGreaterThanOrEqual(0);
        expect(credits - owed).toBe(after.credits - after.owed);
        // Marker, balance, entry, balance, mark: a request more is an attempt that has failed.
        expect(granted).toBeLessThanOrEqual(5);
      });

      test('of a customer that there is none of is an error, to be tried again', async () => {
        await expect(payments.post('nobody', entry)).rejects.toThrow('no balance');
      });
    });

    describe('changes of plan', () => {
      const change = { cause: 'subscription#sub_1#pro', plan: 'pro', units: 1_000, period: { start: NOW, end: NEXT } };

      test.each([
        ['bought units', { remaining: 30, credits: 10 }, { remaining: 1_010, credits: 10 }],
        ['some of them spent', { remaining: 4, credits: 10 }, { remaining: 1_004, credits: 4 }],
      ])('keep %s, and come once', async (_, before, after) => {
        const customer = await customerWith(before);
        await payments.changePlan(customer, change);
        await spending.spend(request(customer, { cost: 5 }), NOW);
        await payments.changePlan(customer, change);
        const balance = await balanceOf(customer);
        expect(balance).toMatchObject({ plan: 'pro', credits: after.credits, remaining: after.remaining - 5 });
      });

      test.each([
        ['up, with what was spent counted', { remaining: 400, credits: 0 }, 8_000, { remaining: 8_400, credits: 0 }],
        [
          'up, when bought units are being spent',
          { remaining: 4, credits: 10 },
          8_000,
          { remaining: 8_004, credits: 4 },
        ],
        ['up, when units are owed', { remaining: -4, credits: 10 }, 8_000, { remaining: 7_996, credits: 0 }],
        ['down, with what was spent counted', { remaining: 900, credits: 100 }, -500, { remaining: 400, credits: 100 }],
        ['down, below what was spent', { remaining: 300, credits: 100 }, -500, { remaining: 100, credits: 100 }],
        [
          'down, when bought units are being spent',
          { remaining: 70, credits: 100 },
          -500,
          { remaining: 70, credits: 100 },
        ],
      ])('in mid-period go %s, once', async (_, before, units, after) => {
        const customer = await customerWith({ ...before, plan: 'pro' });
        const period = await balanceOf(customer);
        const switched = { cause: 'subscription#sub_1#max', from: 'pro', plan: 'max', units };
        await Promise.all([payments.switchPlan(customer, switched), payments.switchPlan(customer, switched)]);
        await payments.switchPlan(customer, switched);
        const { periodStart, periodEnd } = period;
        expect(await balanceOf(customer)).toMatchObject({ plan: 'max', ...after, periodStart, periodEnd });
      });

      test('do not lift a suspension', async () => {
        const customer = await customerWith({ standing: 'suspended' });
        await payments.changePlan(customer, change);
        await payments.beginGrace(customer, NOW);
        await payments.endGrace(customer);
        expect((await balanceOf(customer)).standing).toBe('suspended');
      });

      test('what they say of the standing during a suspension holds once it is over', async () => {
        const { client, table } = stores.table;
        const operated = new DynamoDbOperatedCustomers(client, table);
        const customer = await customerWith();
        const steps: [() => Promise<unknown>, Partial<Balance>][] = [
          [() => operated.suspend(customer), { standing: 'suspended', graceEndsAt: undefined }],
          [() => payments.beginGrace(customer, NOW + 1), { standing: 'suspended', graceEndsAt: NOW + 1 }],
          [() => payments.beginGrace(customer, NOW + 9), { standing: 'suspended', graceEndsAt: NOW + 1 }],
          [() => operated.resume(customer), { standing: 'grace', graceEndsAt: NOW + 1 }],
          [() => operated.suspend(customer), { standing: 'suspended', graceEndsAt: NOW + 1 }],
          [() => payments.endGrace(customer), { standing: 'suspended', graceEndsAt: undefined }],
          [() => payments.endGrace(customer), { standing: 'suspended', graceEndsAt: undefined }],
          [() => operated.resume(customer), { standing: 'active', graceEndsAt: undefined }],
        ];
        for (const [step, expected] of steps) {
          await step();
          expect(await balanceOf(customer)).toMatchObject(expected);
        }
      });

      test('a time of grace that begins while an operator resumes the customer is not lost', async () => {
        const { client, table } = stores.table;
        const operated = new DynamoDbOperatedCustomers(client, table);
        const customer = await customerWith({ standing: 'suspended' });
        let writes = 0;
        // Before the second write: the first has found the customer suspended.
        const late = overtaken(client, async () => {
          writes += 1;
          await (writes === 2 ? operated.resume(customer) : undefined);
        });
        await new DynamoDbPaymentStore(late, table, () => NOW).beginGrace(customer, NOW + 5);
        expect(writes).toBe(3);
        expect(await balanceOf(customer)).toMatchObject({ standing: 'grace', graceEndsAt: NOW + 5 });
      });

      test('grace begins once, and ends', async () => {
        const customer = await customerWith();
        await payments.beginGrace(customer, NOW + 1);
        await payments.beginGrace(customer, NOW + 9);
        expect(await balanceOf(customer)).toMatchObject({ standing: 'grace', graceEndsAt: NOW + 1 });
        await payments.endGrace(customer);
        expect(await balanceOf(customer)).toMatchObject({ standing: 'active', graceEndsAt: undefined });
      });
    });

    describeRenewals(() => ({ payments, spending, customerWith, balanceOf }));

    describeSettlements(engine, 8, () => ({
      spending,
      settlements: new DynamoDbSettlementStore(stores.table.client, stores.table.table, () => NOW),
      endingAfter: (writes) =>
        new DynamoDbSettlementStore(endingAfter(stores.table.client, writes), stores.table.table, () => NOW),
      customerWith,
      balanceOf,
      credit: async (customer, units) => {
        await payments.post(customer, { kind: 'top_up', id: `cs_${randomUUID()}`, units });
      },
    }));

    describe('subscriptions', () => {
      test('the youngest is adopted, and tells which one it replaces until that is forgotten', async () => {
        const customer = await customerWith();
        const old = { subscription: 'sub_old', created: 100 };
        const young = { subscription: 'sub_young', created: 200 };
        expect(await payments.adopt(customer, old)).toEqual({ adopted: true, replaced: undefined });
        expect(await payments.adopt(customer, young)).toEqual({ adopted: true, replaced: 'sub_old' });
        expect(await payments.adopt(customer, young)).toEqual({ adopted: true, replaced: 'sub_old' });
        expect(await payments.adopt(customer, old)).toMatchObject({ adopted: false });
        await payments.forgetReplaced(customer, 'sub_old');
        expect(await payments.adopt(customer, young)).toEqual({ adopted: true, replaced: undefined });
      });

      test('only the present one can be released, and an old one does not come back after it', async () => {
        const customer = await customerWith();
        await payments.adopt(customer, { subscription: 'sub_young', created: 200 });
        expect(await payments.release(customer, 'sub_old')).toBe(false);
        expect(await payments.release(customer, 'sub_young')).toBe(true);
        expect(await payments.adopt(customer, { subscription: 'sub_old', created: 100 })).toMatchObject({
          adopted: false,
        });
      });
    });

    describe('customers', () => {
      test('are made once', async () => {
        const customer = await customerWith({ remaining: 3 });
        await customers.create(customer, openingBalance(plan('free', 50), NOW, new Uint8Array(16)));
        expect((await balanceOf(customer)).remaining).toBe(3);
      });

      test('get one first key, however many ask at once', async () => {
        await customers.create('newcomer', openingBalance(plan('free', 50), NOW, new Uint8Array(16)));
        const asked = Array.from({ length: 20 }, (_, index) => customers.addFirstKey('newcomer', `k${index}`, HASH));
        expect((await Promise.all(asked)).filter((given) => given)).toHaveLength(1);
        expect(Object.keys((await balanceOf('newcomer')).keys)).toHaveLength(1);
      });

      test('see whether an entry is on the balance', async () => {
        const customer = await customerWith();
        const entry = { kind: 'top_up', id: 'checkout_session#cs_1', units: 10 } as const;
        expect(await customers.isApplied(customer, entry.id)).toBe(false);
        await payments.post(customer, entry);
        expect(await customers.isApplied(customer, entry.id)).toBe(true);
      });

      test('that there are none of get no key', async () => {
        expect(await customers.addFirstKey('nobody', 'key001', HASH)).toBe(false);
      });

      test('are linked to the first customer at Stripe', async () => {
        const customer = await customerWith();
        await payments.linkStripeCustomer(customer, 'cus_1');
        await payments.linkStripeCustomer(customer, 'cus_2');
        expect(await customers.account(customer)).toMatchObject({ stripeCustomer: 'cus_1' });
      });

      test('a seen event is known', async () => {
        expect(await payments.isSeen('evt_1')).toBe(false);
        await payments.markSeen('evt_1', 'invoice.paid');
        await payments.markSeen('evt_1', 'invoice.paid');
        expect(await payments.isSeen('evt_1')).toBe(true);
      });
    });

    test('a payment writes no attribute of a customer that its role may not', async () => {
      const written = new Set<string>();
      const spied = new DynamoDbPaymentStore(recording(stores.table.client, written), stores.table.table, () => NOW);
      const customer = await customerWith();
      await spied.create('made-by-a-payment', openingBalance(plan('free', 50), NOW, new Uint8Array(16)));
      await spied.linkStripeCustomer(customer, 'cus_1');
      await spied.post(customer, { kind: 'top_up', id: 'cs_9', units: 1 });
      await spied.post(customer, { kind: 'top_up', id: 'cs_10', units: 1 });
      await spied.adopt(customer, { subscription: 'sub_1', created: 1 });
      await spied.adopt(customer, { subscription: 'sub_2', created: 2 });
      await spied.forgetReplaced(customer, 'sub_1');
      await spied.changePlan(customer, { cause: 'c', plan: 'pro', units: 1, period: { start: NOW, end: NEXT } });
      await spied.renew(customer, { cause: 'r', plan: 'pro', units: 1, period: { start: NEXT, end: NEXT + 9 } });
      await spied.beginGrace(customer, NOW);
      await spied.endGrace(customer);
      await spied.release(customer, 'sub_2');
      expect([...written].filter((attribute) => !CREDITED_ATTRIBUTES.includes(attribute))).toEqual([]);
      expect(written.size).toBeGreaterThan(10);
    });

    test('a settlement writes no attribute of a customer that its role may not', async () => {
      const written = new Set<string>();
      const spied = new DynamoDbSettlementStore(recording(stores.table.client, written), stores.table.table, () => NOW);
      const customer = await customerWith();
      for (const chargeId of [randomUUID(), randomUUID()]) {
        const charged = { chargeId, customer, charged: 1, bought: 0, period: balance().periodStart };
        await settle(spied, [{ ...charged, kind: 'refund' }], randomUUID);
      }
      expect([...written].sort()).toEqual(['credits', 'lastEntry', 'owed', 'periodStart', 'remaining']);
      expect([...written].filter((attribute) => !SETTLED_ATTRIBUTES.includes(attribute))).toEqual([]);
      expect((await balanceOf(customer)).remaining).toBe(52);
    });
  });
}

async function rawBalance({ client, table }: TestTable, customer: string) {
  const Key = { pk: { S: `CUSTOMER#${customer}` }, sk: { S: 'BALANCE' } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key }));
  return Item ?? {};
}
