import { DynamoDbRefusalMarks } from '../../../lambda/adapters/dynamodb-refusal-marks';
import type { CustomerEvent } from '../../../lambda/domain/customer-events';
import { Refusals, type RefusedCustomer } from '../../../lambda/domain/refusals';
import { EmbeddedTable } from '../adapters/embedded';
import { NOW } from '../fixtures';

const refused = (overrides: Partial<RefusedCustomer> = {}): RefusedCustomer => ({
  customer: 'c1',
  plan: 'free',
  reason: 'quota_exhausted',
  periodStart: NOW - 60,
  route: 'GET /items/{id}',
  requestId: 'r1',
  at: NOW,
  ...overrides,
});

let table: EmbeddedTable;
let sent: CustomerEvent[];

beforeEach(() => {
  [table, sent] = [new EmbeddedTable(), []];
});

/** As an execution environment begins: it remembers nothing. */
function environment(send = async (events: readonly CustomerEvent[]) => void sent.push(...events)) {
  const marks = new DynamoDbRefusalMarks(table.client, table.table, () => NOW);
  return new Refusals({ paywall: 'shop', marks, bus: { send } });
}

test('the first refusal of a period is told, and no other', async () => {
  const warm = environment();
  await warm.tell([refused(), refused({ requestId: 'r2' })]);
  await warm.tell([refused({ requestId: 'r3' })]);
  await environment().tell([refused({ requestId: 'r4' })]);

  expect(sent).toEqual([
    {
      type: 'PaymentRequired',
      detail: {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        paywall: 'shop',
        customer: 'c1',
        plan: 'free',
        at: '2026-11-23T12:00:00Z',
        reason: 'quota_exhausted',
        route: 'GET /items/{id}',
        requestId: 'r1',
        periodStart: '2026-11-23T11:59:00Z',
      },
    },
  ]);
});

test('each customer, reason and period is told of', async () => {
  const all = [
    refused(),
    refused({ customer: 'c2' }),
    refused({ reason: 'route_not_in_plan' }),
    refused({ periodStart: NOW - 30 }),
  ];
  await environment().tell(all);
  await environment().tell(all.slice(1));

  expect(sent).toHaveLength(4);
  expect(new Set(sent.map(({ detail }) => detail.id)).size).toBe(4);
});

test('what could not be told is told the next time, by the same id', async () => {
  const ids: string[] = [];
  const away = environment(async (events) => {
    ids.push(...events.map(({ detail }) => detail.id));
    throw new Error('away');
  });
  await expect(away.tell([refused()])).rejects.toThrow('away');
  await away.tell([refused()]).catch(() => undefined);
  await environment().tell([refused()]);

  expect([...ids, ...sent.map(({ detail }) => detail.id)]).toEqual(Array.from({ length: 3 }, () => ids[0]));
});

test('a customer has one mark for all reasons, which goes when no period can be as long', async () => {
  await environment().tell([refused(), refused({ reason: 'payment_failed' }), refused({ periodStart: NOW - 30 })]);

  expect(table.items).toEqual([
    {
      pk: { S: 'REFUSED#c1' },
      sk: { S: 'REFUSED' },
      quota_exhausted: { N: expect.any(String) },
      payment_failed: { N: String(NOW - 60) },
      expiresAt: { N: String(NOW + 400 * 86_400) },
    },
  ]);
});

test('two that note the same at a time are both done', async () => {
  const marks = new DynamoDbRefusalMarks(table.client, table.table, () => NOW);
  await marks.note(refused());
  await marks.note(refused());

  expect(await marks.isTold(refused())).toBe(true);
  expect(await marks.isTold(refused({ periodStart: NOW }))).toBe(false);
});
