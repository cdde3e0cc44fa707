import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbOperatedCustomers } from '../../../lambda/adapters/dynamodb-operated-customers';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbSettlementStore } from '../../../lambda/adapters/dynamodb-settlement-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import { type Balance, openingBalance } from '../../../lambda/domain/balance';
import type { Grant } from '../../../lambda/domain/ledger';
import { settle } from '../../../lambda/domain/settlement';
import { CREDITED_ATTRIBUTES, SETTLED_ATTRIBUTES } from '../../../lib/private/attributes';
import { balance, NOW, plan } from '../fixtures';
import { endingAfter, overtaken, recording } from './clients';
import { describePlanSteps } from './describe-plan-steps';
import { describeRenewals } from './describe-renewals';
import { describeSettlements } from './describe-settlements';
import { NEXT, planStep, request, Stores } from './stores';
import type { TestTable } from './table';
import { viaLeanClient } from './updates';

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
      stores = await Stores.open(viaLeanClient, url);
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
            patientItems(endingAfter(stores.table.client, writes)),
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
            patientItems(endingAfter(stores.table.client, writes)),
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
        const paying = new DynamoDbPaymentStore(patientItems(busy), stores.table.table, () => NOW);
        expect(await paying.post(customer, { ...change, id: 'busy' })).toBe('applied');
        const { remaining, credits, owed } = await balanceOf(customer);
        // The calls before the write have left so much less to take; those after it have found so much less.
        expect(remaining - owed + granted).toBe(after.remaining - after.owed);
        expect(remaining).toBeGreaterThanOrEqual(0);
        expect(credits - owed).toBe(after.credits - after.owed);
        // Balance, entry, balance, mark: a request more is an attempt that has failed.
        expect(granted).toBeLessThanOrEqual(4);
      });

      test('of a customer that there is none of is an error, to be tried again', async () => {
        await expect(payments.post('nobody', entry)).rejects.toThrow('no balance');
      });

      test('makes the customer who is to be made by it, once', async () => {
        const opening = openingBalance(plan('free', 50), NOW, new Uint8Array(16));
        const entries = Array.from({ length: 10 }, (_, index) => ({ ...entry, id: `cs_${index}` }));
        await Promise.all(entries.map((each) => payments.post('newcomer', each, opening)));
        expect(await balanceOf('newcomer')).toMatchObject({
          plan: 'free',
          remaining: 50 + 10 * 100,
          credits: 10 * 100,
        });
        await payments.post('newcomer', { ...entry, id: 'cs_11' }, { ...opening, plan: 'pro', remaining: 1_000 });
        expect(await balanceOf('newcomer')).toMatchObject({
          plan: 'free',
          remaining: 50 + 11 * 100,
          credits: 11 * 100,
        });
      });
    });

    describePlanSteps(() => stores);

    describe('the standing', () => {
      const settle = (customer: string, revision: number, graceEndsAt?: number) =>
        payments.settleStanding(customer, { revision, graceEndsAt, hasStep: false });

      test('that payments tell during a suspension holds once it is over', async () => {
        const { client, table } = stores.table;
        const operated = new DynamoDbOperatedCustomers(client, table);
        const customer = await customerWith();
        const steps: [() => Promise<unknown>, Partial<Balance>][] = [
          [() => operated.suspend(customer), { standing: 'suspended', graceEndsAt: undefined }],
          [() => settle(customer, 1, NOW + 1), { standing: 'suspended', graceEndsAt: NOW + 1 }],
          [() => settle(customer, 1, NOW + 9), { standing: 'suspended', graceEndsAt: NOW + 1 }],
          [() => operated.resume(customer), { standing: 'grace', graceEndsAt: NOW + 1 }],
          [() => operated.suspend(customer), { standing: 'suspended', graceEndsAt: NOW + 1 }],
          [() => settle(customer, 2), { standing: 'suspended', graceEndsAt: undefined }],
          [() => settle(customer, 2), { standing: 'suspended', graceEndsAt: undefined }],
          [() => operated.resume(customer), { standing: 'active', graceEndsAt: undefined }],
        ];
        for (const [step, expected] of steps) {
          await step();
          expect(await balanceOf(customer)).toMatchObject(expected);
        }
      });

      test('of a customer that there is none of is nobody’s', async () => {
        await settle('nobody', 1, NOW + 1);
        expect(await customers.balance('nobody')).toBeUndefined();
      });

      test('that payments tell while an operator resumes the customer is not lost', async () => {
        const { client, table } = stores.table;
        const operated = new DynamoDbOperatedCustomers(client, table);
        const customer = await customerWith({ standing: 'suspended' });
        let writes = 0;
        // Before the second write, which is made as the first one has found him suspended.
        const late = overtaken(client, async () => {
          writes += 1;
          await (writes === 2 ? operated.resume(customer) : undefined);
        });
        const told = { revision: 1, graceEndsAt: NOW + 5, hasStep: false };
        await new DynamoDbPaymentStore(patientItems(late), table, () => NOW).settleStanding(customer, told);
        expect(writes).toBe(3);
        expect(await balanceOf(customer)).toMatchObject({ standing: 'grace', graceEndsAt: NOW + 5 });
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

    describe('customers', () => {
      test('are made once', async () => {
        const customer = await customerWith({ remaining: 3 });
        await customers.create(customer, openingBalance(plan('free', 50), NOW, new Uint8Array(16)));
        expect((await balanceOf(customer)).remaining).toBe(3);
      });

      test('see whether an entry is on the balance', async () => {
        const customer = await customerWith();
        const entry = { kind: 'top_up', id: 'checkout_session#cs_1', units: 10 } as const;
        expect(await customers.isCredited(customer, { entry: entry.id })).toBe(false);
        await payments.post(customer, entry);
        expect(await customers.isCredited(customer, { entry: entry.id })).toBe(true);
      });

      test('see whether a subscription has come to the balance', async () => {
        const customer = await customerWith();
        const bought = { subscribedSince: NOW };
        expect(await customers.isCredited(customer, bought)).toBe(false);
        const present = await payments.entitlement(customer);
        const step = { revision: 1, subscription: 'sub_1', plan: 'pro', isNew: true };
        const next = { revision: 1, subscription: 'sub_1', subscriptionCreated: NOW + 5, replaced: [], step };
        await payments.entitle(customer, present, next);
        expect(await customers.isCredited(customer, bought)).toBe(false);
        await payments.post(customer, planStep());
        expect(await customers.isCredited(customer, bought)).toBe(true);
        expect(await customers.isCredited(customer, { subscribedSince: NOW + 6 })).toBe(false);
      });

      test('are linked to the first customer at Stripe', async () => {
        const customer = await customerWith();
        await payments.linkStripeCustomer(customer, 'cus_1');
        await payments.linkStripeCustomer(customer, 'cus_2');
        expect(await customers.account(customer)).toMatchObject({ stripeCustomer: 'cus_1' });
      });

      test('who are deleted at Stripe are linked no more, nor by what is told of them later', async () => {
        const customer = await customerWith();
        await payments.linkStripeCustomer(customer, 'cus_3');
        expect(await payments.unlinkStripeCustomer('cus_3')).toBe(true);
        expect(await payments.unlinkStripeCustomer('cus_3')).toBe(true);
        await payments.linkStripeCustomer(customer, 'cus_3');
        expect((await customers.account(customer)).stripeCustomer).toBeUndefined();
        expect(await payments.unlinkStripeCustomer('cus_4')).toBe(false);
        await payments.linkStripeCustomer(customer, 'cus_4');
        expect((await customers.account(customer)).stripeCustomer).toBeUndefined();
        await payments.linkStripeCustomer(customer, 'cus_5');
        expect((await customers.account(customer)).stripeCustomer).toBe('cus_5');
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
      const spied = new DynamoDbPaymentStore(
        patientItems(recording(stores.table.client, written)),
        stores.table.table,
        () => NOW,
      );
      const customer = await customerWith();
      await spied.create('made-by-a-payment', openingBalance(plan('free', 50), NOW, new Uint8Array(16)));
      await spied.linkStripeCustomer(customer, 'cus_1');
      await spied.post(customer, { kind: 'top_up', id: 'cs_9', units: 1 });
      await spied.post(customer, { kind: 'top_up', id: 'cs_10', units: 1 });
      await spied.unlinkStripeCustomer('cus_1');
      const first = { revision: 1, subscription: 'sub_1', subscriptionCreated: NOW, replaced: [], graceEndsAt: NOW };
      const second = { ...first, revision: 2, subscription: 'sub_2', replaced: ['sub_1'] };
      await spied.entitle(customer, await spied.entitlement(customer), first);
      await spied.entitle(customer, first, second);
      await spied.entitle(customer, second, { revision: 3, subscriptionCreated: NOW, replaced: ['sub_1'] });
      await spied.forgetReplaced(customer, 'sub_1');
      await spied.settleStanding(customer, { revision: 1, graceEndsAt: NOW, hasStep: false });
      await spied.settleStanding(customer, { revision: 2, hasStep: true });
      await spied.post(customer, planStep({ revision: 2, units: 9 }));
      await spied.post(customer, planStep({ revision: 3, units: -10, period: undefined }));
      await spied.post(customer, planStep({ revision: 4, setsAside: true, shortfall: 1, resumes: [] }));
      const period = { start: NEXT, end: NEXT + 9 };
      await spied.renew(customer, { kind: 'renewal', id: 'r', plan: 'pro', units: 1, period });
      await spied.renew(customer, {
        kind: 'renewal',
        id: 's',
        plan: 'pro',
        units: 1,
        period: { ...period, end: NEXT + 10 },
      });
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
