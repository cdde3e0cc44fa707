import type { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbCustomerDeletions } from '../../../lambda/adapters/dynamodb-customer-deletions';
import { Key, number, text } from '../../../lambda/adapters/dynamodb-items';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import type { ChargedCall } from '../../../lambda/domain/settlement';
import { dateOf, dayOf, MOST_ROUTES, routeCode } from '../../../lambda/domain/usage';
import { balance, NOW } from '../fixtures';
import { CUSTOMER, countersOn, DAY, on, openUsage, PLENTY } from './counted-usage';

test('units are told by day and route, in the write that takes them', async () => {
  const { environment, days, items } = await openUsage();
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
  const { environment, days } = await openUsage();
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

describe('what calls have cost in the end', () => {
  const charged = (route: string, units: number, chargeId = 'charge'): ChargedCall => ({
    chargeId,
    customer: CUSTOMER,
    charged: units,
    bought: 0,
    period: balance().periodStart,
    counted: { route: routeCode(route), units },
  });

  test('is what they are told to have used', async () => {
    const { environment, settle, days, left } = await openUsage();
    const store = environment();
    await store.spend(on('POST /answers', 10), NOW);
    await store.spend(on('POST /answers', 10), NOW);
    await store.spend(on('GET /a', 4), NOW);
    await settle(
      NOW,
      { ...charged('POST /answers', 10), kind: 'report', units: 37 },
      { ...charged('POST /answers', 10, 'second'), kind: 'report', units: 1 },
      { ...charged('GET /a', 4, 'third'), kind: 'refund' },
    );
    expect(await days(NOW)).toEqual([{ day: dayOf(NOW), units: 38, routes: { 'POST /answers': 38 } }]);
    expect(PLENTY - (await left())).toBe(38);
  });

  test('counts on the day on which it is known, and no day is told to have less than nothing', async () => {
    const { environment, settle, days } = await openUsage();
    const next = NOW + DAY;
    await environment().spend(on('GET /a', 10), NOW);
    await settle(next, { ...charged('GET /a', 10), kind: 'refund' });
    const yesterday = { day: dayOf(NOW), units: 10, routes: { 'GET /a': 10 } };
    expect(await days(next)).toEqual([yesterday]);
    await environment().spend(on('GET /a', 25), next);
    expect(await days(next)).toEqual([yesterday, { day: dayOf(next), units: 15, routes: { 'GET /a': 15 } }]);
    await environment().spend(on('GET /a', 1), next + DAY);
    expect((await days(next + DAY)).map(({ units }) => units)).toEqual([10, 15, 1]);
  });

  test('goes to the others where the route is one of them', async () => {
    const { environment, settle, days, item } = await openUsage();
    const store = environment();
    for (let route = 0; route < 20; route++) {
      await store.spend(on(`GET /items/${route}`, 10 + route), NOW);
    }
    const own = countersOn(item()).length;
    await settle(NOW, { ...charged('GET /items/0', 10), kind: 'report', units: 110 });
    expect(countersOn(item())).toHaveLength(own);
    expect((await days(NOW))[0]?.units).toBe(10 * 20 + 190 + 100);
  });
});

test('a day whose move was cut off is told of once, and moved with what has come to it since', async () => {
  const { environment, days, items } = await openUsage();
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
  const { environment, days, item } = await openUsage();
  await environment().spend(on('GET /a', 7), NOW);
  await environment().spend(on('GET /a', 1), NOW + DAY);
  await environment().spend(on('GET /a', 2), NOW);
  expect(countersOn(item())).toHaveLength(2);
  await environment().spend(on('GET /a', 1), NOW + DAY);
  expect(countersOn(item())).toHaveLength(1);
  expect(await days(NOW + DAY)).toMatchObject([{ units: 7 }, { units: 2 }]);
});

test('who is refused has used nothing', async () => {
  const { environment, days } = await openUsage(4);
  expect((await environment().spend(on('GET /a', 5), NOW)).spent).toBe(false);
  expect(await days(NOW)).toEqual([]);
});

test('a day that is over leaves the balance with the next call, for thirteen months', async () => {
  const { environment, days, item, items } = await openUsage();
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
  const { client, table } = await openUsage();
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
  const { environment, days } = await openUsage();
  // Gone after the write of the balance.
  await environment(1)
    .spend(on('GET /a', 3), NOW)
    .catch(() => undefined);
  expect(await days(NOW)).toEqual([{ day: dayOf(NOW), units: 3, routes: { other: 3 } }]);
  await environment().spend(on('GET /a', 1), NOW + DAY);
  expect(await days(NOW + DAY)).toMatchObject([{ routes: { 'GET /a': 3 } }, { routes: { 'GET /a': 1 } }]);
});

test('whatever stands in the way of it, the call is decided', async () => {
  const { client, table, left } = await openUsage();
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
  const { client, table } = await openUsage();
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
  const { client, table, days, item } = await openUsage();
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
  const { environment, client, table, items } = await openUsage();
  await environment().spend(on('GET /a', 7), NOW);
  await environment().spend(on('GET /a', 7), NOW + DAY);
  const deletions = new DynamoDbCustomerDeletions(client, table);
  await deletions.begin(CUSTOMER, NOW + DAY);
  await deletions.sweep(CUSTOMER);
  await deletions.finish(CUSTOMER);
  const ofCustomer = items().filter(({ pk }) => pk?.S === `CUSTOMER#${CUSTOMER}`);
  expect(ofCustomer).toEqual([{ ...Key.balance(CUSTOMER), deletedAt: number(NOW + DAY) }]);
});
