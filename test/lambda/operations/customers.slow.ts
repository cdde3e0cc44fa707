import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import { hashApiKey, parseApiKey } from '../../../lambda/domain/api-key';
import { operate } from '../../../lambda/operations/operate';
import type { ChangeAnswer, CustomerAnswer, CustomersAnswer, OpenAnswer } from '../../../lib/private/operations';
import { endingAfter, overtaken } from '../adapters/clients';
import { request } from '../adapters/stores';
import { CATALOGUE, NOW } from '../fixtures';
import { Operators } from './operators';

let operators: Operators;

beforeAll(async () => {
  operators = await Operators.open();
});

afterAll(() => operators.stores.close());

const by = 'ada';

/** Lets a customer's plan come from a subscription. */
async function subscribe(customer: string, subscription: string): Promise<void> {
  const { payments } = operators.stores;
  const next = { revision: 1, subscription, subscriptionCreated: NOW, replaced: [] };
  await payments.entitle(customer, await payments.entitlement(customer), next);
}

describe('suspending', () => {
  const suspend = (customer: string) => ({ operation: 'suspend', customer, reason: 'abuse', by });
  const resume = (customer: string) => ({ operation: 'resume', customer, by });

  test('has a customer refused, and resuming gives him back the standing that he had', async () => {
    const { stores } = operators;
    for (const graceEndsAt of [undefined, NOW + 60]) {
      const customer = await stores.customerWith({ graceEndsAt });
      const before = await stores.balanceOf(customer);
      expect(await operators.answerTo(suspend(customer))).toMatchObject({ outcome: 'applied', standing: 'suspended' });
      expect(await stores.spending.spend(request(customer), NOW)).toMatchObject({ spent: false });
      expect(await operators.answerTo(resume(customer))).toMatchObject({ outcome: 'applied' });
      expect(await stores.balanceOf(customer)).toEqual(before);
    }
  });

  test('changes nothing where it was so before, and is written down each time', async () => {
    const customer = await operators.stores.customerWith();
    const outcomes: string[] = [];
    for (const event of [resume(customer), suspend(customer), suspend(customer), resume(customer)]) {
      outcomes.push((await operators.answerTo<ChangeAnswer>(event)).outcome);
    }
    expect(outcomes).toEqual(['unchanged', 'applied', 'unchanged', 'applied']);
    const actor = { who: 'operator ada', from: 'cli', at: NOW };
    expect(await operators.changesOf(customer)).toEqual([
      { ...actor, change: { what: 'customer.resumed' }, outcome: 'unchanged' },
      { ...actor, change: { what: 'customer.suspended', reason: 'abuse' }, outcome: 'applied' },
      { ...actor, change: { what: 'customer.suspended', reason: 'abuse' }, outcome: 'unchanged' },
      { ...actor, change: { what: 'customer.resumed' }, outcome: 'applied' },
    ]);
  });

  test('needs a customer, a reason, and somebody who asks for it', async () => {
    const customer = await operators.stores.customerWith();
    expect(await operators.refusalOf(suspend('nobody'))).toBe('there is no customer "nobody"');
    expect(await operators.refusalOf({ ...suspend(customer), reason: '' })).toMatch(/^`reason` must be one line/);
    expect(await operators.refusalOf({ ...suspend(customer), by: undefined })).toMatch(/^`by` must be one line/);
    expect(await operators.refusalOf({ ...resume(customer), by: 'a\nb' })).toMatch(/^`by` must be one line/);
    expect(await operators.changesOf(customer)).toEqual([]);
  });
});

