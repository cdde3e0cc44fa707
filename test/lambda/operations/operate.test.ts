import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbAuditLog } from '../../../lambda/adapters/dynamodb-audit-log';
import { pendingEntry } from '../../../lambda/adapters/dynamodb-entries';
import { DynamoDbLedgerReader } from '../../../lambda/adapters/dynamodb-ledger-reader';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbSettlementStore } from '../../../lambda/adapters/dynamodb-settlement-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import type { OperationsDependencies } from '../../../lambda/operations/dependencies';
import { operate } from '../../../lambda/operations/operate';
import { SETTLED_ATTRIBUTES } from '../../../lib/private/attributes';
import type { GrantAnswer, LedgerAnswer } from '../../../lib/private/operations';
import { endingAfter, recording } from '../adapters/clients';
import { NEXT, planStep, Stores } from '../adapters/stores';
import { viaSdk } from '../adapters/updates';
import { CATALOGUE, NOW, plan } from '../fixtures';

let stores: Stores;
let now: number;
let dependencies: OperationsDependencies;
let payments: DynamoDbPaymentStore;

beforeAll(async () => {
  stores = await Stores.open(viaSdk);
});

afterAll(() => stores.close());

beforeEach(() => {
  now = NOW;
  dependencies = dependenciesOn(stores.table.client);
  payments = new DynamoDbPaymentStore(patientItems(stores.table.client), stores.table.table, () => now);
});

function dependenciesOn(client: Stores['table']['client']): OperationsDependencies {
  return {
    customers: stores.customers,
    payments: new DynamoDbPaymentStore(patientItems(client), stores.table.table, () => now),
    ledger: new DynamoDbLedgerReader(stores.table.client, stores.table.table),
    auditLog: new DynamoDbAuditLog(stores.table.client, stores.table.table),
    catalogue: CATALOGUE,
    clock: () => now,
  } as Partial<OperationsDependencies> as OperationsDependencies;
}

function ask(event: object, on = dependencies) {
  return operate(event, on, () => 600_000);
}

async function answerTo<Answer>(event: object): Promise<Answer> {
  const result = await ask(event);
  if (!('answer' in result)) {
    throw new Error(result.refused);
  }
  return result.answer as Answer;
}

function grant(customer: string, overrides: object = {}) {
  return { operation: 'grant', customer, units: 500, reason: 'outage', by: 'ada', id: 'one', ...overrides };
}

function ledgerOf(customer: string, overrides: object = {}): Promise<LedgerAnswer> {
  return answerTo({ operation: 'ledger', customer, limit: 50, ...overrides });
}

