import type { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbReservationStore } from '../../../lambda/adapters/dynamodb-reservation-store';
import { DynamoDbSettlementStore } from '../../../lambda/adapters/dynamodb-settlement-store';
import { readReport } from '../../../lambda/adapters/report-message';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import { SqsChargeReports } from '../../../lambda/adapters/sqs-charge-reports';
import { openingBalance } from '../../../lambda/domain/balance';
import { reportsOf, reserve } from '../../../lambda/domain/models/reservation';
import { type Settlement, settle } from '../../../lambda/domain/settlement';
import { CATALOGUE, NOW } from '../fixtures';
import { EmbeddedTable } from './embedded';

const PRICE = { input: 1_000_000, output: 1_000_000, cachedInput: 1_000_000, cacheWriteInput: 1_000_000 };

async function customer(remaining: number) {
  const { client, table } = new EmbeddedTable();
  const customers = new DynamoDbCustomerStore(client, table);
  const [plan] = CATALOGUE.plans;
  if (plan === undefined) {
    throw new Error('no plan');
  }
  await customers.create('ada', { ...openingBalance(plan, NOW, new Uint8Array(16)), remaining });
  const left = async () => (await customers.balance('ada'))?.remaining;
  return { left, client, table, store: new DynamoDbReservationStore(new SdkItemUpdates(client), table) };
}

test('units are reserved if they are there, and else nothing is', async () => {
  const { store, left } = await customer(100);
  expect(await store.reserve('ada', 60)).toMatchObject({ isDone: true, balance: { remaining: 40 } });
  expect(await store.reserve('ada', 41)).toMatchObject({ isDone: false, balance: { remaining: 40 } });
  expect(await store.reserve('ada', 40)).toMatchObject({ isDone: true, balance: { remaining: 0 } });
  expect(await left()).toBe(0);
});

test('nobody who is unknown has any', async () => {
  const { store } = await customer(100);
  expect(await store.reserve('nobody', 0)).toBeUndefined();
});

test('in whatever order and however often it is told, a call costs what it has cost, and one that was not served nothing', async () => {
  // What the proxy tells, what stands in if it does not, and what the access log tells of a call that was answered with 5xx.
  const told = fc.array(fc.constantFrom('report', 'safeguard', 'report'), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(400),
      fc.boolean(),
      told,
      fc.infiniteStream(fc.nat(3)),
      async (units, failed, more, picks) => {
        const { store, left, client, table } = await customer(900);
        const settlements = new DynamoDbSettlementStore(client, table, () => NOW);
        await store.reserve('ada', 10);
        const period = (await store.reserve('ada', 0))?.balance.periodStart ?? 0;
        const charged = { chargeId: 'call-1', customer: 'ada', charged: 10, bought: 0, period };
        const input = { atMost: 100, estimate: async () => 100 };
        const held = await reserve(store, charged, { price: PRICE, input, maxOutput: 200, minOutput: 16, answers: 1 });
        if (held.kind !== 'reserved' || held.extra === undefined) {
          throw new Error('not reserved');
        }
        const cost = failed ? 0 : units;
        const reports = reportsOf(held, cost).map(
          ({ call, units: of }): Settlement => ({ ...call, kind: 'report', units: of }),
        );
        const safeguard: Settlement = { ...held.extra, kind: 'report', units: 0 };
        const refund: Settlement = { ...charged, kind: 'refund' };
        // The proxy tells first; the safeguard comes a quarter of an hour later.
        const batches: Settlement[][] = [reports, ...more.map((what) => (what === 'report' ? reports : [safeguard]))];
        for (const batch of failed ? withinOrder(batches, [refund], picks.next().value ?? 0) : batches) {
          await settle(settlements, batch, () => `${Math.random()}`);
        }
        expect(await left()).toBe(900 - cost);
      },
    ),
    { numRuns: 60 },
  );
});

test('where the proxy never tells, its estimate stands', async () => {
  const { store, left, client, table } = await customer(900);
  await store.reserve('ada', 10);
  const period = (await store.reserve('ada', 0))?.balance.periodStart ?? 0;
  const extra = { chargeId: 'call-1.extra', customer: 'ada', charged: 290, bought: 0, period };
  await store.reserve('ada', 290);
  const settlements = new DynamoDbSettlementStore(client, table, () => NOW);
  await settle(settlements, [{ ...extra, kind: 'report', units: 0 }], () => 'one');
  expect(await left()).toBe(890);
});

describe('reports', () => {
  const call = { chargeId: 'call-1', customer: 'ada', charged: 10, bought: 3, period: NOW };

  async function sent(delay?: number, failed: object[] = []) {
    const commands: SendMessageBatchCommand['input'][] = [];
    const send = async (command: SendMessageBatchCommand) => {
      commands.push(command.input);
      return { Failed: failed };
    };
    const reports = new SqsChargeReports({ send } as never, 'https://sqs/reports');
    await reports.send([{ call, units: 7 }], delay);
    await reports.send([]);
    return commands;
  }

  test('go as those of backends do, and none is sent of nothing', async () => {
    const [first, ...others] = await sent();
    expect(others).toEqual([]);
    expect(first?.QueueUrl).toBe('https://sqs/reports');
    const [entry] = first?.Entries ?? [];
    expect(readReport(entry?.MessageBody ?? '')).toEqual({ ...call, kind: 'report', units: 7 });
    expect(entry?.DelaySeconds).toBeUndefined();
  });

  test('can be kept back', async () => {
    expect((await sent(900))[0]?.Entries?.[0]?.DelaySeconds).toBe(900);
  });

  test('that SQS did not take are no reports', async () => {
    await expect(sent(0, [{ Id: '0', Code: 'InternalError' }])).rejects.toThrow(
      'SQS did not take 1 of 1 reports: InternalError',
    );
  });
});

/** The batches with another one put in among them. */
function withinOrder<T>(batches: readonly T[], other: T, at: number): T[] {
  const index = at % (batches.length + 1);
  return [...batches.slice(0, index), other, ...batches.slice(index)];
}