describe('moving', () => {
  const move = (customer: string, plan: string, overrides: object = {}) => ({
    operation: 'move',
    customer,
    plan,
    force: false,
    by,
    id: 'one',
    ...overrides,
  });

  test('puts a customer on the plan with all of its units and his bought ones, by one entry', async () => {
    const { stores, arrivals } = operators;
    const customer = await stores.customerWith({ remaining: 30, credits: 20 });
    arrivals.length = 0;
    expect(await operators.answerTo(move(customer, 'pro'))).toMatchObject({
      outcome: 'applied',
      plan: 'pro',
      included: 1_000,
      credits: 20,
    });
    expect(await stores.spending.spend(request(customer, { plans: ['pro'] }), NOW)).toMatchObject({ spent: true });
    expect(arrivals).toEqual([{ customer, plan: 'pro' }]);
    const { ledger } = operators.dependencies;
    expect(await ledger.find(customer, 'move#one')).toMatchObject({ kind: 'plan', plan: 'pro', units: 1_000 });
  });

  test('begins a period with all of the plan’s units, beside the bought ones that are left', async () => {
    const { stores } = operators;
    const customer = await stores.customerWith({ plan: 'pro', remaining: 940, credits: 40 });
    const moved = await operators.answerTo(move(customer, 'max'));
    expect(moved).toMatchObject({ plan: 'max', included: 9_000, credits: 40 });
    expect(await operators.answerTo(move(customer, 'free', { id: 'two' }))).toMatchObject({
      plan: 'free',
      included: 50,
    });
  });

  test('that was cut off before the balance had it is carried out by the same id', async () => {
    const { stores } = operators;
    const customer = await stores.customerWith();
    const { client, table } = stores.table;
    const payments = new DynamoDbPaymentStore(patientItems(endingAfter(client, 1)), table, () => NOW);
    const cutOff = { ...operators.dependencies, payments };
    await expect(operate(move(customer, 'pro'), cutOff, () => 600_000)).rejects.toThrow('the process has ended');
    expect((await stores.balanceOf(customer)).plan).toBe('free');
    expect(await operators.answerTo(move(customer, 'pro'))).toMatchObject({ plan: 'pro', outcome: 'applied' });
  });

  test('takes back nothing of what a payment says meanwhile', async () => {
    const { stores } = operators;
    const customer = await stores.customerWith();
    const { client, table } = stores.table;
    // Before the first write of the move.
    const late = overtaken(client, () =>
      stores.payments.settleStanding(customer, { revision: 5, graceEndsAt: NOW + 60, hasStep: false }),
    );
    const payments = new DynamoDbPaymentStore(patientItems(late), table, () => NOW);
    await operate(move(customer, 'pro'), { ...operators.dependencies, payments }, () => 600_000);
    expect(await stores.payments.progress(customer)).toMatchObject({ plan: 'pro', revision: 5 });
    expect(await stores.balanceOf(customer)).toMatchObject({ standing: 'grace', graceEndsAt: NOW + 60 });
  });

  test('happens once by its id, also where he was moved on since', async () => {
    const customer = await operators.stores.customerWith();
    const outcomes: string[] = [];
    for (const event of [
      move(customer, 'pro'),
      move(customer, 'pro'),
      move(customer, 'free', { id: 'two' }),
      move(customer, 'pro'),
      move(customer, 'free', { id: 'three' }),
    ]) {
      outcomes.push((await operators.answerTo<ChangeAnswer>(event)).outcome);
    }
    expect(outcomes).toEqual(['applied', 'unchanged', 'applied', 'unchanged', 'unchanged']);
    expect((await operators.stores.balanceOf(customer)).plan).toBe('free');
    const changes = await operators.changesOf(customer);
    expect(changes.map(({ change, outcome }) => [change, outcome])).toEqual([
      [{ what: 'customer.moved', from: 'free', to: 'pro', id: 'one' }, 'applied'],
      [{ what: 'customer.moved', from: 'pro', to: 'free', id: 'two' }, 'applied'],
    ]);
    expect(await operators.refusalOf(move(customer, 'max'))).toBe(
      'move#one was a move to plan pro: nothing was changed',
    );
  });

  test('to a plan that there is not is refused, and names those that there are', async () => {
    const customer = await operators.stores.customerWith();
    const refused = 'there is no plan "gold": the plans are free, pro, max';
    expect(await operators.refusalOf(move(customer, 'gold'))).toBe(refused);
    expect(await operators.refusalOf(move(customer, 'pro', { id: 'a#b' }))).toMatch(/^`id` must be 1 to 64 letters/);
  });

  test('of a customer whose plan Stripe bills is for Stripe, unless it is forced', async () => {
    const { stores } = operators;
    const customer = await stores.customerWith({ plan: 'pro' });
    await subscribe(customer, 'sub_1');
    expect(await operators.refusalOf(move(customer, 'max'))).toBe(
      `the plan of customer ${customer} comes from the subscription sub_1: change it at Stripe, ` +
        'or pass --force for a change that lasts until that subscription changes',
    );
    expect((await stores.balanceOf(customer)).plan).toBe('pro');
    expect(await operators.answerTo(move(customer, 'max', { force: true }))).toMatchObject({ plan: 'max' });
  });
});