describe('granting', () => {
  test('gives units to keep, and says so in the ledger', async () => {
    const customer = await stores.customerWith({ remaining: 10 });
    expect(await answerTo<GrantAnswer>(grant(customer))).toMatchObject({
      outcome: 'applied',
      entry: { id: 'grant#one', kind: 'grant', units: 500, reason: 'outage', by: 'ada', state: 'applied' },
      included: 10,
      credits: 500,
    });
    expect(await stores.balanceOf(customer)).toMatchObject({ remaining: 510, credits: 500 });
    expect((await ledgerOf(customer)).entries).toMatchObject([{ id: 'grant#one', units: 500 }]);
  });

  test('is written down: who, what, when and from where', async () => {
    const customer = await stores.customerWith();
    await answerTo(grant(customer));
    expect(await dependencies.auditLog.list(customer, 10)).toEqual([
      {
        at: NOW,
        who: 'operator ada',
        from: 'cli',
        change: { what: 'units.granted', units: 500, id: 'one', reason: 'outage' },
        outcome: 'applied',
      },
    ]);
  });

  test('settles what is owed first', async () => {
    const customer = await stores.customerWith({ remaining: 10, owed: 200 });
    expect(await answerTo(grant(customer))).toMatchObject({ credits: 300, owed: 0, entry: { units: 500 } });
  });

  test('happens once, however often and however parallel one id comes', async () => {
    const customer = await stores.customerWith({ remaining: 0 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => answerTo<GrantAnswer>(grant(customer))));
    expect(answers.filter(({ outcome }) => outcome === 'applied')).toHaveLength(1);
    expect((await stores.balanceOf(customer)).remaining).toBe(500);
    expect(await answerTo(grant(customer, { id: 'two' }))).toMatchObject({ outcome: 'applied', credits: 1_000 });
  });

  test.each([1, 2, 3])('is carried on by its id where it was ended after %i writes', async (writes) => {
    const customer = await stores.customerWith({ remaining: 0 });
    const mortal = dependenciesOn(endingAfter(stores.table.client, writes));
    await expect(ask(grant(customer), mortal)).rejects.toThrow('the process has ended');
    expect(await answerTo(grant(customer))).toMatchObject({ credits: 500, entry: { state: 'applied' } });
  });

  test('of an id that stands for other units is refused, and gives nothing', async () => {
    const customer = await stores.customerWith({ remaining: 0 });
    await answerTo(grant(customer));
    expect(await ask(grant(customer, { units: 600 }))).toEqual({
      refused: 'grant#one is a grant of 500 units already: nothing else was granted',
    });
    expect((await stores.balanceOf(customer)).remaining).toBe(500);
  });

  test('finds a customer by the id that Stripe has given him', async () => {
    const customer = await stores.customerWith({ remaining: 0 });
    await stores.payments.linkStripeCustomer(customer, 'cus_ada');
    expect(await answerTo(grant('cus_ada'))).toMatchObject({ customer, credits: 500 });
  });

  test.each(['nobody', 'cus_nobody', '', undefined, 7])('to %j, who is no customer, is refused', async (customer) => {
    const refused = `there is no customer ${JSON.stringify(customer)}`;
    expect(await ask({ ...grant('x'), customer })).toEqual({ refused });
    expect(await ask({ operation: 'ledger', customer, limit: 1 })).toEqual({ refused });
  });

  test.each([
    [{ units: 0 }, '`units` must be a whole number between 1 and 1,000,000,000,000, got: 0'],
    [{ units: -5 }, 'got: -5'],
    [{ units: 1.5 }, 'got: 1.5'],
    [{ units: 10 ** 12 + 1 }, 'got: 1000000000001'],
    [{ units: '500' }, 'got: "500"'],
    [{ reason: ' ' }, '`reason` must be one line of 1 to 500 characters, got: " "'],
    [{ reason: 'x'.repeat(501) }, '`reason` must be'],
    [{ reason: 'a\nb' }, '`reason` must be'],
    [{ reason: undefined }, '`reason` must be'],
    [{ by: '\u001b[2J' }, '`by` must be one line of 1 to 100 characters'],
    [{ id: 'a#b' }, '`id` must be 1 to 64 letters, digits, -, _, . and :, got: "a#b"'],
    [{ id: undefined }, '`id` must be'],
  ])('%j is refused', async (overrides, refused) => {
    const customer = await stores.customerWith({ remaining: 0 });
    expect(await ask(grant(customer, overrides))).toEqual({ refused: expect.stringContaining(refused) });
    expect((await ledgerOf(customer)).entries).toEqual([]);
    expect((await stores.balanceOf(customer)).remaining).toBe(0);
  });

  test('writes no attribute of a customer that its role may not', async () => {
    const written = new Set<string>();
    const customer = await stores.customerWith();
    const spied = dependenciesOn(recording(stores.table.client, written));
    await ask(grant(customer), spied);
    await ask(grant(customer, { id: 'two' }), spied);
    expect([...written].sort()).toEqual(['credits', 'lastEntry', 'owed', 'periodStart', 'remaining']);
    expect([...written].filter((attribute) => !SETTLED_ATTRIBUTES.includes(attribute))).toEqual([]);
  });
});

