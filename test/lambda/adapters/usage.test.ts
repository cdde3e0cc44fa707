import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { itemSize } from 'dynalite/db';
import fc from 'fast-check';
import { DynamoDbCustomerDeletions } from '../../../lambda/adapters/dynamodb-customer-deletions';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { sizeOf } from '../../../lambda/adapters/dynamodb-item-size';
import { binary, type Item, Key, number, text } from '../../../lambda/adapters/dynamodb-items';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import { DynamoDbUsageHistory } from '../../../lambda/adapters/dynamodb-usage-history';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import { dateOf, dayOf, MOST_ROUTES } from '../../../lambda/domain/usage';
import { examples } from '../../support/examples';
import { balance, NOW } from '../fixtures';
import { endingAfter } from './clients';
import { EmbeddedTable } from './embedded';
import { HASH, request } from './stores';

const PLENTY = 10 ** 9;
const DAY = 86_400;
const CUSTOMER = 'c1';
const FOREVER = NOW + 4_000 * DAY;

async function open(units = PLENTY) {
  const embedded = new EmbeddedTable();
  const { client, table } = embedded;
  const customers = new DynamoDbCustomerStore(client, table);
  const { keys: _keys, keyExpiries: _expiries, surrogateKeys: _own, ...opening } = balance();
  await customers.create(CUSTOMER, { ...opening, remaining: units, periodEnd: FOREVER });
  await new DynamoDbKeyStore(client, table).addFirst(CUSTOMER, { keyId: 'key001', name: 'k', createdAt: NOW }, HASH);
  const history = new DynamoDbUsageHistory(client, table);
  return {
    client,
    table,
    /** One execution environment; which ends after so many writes. */
    environment: (writes = Number.POSITIVE_INFINITY) =>
      new DynamoDbSpendingStore(new SdkItemUpdates(endingAfter(client, writes)), table),
    items: () => embedded.items as Item[],
    item: () => (embedded.items as Item[]).find(({ sk }) => sk?.S === 'BALANCE') ?? {},
    left: async () => (await customers.balance(CUSTOMER))?.remaining ?? 0,
    days: (now: number, days = 366) => history.days(CUSTOMER, dayOf(now) - days + 1, now),
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

const on = (route: string, cost = 1) => request(CUSTOMER, { route, cost });

function countersOn(item: Item): string[] {
  return Object.keys(item).filter((name) => name.startsWith('U'));
}

test('units are told by day and route, in the write that takes them', async () => {
  const { environment, days, items } = await open();
  const store = environment();
  await store.spend(on('GET /forecast/{city}', 12), NOW);
  await store.spend(on('POST /search', 5), NOW);
  await store.spend(on('POST /search', 5), NOW);
  await store.spend(on('GET /free', 0), NOW);
  expect(await days(NOW)).toEqual([
    { day: dayOf(NOW), units: 22, routes: { 'GET /forecast/{city}': 12, 'POST /search': 10 } },
  ]);
  expect(items().filter(({ sk }) => sk?.S?.startsWith('USAGE#'))).toEqual([]);
});

test('units of calls before, which were spent from memory, ride on a write', async () => {
  const { environment, days } = await open();
  const counted = {
    units: 1,
    carried: new Map([
      ['GET /a', 20],
      ['GET /b', 3],
    ]),
  };
  await environment().spend({ ...on('GET /a', 30), counted }, NOW);
  expect(await days(NOW)).toEqual([{ day: dayOf(NOW), units: 24, routes: { 'GET /a': 21, 'GET /b': 3 } }]);
});

test('a day whose move was cut off is told of once, and moved with what has come to it since', async () => {
  const { environment, days, items } = await open();
  const late = (dayOf(NOW) + 1) * DAY - 60;
  await environment().spend(on('GET /a', 7), late);
  // Its own write of the balance, its route's name, and the history's.
  await environment(3).spend(on('GET /b', 1), late + DAY);
  const moved = () => items().find(({ sk }) => sk?.S === `USAGE#${dateOf(dayOf(late))}`)?.units;
  expect(moved()).toEqual(number(7));
  // A clock that is a day behind.
  await environment(1)
    .spend(on('GET /a', 2), late)
    .catch(() => undefined);
  const told = [{ units: 9, routes: { 'GET /a': 9 } }, { units: 1 }];
  expect(await days(late + DAY)).toMatchObject(told);
  await environment().spend(on('GET /b', 0), late + DAY);
  expect(moved()).toEqual(number(9));
  expect(await days(late + DAY)).toMatchObject(told);
});

test('what a clock that is far behind counts on a day that was moved is lost, and takes nothing with it', async () => {
  const { environment, days, item } = await open();
  await environment().spend(on('GET /a', 7), NOW);
  await environment().spend(on('GET /a', 1), NOW + DAY);
  await environment().spend(on('GET /a', 2), NOW);
  expect(countersOn(item())).toHaveLength(2);
  await environment().spend(on('GET /a', 1), NOW + DAY);
  expect(countersOn(item())).toHaveLength(1);
  expect(await days(NOW + DAY)).toMatchObject([{ units: 7 }, { units: 2 }]);
});

test('who is refused has used nothing', async () => {
  const { environment, days } = await open(4);
  expect((await environment().spend(on('GET /a', 5), NOW)).spent).toBe(false);
  expect(await days(NOW)).toEqual([]);
});

test('a day that is over leaves the balance with the next call, for thirteen months', async () => {
  const { environment, days, item, items } = await open();
  await environment().spend(on('GET /a', 7), NOW);
  await environment().spend(on('GET /b', 2), NOW + DAY);
  expect(countersOn(item())).toHaveLength(1);
  const kept = items().find(({ sk }) => sk?.S === `USAGE#${dateOf(dayOf(NOW))}`);
  expect(kept).toMatchObject({ pk: text(`CUSTOMER#${CUSTOMER}`), units: number(7) });
  const end = (dayOf(NOW) + 1) * DAY;
  expect(Number(kept?.expiresAt?.N) - end).toBe(400 * DAY);
  expect(await days(NOW + DAY)).toEqual([
    { day: dayOf(NOW), units: 7, routes: { 'GET /a': 7 } },
    { day: dayOf(NOW) + 1, units: 2, routes: { 'GET /b': 2 } },
  ]);
  expect(await days(NOW + DAY, 1)).toHaveLength(1);
});

test('no call takes a write more, but the first of a route, and the first after a day', async () => {
  const { client, table } = await open();
  let writes = 0;
  const send = (command: UpdateItemCommand) => {
    writes++;
    return client.send(command);
  };
  const store = new DynamoDbSpendingStore(new SdkItemUpdates({ send } as unknown as typeof client), table);
  const writesOf = async (now: number) => {
    writes = 0;
    expect(await store.spend(on('GET /a'), now)).toMatchObject({ spent: true });
    return writes;
  };
  expect([await writesOf(NOW), await writesOf(NOW), await writesOf(NOW + 60)]).toEqual([2, 1, 1]);
  // The history's, and the one that takes the day off the balance.
  expect([await writesOf(NOW + DAY), await writesOf(NOW + DAY), await writesOf(NOW + DAY)]).toEqual([3, 1, 1]);
});

test('a route whose name was not noted is among the others', async () => {
  const { environment, days } = await open();
  // Gone after the write of the balance.
  await environment(1)
    .spend(on('GET /a', 3), NOW)
    .catch(() => undefined);
  expect(await days(NOW)).toEqual([{ day: dayOf(NOW), units: 3, routes: { other: 3 } }]);
  await environment().spend(on('GET /a', 1), NOW + DAY);
  expect(await days(NOW + DAY)).toMatchObject([{ routes: { 'GET /a': 3 } }, { routes: { 'GET /a': 1 } }]);
});

test('whatever stands in the way of it, the call is decided', async () => {
  const { client, table, left } = await open();
  const updates = new SdkItemUpdates(client);
  const store = new DynamoDbSpendingStore(
    {
      updateItem: (name, write) =>
        write.key.sk?.S === 'BALANCE' && write.update.startsWith('SET')
          ? updates.updateItem(name, write)
          : Promise.reject(new Error('the store is away')),
    },
    table,
  );
  for (const now of [NOW, NOW + DAY, NOW + 2 * DAY]) {
    expect(await store.spend(on('GET /a'), now)).toMatchObject({ spent: true });
  }
  expect(await left()).toBe(PLENTY - 3);
});

test('a store that does not answer keeps the call for a moment alone', async () => {
  const { client, table } = await open();
  const updates = new SdkItemUpdates(client);
  const store = new DynamoDbSpendingStore(
    {
      updateItem: (name, write) =>
        write.key.sk?.S === 'BALANCE' ? updates.updateItem(name, write) : new Promise(() => undefined),
    },
    table,
  );
  const begun = performance.now();
  expect(await store.spend(on('GET /a'), NOW)).toMatchObject({ spent: true });
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test('with more routes than are counted, the most used keep their own, and no call after that takes a write more', async () => {
  const { client, table, days, item } = await open();
  let writes = 0;
  const send = (command: UpdateItemCommand) => {
    writes++;
    return client.send(command);
  };
  const counting = () => new DynamoDbSpendingStore(new SdkItemUpdates({ send } as unknown as typeof client), table);
  const stores = [counting(), counting()];
  for (let round = 0; round < 3; round++) {
    writes = 0;
    for (let route = 0; route < 20; route++) {
      await stores[route % 2]?.spend(on(`GET /items/${route}`, 1 + route), NOW);
    }
  }
  expect(writes).toBe(20);
  const [today] = await days(NOW);
  expect(today?.units).toBe(3 * 210);
  expect(Object.keys(today?.routes ?? {})).toContain('other');
  expect(countersOn(item()).length).toBeLessThanOrEqual(MOST_ROUTES + 1);
});

test('a deleted customer leaves no history', async () => {
  const { environment, client, table, items } = await open();
  await environment().spend(on('GET /a', 7), NOW);
  await environment().spend(on('GET /a', 7), NOW + DAY);
  const deletions = new DynamoDbCustomerDeletions(client, table);
  await deletions.begin(CUSTOMER, NOW + DAY);
  await deletions.sweep(CUSTOMER);
  await deletions.finish(CUSTOMER);
  const ofCustomer = items().filter(({ pk }) => pk?.S === `CUSTOMER#${CUSTOMER}`);
  expect(ofCustomer).toEqual([{ ...Key.balance(CUSTOMER), deletedAt: number(NOW + DAY) }]);
});

/** The largest balance that there is: ten keys that expire, and everything that payments, tokens and operators leave. */
function largest(): Item {
  const ids = Array.from({ length: 10 }, (_, index) => `key${String((index + 1) % 10).padStart(3, '0')}`);
  return {
    ...Key.balance('3fXiOdYuxRWGG7'),
    plan: text('enterprise'),
    standing: text('active'),
    graceEndsAt: number(NOW + 12_345),
    remaining: number(123_456_789_012),
    credits: number(123_456_789),
    owed: number(12_345),
    periodStart: number(NOW - 12_345),
    periodEnd: number(FOREVER + 1),
    linkSecret: binary(new Uint8Array(16)),
    createdAt: text('2026-11-23T12:00:00.000Z'),
    lastEntry: text(`checkout_session#cs_live_${'a'.repeat(58)}`),
    revision: number(12),
    shortfall: number(12_345),
    shortfallPeriod: number(NOW - 12_345),
    surrogateKeys: { SS: ['p'.repeat(40)] },
    keys: { M: Object.fromEntries(ids.map((id) => [id, binary(HASH)])) },
    keyExpiries: { M: Object.fromEntries(ids.map((id) => [id, number(FOREVER + 1)])) },
  };
}

test('sizes are those that DynamoDB counts', () => {
  const wire = JSON.parse(JSON.stringify(largest()), (name, value) =>
    name === 'B' ? Buffer.from(Object.values(value as Record<string, number>)).toString('base64') : value,
  );
  expect(sizeOf(largest())).toBe(itemSize(wire));
});

test('the largest balance stays below 1 KB with all that is counted beside it, around midnight too', async () => {
  const { client, table } = await open();
  const store = new DynamoDbSpendingStore(new SdkItemUpdates(client), table);
  const known = largest();
  const names = Object.keys(known).filter((name) => name !== 'pk' && name !== 'sk');
  await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: Key.balance('3fXiOdYuxRWGG7'),
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, known[name] ?? number(0)])),
    }),
  );
  const midnight = (dayOf(NOW) + 1) * DAY;
  const sizes: number[] = [];
  for (const now of [midnight - 60, midnight + 60, midnight + DAY + 60, midnight + DAY + 900]) {
    for (let route = 0; route < 20; route++) {
      const call = { ...on(`GET /items/${route}`, 123_456_789), customer: '3fXiOdYuxRWGG7' };
      const outcome = await store.spend(call, now);
      expect(outcome.spent).toBe(true);
      const { Item = {} } = (await client.send(getBalance(table))) as { Item?: Item };
      sizes.push(sizeOf(Item));
    }
  }
  expect(sizeOf(known)).toBeGreaterThan(900);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024);
});