describe('making', () => {
  const open = (overrides: object = {}) => ({ operation: 'open', name: 'first key', by, ...overrides });

  test('a customer gives him a key that is told once, on the default plan or on the one that is named', async () => {
    const { stores } = operators;
    for (const [plan, units] of [
      [undefined, 50],
      ['pro', 1_000],
    ] as const) {
      const { apiKey, key, ...made } = await operators.answerTo<OpenAnswer>(open({ plan }));
      const { customer = '', keyId = '', mode } = parseApiKey(apiKey) ?? {};
      expect(made).toMatchObject({ customer, plan: plan ?? 'free', standing: 'active', included: units });
      expect([key.id, key.name, mode]).toEqual([keyId, 'first key', 'test']);
      const credential = { keyId, keyHash: hashApiKey(apiKey) };
      expect(await stores.spending.spend(request(customer, { credential }), NOW)).toMatchObject({ spent: true });
      const changes = await operators.changesOf(customer);
      expect(changes.map(({ change }) => change.what)).toEqual(['customer.created', 'key.created']);
      expect(JSON.stringify(changes)).not.toContain(apiKey);
    }
  });

  test('one on a plan that there is not, or with a key that has no name, is refused', async () => {
    expect(await operators.refusalOf(open({ plan: 'gold' }))).toMatch(/^there is no plan "gold"/);
    expect(await operators.refusalOf(open({ name: ' ' }))).toMatch(/^`name` must be one line of 1 to 100 characters/);
  });
});

describe('seeing', () => {
  test('one customer tells what he has, who he is at Stripe, his keys, and the newest changes', async () => {
    const { stores } = operators;
    const { customer, key } = await operators.answerTo<OpenAnswer>({ operation: 'open', name: 'laptop', by });
    await stores.payments.linkStripeCustomer(customer, 'cus_ada1');
    await subscribe(customer, 'sub_7');
    const shown = await operators.answerTo<CustomerAnswer>({ operation: 'customer', customer: 'cus_ada1' });
    expect(shown).toMatchObject({
      customer,
      plan: 'free',
      stripeCustomer: 'cus_ada1',
      subscription: 'sub_7',
      createdAt: expect.stringMatching(/^\d{4}-/),
      keys: [key],
      history: [],
      changes: [
        {
          at: '2026-11-23T12:00:00.000Z',
          who: 'operator ada',
          from: 'cli',
          what: 'key.created',
          details: { key: key.id, name: 'laptop' },
          outcome: 'added',
        },
        { what: 'customer.created', details: { plan: 'free' } },
      ],
    });
    expect(await operators.refusalOf({ operation: 'customer', customer: 'nobody' })).toBe(
      'there is no customer "nobody"',
    );
  });

  test('all of them goes page by page, and nobody is left out or told twice', async () => {
    const own = await Operators.open();
    const made: string[] = [];
    for (let index = 0; index < 7; index++) {
      made.push(await own.stores.customerWith({ remaining: index }));
    }
    await own.stores.payments.post(made[0] ?? '', { kind: 'grant', id: 'grant#1', units: 5 });
    const listed: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page: CustomersAnswer = await own.answerTo({ operation: 'customers', limit: 3, after });
      expect(page.customers.length).toBeLessThanOrEqual(3);
      listed.push(...page.customers.map(({ customer }) => customer));
      after = page.after;
    }
    expect(listed.toSorted()).toEqual(made);
    const { customers } = await own.answerTo<CustomersAnswer>({ operation: 'customers', limit: 100 });
    expect(customers.find(({ customer }) => customer === made[0])).toMatchObject({ plan: 'free', credits: 5 });
    await own.stores.close();
  });

  test('all of them ends in time, where the table is read for longer than that', async () => {
    const own = await Operators.open();
    const customer = await own.stores.customerWith();
    // A page of the store is a megabyte.
    for (let index = 0; index < 30; index++) {
      const reason = 'x'.repeat(100_000);
      await own.stores.payments.post(customer, { kind: 'grant', id: `grant#${index}`, units: 1, reason });
    }
    const result = await own.ask({ operation: 'customers', limit: 100 }, own.dependencies, 20_000);
    const [first] = 'answer' in result ? (result.answer as CustomersAnswer).customers : [];
    // Whether the page that was read has the customer is up to the store.
    expect('refused' in result ? result.refused : first?.customer).toMatch(/^the table is so large|^customer0/);
    await own.stores.close();
  });

  test.each([
    [{ limit: 0 }, '`limit` must be a whole number between 1 and 1,000, got: 0'],
    [{ limit: 5, after: 7 }, '`after` must be the id of a customer, got: 7'],
  ])('%j is refused', async (event, refused) => {
    expect(await operators.refusalOf({ operation: 'customers', ...event })).toBe(refused);
  });

  test('a plan that is sold no more is told by its id', async () => {
    const customer = await operators.stores.customerWith({ plan: 'old' });
    expect(CATALOGUE.plans.map(({ id }) => id)).not.toContain('old');
    expect(await operators.answerTo({ operation: 'customer', customer })).toMatchObject({ plan: 'old' });
  });
});
