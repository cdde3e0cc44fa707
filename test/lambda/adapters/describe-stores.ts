import { type DynamoDBClient, GetItemCommand, type UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import type { ItemUpdates } from '../../../lambda/adapters/dynamodb-update';
import { type Balance, creditsLeft, openingBalance } from '../../../lambda/domain/balance';
import { type ChargeRequest, charge } from '../../../lambda/domain/charge';
import { CREDITED_ATTRIBUTES } from '../../../lib/private/attributes';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { createTable, type TestTable } from './table';

/** Thousands of requests, on whatever machine: how fast they are is nothing that is promised here. */
jest.setTimeout(60_000);

const HASH = new Uint8Array(32).fill(1);
const NEXT = NOW + 30 * 86_400;

/** What the adapters promise over any engine that speaks DynamoDB, with a spending store over any client. */
export function describeStores(engine: string, updatesOf: (table: TestTable) => ItemUpdates, url?: string): void {
  describe(`stores on ${engine}`, () => {
    let table: TestTable;
    let spending: DynamoDbSpendingStore;
    let customers: DynamoDbCustomerStore;
    let payments: DynamoDbPaymentStore;
    let now: number;
    let last = 0;

    beforeAll(async () => {
      table = await createTable(url);
      spending = new DynamoDbSpendingStore(updatesOf(table), table.table);
      customers = new DynamoDbCustomerStore(table.client, table.table);
      payments = new DynamoDbPaymentStore(table.client, table.table, () => now);
    });

    beforeEach(() => {
      now = NOW;
    });

    afterAll(() => table.close());

    /** A customer with a key, whose balance is as given. */
    async function customerWith(overrides: Partial<Balance> = {}): Promise<string> {
      const customer = `customer${++last}`;
      await customers.create(customer, { ...openingBalance(plan('free', 50), NOW, new Uint8Array(16)), ...overrides });
      await customers.addFirstKey(customer, 'key001', HASH);
      return customer;
    }

    async function balanceOf(customer: string): Promise<Balance> {
      const balance = await customers.balance(customer);
      if (balance === undefined) {
        throw new Error(`no balance of ${customer}`);
      }
      return balance;
    }

    function request(customer: string, overrides: Partial<ChargeRequest> = {}): ChargeRequest {
      return { customer, keyId: 'key001', keyHash: HASH, cost: 1, ...overrides };
    }

    describe('spending', () => {
      test('takes the cost, and answers with what is left', async () => {
        const customer = await customerWith();
        const outcome = await spending.spend(request(customer, { cost: 5 }), NOW);
        expect(outcome).toMatchObject({
          spent: true,
          balance: { remaining: 45, plan: 'free', keys: { key001: HASH } },
        });
      });

      test.each<[string, Partial<Balance>, Partial<ChargeRequest>]>([
        ['a key that is none of the customer', {}, { keyId: 'key002' }],
        ['a wrong secret', {}, { keyHash: new Uint8Array(32) }],
        ['too little left', { remaining: 1 }, { cost: 2 }],
        ['a period that is over', { periodEnd: NOW }, {}],
        ['a suspended customer', { standing: 'suspended' }, {}],
        ['a plan without the route', {}, { plans: ['pro', 'max'] }],
      ])('changes nothing for %s, and answers with the balance', async (_, overrides, wanted) => {
        const customer = await customerWith(overrides);
        const before = await balanceOf(customer);
        expect(await spending.spend(request(customer, wanted), NOW)).toEqual({ spent: false, balance: before });
        expect(await balanceOf(customer)).toEqual(before);
      });

      test('makes no item of a customer that there is none of', async () => {
        expect(await spending.spend(request('nobody'), NOW)).toEqual({ spent: false, balance: undefined });
        expect(await customers.balance('nobody')).toBeUndefined();
      });

      test('serves a plan that includes the route', async () => {
        const customer = await customerWith();
        expect(await spending.spend(request(customer, { plans: ['free'] }), NOW)).toMatchObject({ spent: true });
      });

      test('serves a time of grace until it ends', async () => {
        const customer = await customerWith();
        await payments.beginGrace(customer, NOW + 10);
        expect(await spending.spend(request(customer), NOW + 9)).toMatchObject({ spent: true });
        expect(await spending.spend(request(customer), NOW + 10)).toMatchObject({ spent: false });
      });

      test('200 calls at once of a quota of 50: exactly 50 are granted', async () => {
        const customer = await customerWith();
        const calls = Array.from({ length: 200 }, () => charge(spending, CATALOGUE, request(customer), () => NOW));
        const decisions = await Promise.all(calls);
        expect(decisions.filter(({ kind }) => kind === 'granted')).toHaveLength(50);
        expect(decisions.filter(({ kind }) => kind === 'payment_required')).toHaveLength(150);
        expect((await balanceOf(customer)).remaining).toBe(0);
      });

      test('a period that many calls roll over at once is rolled over once', async () => {
        const customer = await customerWith({ remaining: 7, periodEnd: NOW });
        const calls = Array.from({ length: 20 }, () => charge(spending, CATALOGUE, request(customer), () => NOW));
        expect((await Promise.all(calls)).every(({ kind }) => kind === 'granted')).toBe(true);
        expect((await balanceOf(customer)).remaining).toBe(30);
      });

      test.each([
        ['unspent units of the plan', { remaining: 130, credits: 100 }, { remaining: 150, credits: 100 }],
        ['some bought units spent', { remaining: 70, credits: 100 }, { remaining: 120, credits: 70 }],
        ['nothing left', { remaining: 0, credits: 100 }, { remaining: 50, credits: 0 }],
      ])('rolls over %s', async (_, before, after) => {
        const customer = await customerWith({ ...before, periodEnd: NOW });
        await spending.rollOver(customer, NOW, 50, NEXT);
        await spending.rollOver(customer, NOW, 50, NEXT);
        expect(await balanceOf(customer)).toMatchObject({ ...after, periodEnd: NEXT });
      });
    });

    describe('crediting', () => {
      const entry = { id: 'checkout_session#cs_1', kind: 'top_up' as const, units: 100 };

      test('adds once, however often and however parallel the entry comes', async () => {
        const customer = await customerWith();
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => payments.credit(customer, entry)));
        expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
        expect(await payments.credit(customer, entry)).toBe('duplicate');
        expect(await balanceOf(customer)).toMatchObject({ remaining: 150, credits: 100 });
      });

      test('loses nothing while the balance is being spent', async () => {
        const customer = await customerWith();
        const calls = Array.from({ length: 100 }, () => spending.spend(request(customer), NOW));
        const credits = Array.from({ length: 10 }, (_, index) =>
          payments.credit(customer, { ...entry, id: `cs_${index}` }),
        );
        const [served] = await Promise.all([Promise.all(calls), Promise.all(credits)]);
        const granted = served.filter(({ spent }) => spent).length;
        expect((await balanceOf(customer)).remaining).toBe(50 + 10 * 100 - granted);
      });

      test('carries on from wherever an earlier run was ended', async () => {
        for (const writes of [1, 2, 3]) {
          const customer = await customerWith();
          const mortal = new DynamoDbPaymentStore(endingAfter(table.client, writes), table.table, () => now);
          await mortal.credit(customer, entry).catch(() => undefined);
          await payments.credit(customer, entry);
          expect(await payments.credit(customer, entry)).toBe('duplicate');
          expect(await balanceOf(customer)).toMatchObject({ remaining: 150, credits: 100 });
        }
      });

      test('forgets old entries on the balance, and still knows them by the ledger', async () => {
        const customer = await customerWith();
        await payments.credit(customer, entry);
        now += 3_601;
        await payments.credit(customer, { ...entry, id: 'checkout_session#cs_2' });
        expect(Object.keys((await rawBalance(table, customer)).credited?.M ?? {})).toHaveLength(1);
        expect(await payments.credit(customer, entry)).toBe('duplicate');
        expect((await balanceOf(customer)).remaining).toBe(250);
      });

      test('of a customer that there is none of is an error, to be tried again', async () => {
        await expect(payments.credit('nobody', entry)).rejects.toThrow('no balance');
      });
    });

    describe('changes of plan', () => {
      const change = { cause: 'subscription#sub_1#pro', plan: 'pro', units: 1_000, periodEnd: NEXT };

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

      test('do not lift a suspension', async () => {
        const customer = await customerWith({ standing: 'suspended' });
        await payments.changePlan(customer, change);
        await payments.beginGrace(customer, NOW);
        await payments.endGrace(customer);
        expect((await balanceOf(customer)).standing).toBe('suspended');
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
      const spied = new DynamoDbPaymentStore(recording(table.client, written), table.table, () => now);
      const customer = await customerWith();
      await spied.create('made-by-a-payment', openingBalance(plan('free', 50), NOW, new Uint8Array(16)));
      await spied.linkStripeCustomer(customer, 'cus_1');
      await spied.credit(customer, { id: 'cs_9', kind: 'top_up', units: 1 });
      now += 3_601;
      await spied.credit(customer, { id: 'cs_10', kind: 'top_up', units: 1 });
      await spied.adopt(customer, { subscription: 'sub_1', created: 1 });
      await spied.adopt(customer, { subscription: 'sub_2', created: 2 });
      await spied.forgetReplaced(customer, 'sub_1');
      await spied.changePlan(customer, { cause: 'c', plan: 'pro', units: 1, periodEnd: NEXT });
      await spied.beginGrace(customer, NOW);
      await spied.endGrace(customer);
      await spied.release(customer, 'sub_2');
      expect([...written].filter((attribute) => !CREDITED_ATTRIBUTES.includes(attribute))).toEqual([]);
      expect(written.size).toBeGreaterThan(10);
    });

    test('any order of calls, payments, periods and plans leaves what a plain sum of them would', async () => {
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
              await payments.credit(customer, { id: `cs_${index}`, kind: 'top_up', units: next.credit });
              bought += next.credit;
            } else if ('rollOver' in next) {
              await spending.rollOver(customer, end, next.rollOver, end + 1);
              included = next.rollOver;
              end += 1;
            } else {
              await payments.changePlan(customer, { cause: `c${index}`, plan: next.plan, units: 200, periodEnd: end });
              included = next.plan === current ? included : 200;
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
        { numRuns: 40 },
      );
    });
  });
}

