import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import { type Balance, creditsLeft, includedLeft } from '../../../lambda/domain/balance';
import type { Entitlement } from '../../../lambda/domain/entitlement';
import { PATIENCE } from '../../support/patience';
import { NOW } from '../fixtures';
import { endingAfter } from './clients';
import { NEXT, planStep, request, type Stores } from './stores';

/** What becomes of balances and accounts as customers go from plan to plan. */
export function describePlanSteps(open: () => Stores): void {
  let stores: Stores;
  let payments: Stores['payments'];
  let spending: Stores['spending'];

  beforeEach(() => {
    stores = open();
    ({ payments, spending } = stores);
  });

  const customerWith = (overrides: Partial<Balance> = {}) => stores.customerWith(overrides);
  const balanceOf = (customer: string) => stores.balanceOf(customer);

  describe('changes of plan', () => {
    test.each([
      ['bought units', { remaining: 30, credits: 10 }, { remaining: 1_010, credits: 10 }],
      ['some of them spent', { remaining: 4, credits: 10 }, { remaining: 1_004, credits: 4 }],
      ['what is owed', { remaining: -4, credits: 10 }, { remaining: 996, credits: 0 }],
    ])('keep %s, and come once', async (_, before, after) => {
      const customer = await customerWith(before);
      await Promise.all([payments.post(customer, planStep()), payments.post(customer, planStep())]);
      await spending.spend(request(customer, { cost: 5 }), NOW);
      expect(await payments.post(customer, planStep())).toBe('duplicate');
      const balance = await balanceOf(customer);
      expect(balance).toMatchObject({ plan: 'pro', credits: after.credits, remaining: after.remaining - 5 });
      expect(balance).toMatchObject({ periodStart: NOW, periodEnd: NEXT });
    });

    test.each([
      ['up, with what was spent counted', { remaining: 400, credits: 0 }, 8_000, { remaining: 8_400, credits: 0 }],
      ['up, when bought units are being spent', { remaining: 4, credits: 10 }, 8_000, { remaining: 8_004, credits: 4 }],
      ['up, when units are owed', { remaining: -4, credits: 10 }, 8_000, { remaining: 7_996, credits: 0 }],
      ['down, with what was spent counted', { remaining: 900, credits: 100 }, -500, { remaining: 400, credits: 100 }],
      ['down, below what was spent', { remaining: 300, credits: 100 }, -500, { remaining: 100, credits: 100 }],
      [
        'down, when bought ones are being spent',
        { remaining: 70, credits: 100 },
        -500,
        { remaining: 70, credits: 100 },
      ],
    ])('in mid-period go %s, once', async (_, before, units, after) => {
      const customer = await customerWith({ ...before, plan: 'pro' });
      const { periodStart, periodEnd } = await balanceOf(customer);
      const step = planStep({ from: 'pro', plan: 'max', units, period: undefined });
      await Promise.all([payments.post(customer, step), payments.post(customer, step)]);
      await payments.post(customer, step);
      expect(await balanceOf(customer)).toMatchObject({ plan: 'max', ...after, periodStart, periodEnd });
    });

    test('down and up again fill no quota anew: what was short is made up for first', async () => {
      const customer = await customerWith({ plan: 'max', remaining: 3_400 + 7, credits: 7 });
      await payments.post(customer, planStep({ revision: 1, plan: 'pro', units: -8_000, period: undefined }));
      expect(await balanceOf(customer)).toMatchObject({ plan: 'pro', remaining: 7, credits: 7 });
      await payments.post(customer, planStep({ revision: 2, plan: 'max', units: 8_000, period: undefined }));
      expect(await balanceOf(customer)).toMatchObject({ plan: 'max', remaining: 3_407, credits: 7 });
    });

    test('a shortfall ends with its period', async () => {
      const customer = await customerWith({ plan: 'max', remaining: 3_400, periodEnd: NEXT });
      await payments.post(customer, planStep({ revision: 1, plan: 'pro', units: -8_000, period: undefined }));
      await spending.rollOver(customer, NEXT, 1_000, NEXT + 1);
      await payments.post(customer, planStep({ revision: 2, plan: 'max', units: 8_000, period: undefined }));
      expect(await balanceOf(customer)).toMatchObject({ remaining: 9_000 });
    });

    test(
      'however a customer goes up and down and spends, he gets no unit more than the largest of his plans has',
      async () => {
        const quotas = [300, 1_000, 9_000];
        const move = fc.record({ to: fc.nat({ max: 2 }), cost: fc.integer({ min: 0, max: 4_000 }) });
        await fc.assert(
          fc.asyncProperty(fc.array(move, { maxLength: 8 }), async (moves) => {
            const customer = await customerWith({ plan: '1', remaining: 1_005, credits: 5 });
            let [at, spent, largest] = [1, 0, 1_000];
            for (const [index, { to, cost }] of moves.entries()) {
              const outcome = await spending.spend(request(customer, { cost }), NOW);
              spent += outcome.spent ? cost : 0;
              const units = (quotas[to] ?? 0) - (quotas[at] ?? 0);
              const step = { from: `${at}`, plan: `${to}`, units, period: undefined, revision: index + 1 };
              await payments.post(customer, planStep(step));
              at = to;
              largest = Math.max(largest, quotas[to] ?? 0);
              const balance = await balanceOf(customer);
              const boughtSpent = 5 - creditsLeft(balance);
              expect(spent - boughtSpent + includedLeft(balance)).toBeLessThanOrEqual(largest);
              // And no unit fewer than the present one.
              expect(includedLeft(balance)).toBe(Math.max(0, (quotas[at] ?? 0) - (spent - boughtSpent)));
            }
          }),
          { numRuns: 15 },
        );
      },
      PATIENCE,
    );

    test('carry on from wherever an earlier run was ended, though another entry has come since', async () => {
      for (const writes of [1, 2, 3]) {
        const customer = await customerWith({ plan: 'pro', remaining: 400, credits: 0 });
        const { client, table } = stores.table;
        const mortal = new DynamoDbPaymentStore(patientItems(endingAfter(client, writes)), table, () => NOW);
        const step = planStep({ plan: 'max', units: 8_000, period: undefined });
        await mortal.post(customer, step).catch(() => undefined);
        await payments.post(customer, { kind: 'top_up', id: 'cs_1', units: 10 });
        await Promise.all([payments.post(customer, step), payments.post(customer, step)]);
        expect(await balanceOf(customer)).toMatchObject({ plan: 'max', remaining: 8_410, credits: 10 });
      }
    });
  });

  test('what is set aside of a plan is no more than what is left of it, while calls are served', async () => {
    const customer = await customerWith({ plan: 'pro', remaining: 1_000, periodEnd: NEXT });
    const step = planStep({ from: 'pro', plan: 'daily', units: 300, setsAside: true, resumes: [] });
    const calls = Array.from({ length: 60 }, () => spending.spend(request(customer), NOW));
    const [served] = await Promise.all([Promise.all(calls), payments.post(customer, step)]);
    const granted = served.filter(({ spent }) => spent).length;
    const after = 300 - (await balanceOf(customer)).remaining;
    const aside = (await payments.progress(customer))?.aside.get('pro');
    expect(aside?.until).toBe(NEXT);
    expect(aside?.units).toBeLessThanOrEqual(1_000 - (granted - after));
    expect(aside?.units).toBeGreaterThan(0);
  });

  describe('standings', () => {
    const inGrace = { standing: 'grace', graceEndsAt: NOW + 1 };

    test('come in the order of their revisions, whoever is late', async () => {
      const customer = await customerWith();
      await payments.settleStanding(customer, { revision: 2, graceEndsAt: NOW + 1, hasStep: false });
      await payments.settleStanding(customer, { revision: 1, hasStep: false });
      expect(await balanceOf(customer)).toMatchObject(inGrace);
      await payments.settleStanding(customer, { revision: 2, hasStep: false });
      expect(await balanceOf(customer)).toMatchObject(inGrace);
      await payments.settleStanding(customer, { revision: 3, hasStep: false });
      expect(await balanceOf(customer)).toMatchObject({ standing: 'active', graceEndsAt: undefined });
    });

    test('wait for the change of plan that their revision brings', async () => {
      const customer = await customerWith();
      await payments.settleStanding(customer, { revision: 1, graceEndsAt: NOW + 1, hasStep: true });
      expect(await payments.progress(customer)).toEqual({ plan: 'free', revision: 0, aside: new Map() });
      await payments.post(customer, planStep());
      expect(await payments.progress(customer)).toEqual({
        plan: 'pro',
        revision: 1,
        lastEntry: planStep().id,
        aside: new Map(),
      });
      expect(await balanceOf(customer)).toMatchObject(inGrace);
    });

    test('do not lift a suspension', async () => {
      const customer = await customerWith({ standing: 'suspended' });
      await payments.post(customer, planStep());
      await payments.settleStanding(customer, { revision: 2, graceEndsAt: NOW, hasStep: false });
      await payments.settleStanding(customer, { revision: 3, hasStep: true });
      await payments.settleStanding(customer, { revision: 3, hasStep: false });
      expect((await balanceOf(customer)).standing).toBe('suspended');
      expect((await payments.progress(customer))?.revision).toBe(3);
    });

    test('of nobody are nothing', async () => {
      await payments.settleStanding('nobody', { revision: 1, hasStep: false });
      expect(await payments.progress('nobody')).toBeUndefined();
    });
  });

  describe('what a customer is entitled to', () => {
    const period = { start: NOW, end: NEXT };
    const step = { revision: 1, subscription: 'sub_1', plan: 'pro', isNew: true, period };
    const first: Entitlement = {
      revision: 1,
      subscription: 'sub_1',
      subscriptionCreated: NOW,
      replaced: [],
      graceEndsAt: NOW + 1,
      step,
    };

    test('is told as it was written, with and without all of it', async () => {
      const customer = await customerWith();
      const nothing = await payments.entitlement(customer);
      expect(nothing).toEqual({ revision: 0, replaced: [] });
      expect(await payments.entitle(customer, nothing, first)).toBe(true);
      expect(await payments.entitlement(customer)).toEqual(first);
      const ended: Entitlement = {
        revision: 2,
        subscriptionCreated: NOW,
        replaced: [],
        step: { ...step, period: undefined },
      };
      expect(await payments.entitle(customer, first, ended)).toBe(true);
      expect(await payments.entitlement(customer)).toEqual(ended);
      expect((await stores.customers.account(customer)).hasSubscribed).toBe(true);
    });

    test('is changed by one of those who have read the same', async () => {
      const customer = await customerWith();
      const nothing = await payments.entitlement(customer);
      const tries = Array.from({ length: 10 }, () => payments.entitle(customer, nothing, first));
      expect((await Promise.all(tries)).filter((done) => done)).toHaveLength(1);
      const second = { ...first, revision: 2 };
      const more = Array.from({ length: 10 }, () => payments.entitle(customer, first, second));
      expect((await Promise.all(more)).filter((done) => done)).toHaveLength(1);
      expect(await payments.entitle(customer, nothing, first)).toBe(false);
    });

    test('names each replaced subscription until it is cancelled, however many there are', async () => {
      const customer = await customerWith();
      const second = { ...first, revision: 2, subscription: 'sub_2', replaced: ['sub_1'] };
      const third = { ...first, revision: 3, subscription: 'sub_3', replaced: ['sub_1', 'sub_2'] };
      await payments.entitle(customer, await payments.entitlement(customer), first);
      await payments.entitle(customer, first, second);
      // While the third comes, the first is cancelled; it does not come back.
      await payments.forgetReplaced(customer, 'sub_1');
      await payments.entitle(customer, second, third);
      expect((await payments.entitlement(customer)).replaced).toEqual(['sub_2']);
      await payments.forgetReplaced(customer, 'sub_2');
      await payments.forgetReplaced(customer, 'sub_2');
      expect((await payments.entitlement(customer)).replaced).toEqual([]);
    });
  });

  test('the ledger tells from which plan to which, and by how much', async () => {
    const customer = await customerWith();
    await payments.post(customer, planStep());
    const { client, table } = stores.table;
    const Key = { pk: { S: `LEDGER#${customer}` }, sk: { S: planStep().id } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key }));
    expect(Item).toMatchObject({
      kind: { S: 'plan' },
      from: { S: 'free' },
      plan: { S: 'pro' },
      units: { N: '1000' },
      state: { S: 'applied' },
    });
  });
}