type Step =
  | { readonly kind: 'call'; readonly at: number; readonly route: number; readonly cost: number }
  | { readonly kind: 'at once'; readonly route: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  /** So many seconds before or after the next midnight. */
  | { readonly kind: 'midnight'; readonly seconds: number }
  | { readonly kind: 'clock'; readonly at: number; readonly skew: number }
  | { readonly kind: 'end'; readonly at: number; readonly writes: number };

const environments = fc.nat(2);
const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('call'),
        at: environments,
        route: fc.nat(11),
        cost: fc.integer({ min: 0, max: 9 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('at once'), route: fc.nat(11) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('pass'),
        seconds: fc.oneof(fc.nat(900), fc.integer({ min: 20_000, max: 3 * DAY })),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('midnight'), seconds: fc.integer({ min: -300, max: 1_000 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('clock'), at: environments, skew: fc.integer({ min: -300, max: 300 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('end'),
        at: environments,
        writes: fc.integer({ min: 1, max: 4 }),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

/** Three environments, in a time of their own, whose clocks are minutes wrong. */
async function run(told: readonly Step[], { environment, left, days, item }: Opened): Promise<void> {
  let now = NOW;
  const skews = [0, 0, 0];
  const stores = skews.map(() => environment());
  const call = (at: number, route: number, cost: number) =>
    stores[at]?.spend(on(`GET /items/${route}`, cost), now + (skews[at] ?? 0)).catch(() => {
      stores[at] = environment();
    });
  for (const step of told) {
    switch (step.kind) {
      case 'call':
        await call(step.at, step.route, step.cost);
        break;
      case 'at once':
        await Promise.all(stores.map((_, at) => call(at, step.route + at, 1)));
        break;
      case 'pass':
        now += step.seconds;
        break;
      case 'midnight':
        now = Math.max(now, (dayOf(now) + 1) * DAY + step.seconds);
        break;
      case 'clock':
        skews[step.at] = step.skew;
        break;
      case 'end':
        stores[step.at] = environment(step.writes);
        break;
    }
    const history = await days(now + 300);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, units) => total + units, 0);
    expect(sum(history.map(({ units }) => units))).toBe(PLENTY - (await left()));
    expect(history.every(({ units, routes }) => units === sum(Object.values(routes)))).toBe(true);
    // Three days at most, each with the route that has just come to it.
    expect(countersOn(item()).length).toBeLessThanOrEqual(3 * (MOST_ROUTES + 2));
  }
}

test('over crashes in the middle, days, calls at once and clocks that are minutes wrong, every unit that was taken is told of once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (told) => run(told, await open())),
    examples(40),
  );
});

function getBalance(table: string) {
  return new GetItemCommand({ TableName: table, Key: Key.balance('3fXiOdYuxRWGG7'), ConsistentRead: true });
}
