import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { Key } from '../../../lambda/adapters/dynamodb-items';
import { hashApiKey, parseApiKey } from '../../../lambda/domain/api-key';
import { charge } from '../../../lambda/domain/charge';
import { operate } from '../../../lambda/operations/operate';
import {
  type CloseProbesAnswer,
  type OpenProbesAnswer,
  PROBE_LIFE,
  type Probe,
} from '../../../lib/private/operations-doctor';
import { request } from '../adapters/stores';
import { CATALOGUE, NOW } from '../fixtures';
import { Operators } from './operators';

let operators: Operators;

beforeAll(async () => {
  operators = await Operators.open();
});

afterAll(() => operators.stores.close());

const open = { operation: 'openProbes', by: 'ada' };
const close = (...customers: unknown[]) => ({ operation: 'closeProbes', customers, by: 'ada' });

/** What is decided of a call of a probe's. */
function decide({ customer, apiKey }: Probe, cost: number, now = NOW) {
  const keyId = parseApiKey(apiKey)?.keyId ?? '';
  const credential = { keyId, keyHash: hashApiKey(apiKey) };
  return charge(operators.stores.spending, CATALOGUE, request(customer, { credential, cost }), () => now);
}

test('probes are refused, each in its way, and no call of theirs is granted', async () => {
  const { probes } = await operators.answerTo<OpenProbesAnswer>(open);
  const decisions: Record<string, object> = {};
  for (const probe of probes) {
    decisions[probe.state] = await decide(probe, 1);
  }
  expect(decisions).toMatchObject({
    lapsed: { kind: 'payment_required', reason: 'payment_failed' },
    exhausted: { kind: 'payment_required', reason: 'quota_exhausted' },
    suspended: { kind: 'suspended' },
  });
  // AND who owes is refused also what costs nothing
  expect(await decide(probes[0] as Probe, 0)).toMatchObject({ reason: 'payment_failed' });
  // AND no period ends, and no key lives, while they are there
  for (const probe of probes) {
    expect((await decide(probe, 1, NOW + PROBE_LIFE - 1)).kind).not.toBe('granted');
    expect(await decide(probe, 1, NOW + PROBE_LIFE)).toEqual({ kind: 'unauthorized' });
  }
});

test('probes are written down, taken away at the end, and deleted by the table where they are not', async () => {
  const { probes } = await operators.answerTo<OpenProbesAnswer>(open);
  const ids = probes.map(({ customer }) => customer);
  const { client, table } = operators.stores.table;
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: Key.balance(ids[0] ?? '') }));
  expect(Item).toMatchObject({ probe: { BOOL: true }, expiresAt: { N: String(NOW + PROBE_LIFE) } });
  expect(await operators.answerTo<CloseProbesAnswer>(close(...ids))).toEqual({ closed: 3 });
  expect(await operators.answerTo<CloseProbesAnswer>(close(...ids))).toEqual({ closed: 0 });
  for (const customer of ids) {
    expect(await operators.stores.customers.balance(customer)).toBeUndefined();
    expect(
      (await operators.changesOf(customer)).map(({ who, change, outcome }) => [who, change.what, outcome]),
    ).toEqual([
      ['operator ada', 'probe.opened', 'opened'],
      ['operator ada', 'probe.closed', 'closed'],
    ]);
  }
});

test('nobody who is no probe is taken away', async () => {
  const customer = await operators.stores.customerWith();
  expect(await operators.answerTo<CloseProbesAnswer>(close(customer, 'nobody'))).toEqual({ closed: 0 });
  expect(await operators.stores.balanceOf(customer)).toMatchObject({ plan: 'free' });
  expect(await operators.changesOf(customer)).toEqual([]);
  expect(await operators.refusalOf(close(1))).toMatch(/^`customers` must be at most 10 ids/);
  expect(await operators.refusalOf({ ...open, by: '' })).toMatch(/^`by` must be one line/);
});

test('where no plan has a limit there is nobody without units, who would have them back at once', async () => {
  const plans = CATALOGUE.plans.map(({ quota: _, ...plan }) => ({ ...plan, quota: { period: 'unlimited' as const } }));
  const unlimited = { ...operators.dependencies, catalogue: { ...CATALOGUE, plans } };
  const result = await operate(open, unlimited, () => 600_000);
  expect(result).toMatchObject({ answer: { probes: [{ state: 'lapsed' }, { state: 'suspended' }] } });
});