async function rawBalance({ client, table }: TestTable, customer: string) {
  const Key = { pk: { S: `CUSTOMER#${customer}` }, sk: { S: 'BALANCE' } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key }));
  return Item ?? {};
}

/** A client whose process ends after so many writes, in the worst way: the write is done, its answer never comes. */
function endingAfter(client: DynamoDBClient, writes: number): DynamoDBClient {
  let left = writes;
  return sending(client, async (command) => {
    if (left <= 0) {
      throw new Error('the process has ended');
    }
    const isWrite = command.constructor.name !== 'GetItemCommand';
    const answer = await client.send(command as UpdateItemCommand);
    left -= isWrite ? 1 : 0;
    if (left <= 0) {
      throw new Error('the process has ended');
    }
    return answer;
  });
}

/** A client that notes which attributes of customers its requests name. */
function recording(client: DynamoDBClient, written: Set<string>): DynamoDBClient {
  return sending(client, (command) => {
    const { input } = command as UpdateItemCommand & { input: { Item?: Record<string, unknown> } };
    const key = input.Key?.pk?.S ?? (input.Item?.pk as { S: string } | undefined)?.S ?? '';
    if (key.startsWith('CUSTOMER#')) {
      const expressions = `${input.UpdateExpression ?? ''} ${input.ConditionExpression ?? ''}`;
      for (const [placeholder, name] of Object.entries(input.ExpressionAttributeNames ?? {})) {
        // A name behind a dot is data inside of an attribute.
        if (!expressions.includes(`.${placeholder}`)) {
          written.add(name);
        }
      }
      for (const name of Object.keys(input.Item ?? {})) {
        written.add(name);
      }
    }
    return client.send(command as UpdateItemCommand);
  });
}

function sending(client: DynamoDBClient, send: (command: object) => Promise<unknown>): DynamoDBClient {
  return Object.assign(Object.create(client), { send });
}