describe('a ledger', () => {
  test('tells everything that was entered, in the order of time, with what it came to', async () => {
    const customer = await stores.customerWith({ remaining: 50 });
    const settlements = new DynamoDbSettlementStore(stores.table.client, stores.table.table, () => now);
    const { periodStart } = await stores.balanceOf(customer);
    await payments.post(customer, { kind: 'top_up', id: 'checkout_session#cs_9', units: 100 });
    now += 10;
    await payments.post(customer, { kind: 'clawback', id: 'refund#re_1', units: 40 });
    now += 10;
    await payments.post(customer, { kind: 'restored', id: 'refund#re_1#restored', units: 40 });
    now += 10;
    const afterwards = { units: 0, credits: 0 };
    const settlement = {
      kind: 'settlement',
      id: 'settlement#1',
      units: -3,
      period: { start: periodStart, afterwards },
    };
    await settlements.note(customer, settlement as never, []);
    await settlements.apply(customer, 'settlement#1');
    now += 10;
    const period = { start: now, end: NEXT };
    await payments.post(customer, planStep({ period }));
    now += 10;
    await answerTo(grant(customer, { id: 'a' }));
    const { entries, ...state } = await ledgerOf(customer);
    expect(entries.map(({ id, kind, units, plan: of }) => [id, kind, units, of])).toEqual([
      ['checkout_session#cs_9', 'top_up', 100, null],
      ['refund#re_1', 'clawback', -40, null],
      ['refund#re_1#restored', 'restored', 40, null],
      ['settlement#1', 'settlement', -3, null],
      ['subscription#sub_1#change#1', 'plan', 1_000, 'pro'],
      ['grant#a', 'grant', 500, null],
    ]);
    expect(state).toMatchObject({ customer, plan: 'pro', limit: 1_000, included: 1_000, credits: 600, before: null });
    expect(entries.at(0)?.createdAt).toBe('2026-11-23T12:00:00.000Z');
  });

  test('is told page by page, the newest first, and nothing twice', async () => {
    const customer = await stores.customerWith();
    for (let index = 0; index < 7; index++) {
      // Two of each second, whose ids are in no order of time.
      now = NOW + Math.floor(index / 2);
      await answerTo(grant(customer, { id: `${9 - index}` }));
    }
    const all = (await ledgerOf(customer)).entries.map(({ id }) => id);
    expect(all).toEqual(['8', '9', '6', '7', '4', '5', '3'].map((id) => `grant#${id}`));
    const pages: string[][] = [];
    for (let before: string | null | undefined; before !== null; ) {
      const page: LedgerAnswer = await ledgerOf(customer, { limit: 3, before });
      pages.push(page.entries.map(({ id }) => id));
      before = page.before;
    }
    expect(pages).toEqual([all.slice(4), all.slice(1, 4), all.slice(0, 1)]);
  });

  test('is read to its end, over the pages of the store', async () => {
    const customer = await stores.customerWith();
    const { client, table } = stores.table;
    // A query gives a megabyte at once.
    const reason = 'x'.repeat(100_000);
    for (let index = 0; index < 25; index++) {
      const Item = pendingEntry(
        customer,
        { kind: 'grant', id: `grant#${index}`, units: 1, reason },
        '2026-11-01T00:00:00Z',
      );
      await client.send(new PutItemCommand({ TableName: table, Item }));
    }
    const { entries, before } = await ledgerOf(customer, { limit: 1_000 });
    expect([entries.length, before]).toEqual([25, null]);
    expect((await ledgerOf(customer, { limit: 2, before: 'grant#11' })).entries.map(({ id }) => id)).toEqual([
      'grant#1',
      'grant#10',
    ]);
  });

  test('shows an entry that is not on the balance yet as pending', async () => {
    const customer = await stores.customerWith();
    await ask(grant(customer), dependenciesOn(endingAfter(stores.table.client, 1))).catch(() => undefined);
    expect((await ledgerOf(customer)).entries).toMatchObject([{ id: 'grant#one', state: 'pending' }]);
  });

  test('tells the balance as it stands now, though nobody has called since its period ended', async () => {
    const customer = await stores.customerWith({ remaining: 3, credits: 2 });
    now = NEXT;
    expect(await ledgerOf(customer)).toMatchObject({ limit: 50, included: 50, credits: 2 });
  });

  test('tells what is owed, by calls and by money that has gone back', async () => {
    const customer = await stores.customerWith({ remaining: -20, owed: 7 });
    expect(await ledgerOf(customer)).toMatchObject({ included: -20, credits: 0, owed: 7, standing: 'active' });
  });

  test('tells a time of grace, and its end', async () => {
    const customer = await stores.customerWith({ graceEndsAt: NOW + 60 });
    expect(await ledgerOf(customer)).toMatchObject({ standing: 'grace', graceEndsAt: '2026-11-23T12:01:00.000Z' });
  });

  test('has no numbers where there is no limit, and no end where nothing comes back', async () => {
    const plans = [plan('free', undefined, 'unlimited'), plan('trial', 50, 'once')];
    dependencies = { ...dependencies, catalogue: { ...CATALOGUE, plans } };
    const unlimited = await stores.customerWith({ remaining: 10 ** 15 });
    await payments.post(unlimited, { kind: 'grant', id: 'grant#1', units: 5 });
    await payments.post(unlimited, planStep({ plan: 'free2', units: 10 ** 15 }));
    const { entries, ...state } = await ledgerOf(unlimited);
    expect(state).toMatchObject({ limit: null, included: null, credits: 5 });
    expect(entries.find(({ kind }) => kind === 'plan')?.units).toBeNull();
    const trial = await stores.customerWith({ plan: 'trial', remaining: 9 });
    expect(await ledgerOf(trial)).toMatchObject({ limit: 50, included: 9, periodEnd: null });
  });

  test.each([
    [{ limit: 0 }, '`limit` must be a whole number between 1 and 1,000, got: 0'],
    [{ limit: 1_001 }, 'got: 1001'],
    [{ before: 'grant#none' }, 'has no entry "grant#none"'],
  ])('%j is refused', async (overrides, refused) => {
    const customer = await stores.customerWith();
    expect(await ask({ operation: 'ledger', customer, limit: 50, ...overrides })).toEqual({
      refused: expect.stringContaining(refused),
    });
  });
});

test('an operation that there is not is refused', async () => {
  expect(await ask({ operation: 'drop' })).toEqual({ refused: 'there is no operation "drop"' });
  expect(await ask({})).toEqual({ refused: 'there is no operation undefined' });
});
