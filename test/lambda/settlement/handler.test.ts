import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, SQSEvent, SQSRecord } from 'aws-lambda';
import { writeReport } from '../../../lambda/adapters/report-message';
import type { RefusedCustomer } from '../../../lambda/domain/refusals';
import type { ChargedCall } from '../../../lambda/domain/settlement';
import { routeCode } from '../../../lambda/domain/usage';
import { readAccessLog } from '../../../lambda/settlement/access-log';
import { handle, type SettlementDependencies } from '../../../lambda/settlement/handler';
import { MemorySettlementStore } from '../domain/memory-settlement-store';
import { MemorySpendingStore } from '../domain/memory-spending-store';
import { balance, NOW } from '../fixtures';

const PERIOD = balance().periodStart;
const LINE = {
  status: '502',
  responseType: '-',
  charge: 'charge-1',
  customer: 'c1',
  cost: '5',
  bought: '0',
  period: String(PERIOD),
};

let spending: MemorySpendingStore;
let counted: Record<string, number>;
let errors: unknown[];
let dependencies: SettlementDependencies;

beforeEach(() => {
  spending = new MemorySpendingStore();
  spending.balances.set('c1', balance({ remaining: 45 }));
  spending.balances.set('c2', balance({ remaining: 45 }));
  [counted, errors] = [{}, []];
  let last = 0;
  dependencies = {
    store: new MemorySettlementStore(spending),
    newId: () => `id${++last}`,
    count: (metric, value) => {
      counted[metric] = (counted[metric] ?? 0) + value;
    },
    logError: (message, about) => errors.push({ message, ...about }),
  };
});

function logEvent(lines: readonly (object | string)[], messageType = 'DATA_MESSAGE'): CloudWatchLogsEvent {
  const logEvents = lines.map((line, index) => ({
    id: String(index),
    timestamp: NOW * 1000,
    message: typeof line === 'string' ? line : JSON.stringify(line),
  }));
  const data = { messageType, owner: '1', logGroup: 'g', logStream: 's', subscriptionFilters: ['f'], logEvents };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
}

function queueEvent(...reports: [ChargedCall, number][]): SQSEvent {
  const records = reports.map(([call, units], index) => ({ messageId: `m${index}`, body: writeReport(call, units) }));
  return { Records: records as SQSRecord[] };
}

const charged = (overrides: Partial<ChargedCall> = {}): ChargedCall => ({
  chargeId: 'charge-1',
  customer: 'c1',
  charged: 5,
  bought: 0,
  period: PERIOD,
  ...overrides,
});

const remaining = (customer = 'c1') => spending.balances.get(customer)?.remaining;

test.each([
  ['a server error of the backend', {}, 50],
  ['a backend that took too long', { status: '504', responseType: 'INTEGRATION_TIMEOUT' }, 50],
  ['a throttle after the charge', { status: '429', responseType: 'THROTTLED' }, 50],
  ['a request that was not valid', { status: '400', responseType: 'BAD_REQUEST_PARAMETERS' }, 50],
  ['a body that was too large', { status: '413', responseType: 'REQUEST_TOO_LARGE' }, 50],
  ['a usage plan that was used up', { status: '402', responseType: 'QUOTA_EXCEEDED' }, 50],
  ['an answer', { status: '200' }, 45],
  ['a refusal by the backend itself', { status: '429' }, 45],
  ['a refusal before the charge', { status: '402', responseType: 'ACCESS_DENIED', cost: '-', charge: '-' }, 45],
  ['a call that cost nothing', { cost: '0' }, 45],
  ['an answer from the cache, where that is free', { status: '200', cachedCost: '0', integrationLatency: '-' }, 50],
  ['an answer that the cache did not have', { status: '200', cachedCost: '0', integrationLatency: '12' }, 45],
  ['an answer in no time', { status: '200', cachedCost: '0', integrationLatency: '0' }, 45],
  ['an answer from the cache', { status: '200', cachedCost: '-', integrationLatency: '-' }, 45],
  ['an answer of which a log of its own says less', { status: '200', cachedCost: '0' }, 45],
])('%s is given back as it should be', async (_, overrides, left) => {
  await handle(logEvent([{ ...LINE, ...overrides }]), dependencies);
  expect(remaining()).toBe(left);
});

test('a line names the route that the history of use has counted', () => {
  const line = { ...LINE, httpMethod: 'GET', resourcePath: '/items/{id}' };
  const [named, unnamed] = readAccessLog(logEvent([line, LINE])).refunds;
  expect(named?.counted).toEqual({ route: routeCode('GET /items/{id}'), units: 5 });
  expect(unnamed?.counted).toBeUndefined();
});

test('a batch that comes again is given back once, and counted once', async () => {
  const batch = logEvent([LINE, { ...LINE, charge: 'charge-2' }, LINE]);
  await handle(batch, dependencies);
  await handle(batch, dependencies);
  expect(remaining()).toBe(55);
  expect(counted).toEqual({ RefundedCalls: 2, RefundedUnits: 10 });
});

test('lines of another making, and messages of control, say nothing', async () => {
  await handle(logEvent(['GET / 500', 'null', '"5"', { status: 500 }]), dependencies);
  await handle(logEvent([LINE], 'CONTROL_MESSAGE'), dependencies);
  expect(remaining()).toBe(45);
});

test('a customer whose calls cannot be given back holds up no other, and the batch is brought again', async () => {
  const { store } = dependencies;
  const faulty = {
    note: store.note.bind(store),
    apply: (customer: string, entry: string) =>
      customer === 'c1' ? Promise.reject(new Error('throttled')) : store.apply(customer, entry),
  };
  const batch = logEvent([LINE, { ...LINE, charge: 'charge-2', customer: 'c2' }]);
  await expect(handle(batch, { ...dependencies, store: faulty })).rejects.toThrow('1 customers');
  expect([remaining('c1'), remaining('c2')]).toEqual([45, 50]);
  expect(errors).toEqual([{ message: 'calls could not be settled', customer: 'c1' }]);
  await handle(batch, dependencies);
  expect([remaining('c1'), remaining('c2')]).toEqual([50, 50]);
});

test('reports are settled, and those that could not be stay in the queue', async () => {
  const { store } = dependencies;
  const faulty = {
    note: (customer: string, ...rest: [never, never]) =>
      customer === 'c2' ? Promise.reject(new Error('throttled')) : store.note(customer, ...rest),
    apply: store.apply.bind(store),
  };
  const event = queueEvent([charged(), 9], [charged({ customer: 'c2', chargeId: 'charge-2' }), 9]);
  expect(await handle(event, { ...dependencies, store: faulty })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm1' }],
  });
  expect([remaining('c1'), remaining('c2')]).toEqual([41, 45]);
  expect(await handle(event, dependencies)).toEqual({ batchItemFailures: [] });
  expect([remaining('c1'), remaining('c2')]).toEqual([41, 41]);
  expect(counted).toEqual({ ReportedCalls: 2 });
});

test('batches of the access log that were moved from the dead letters are given back beside reports, each for itself', async () => {
  const moved = (...charges: string[]) => JSON.stringify(logEvent(charges.map((charge) => ({ ...LINE, charge }))));
  const bodies = [moved('charge-1'), writeReport(charged({ chargeId: 'charge-2' }), 9), '{"awslogs":{"data":"none"}}'];
  const Records = bodies.map((body, index) => ({ messageId: `m${index}`, body })) as SQSRecord[];
  expect(await handle({ Records }, dependencies)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm2' }] });
  expect(remaining()).toBe(45 + 5 - 4);
  expect(errors).toEqual([{ message: 'a batch of the access log has failed again', id: 'm2' }]);
  // AND what is moved once more is given back once
  await handle({ Records: Records.slice(0, 2) }, dependencies);
  expect(remaining()).toBe(46);
});

describe('refusals', () => {
  const REFUSED = {
    ...LINE,
    ...{ status: '402', responseType: 'ACCESS_DENIED', cost: '-', charge: '-', bought: '-' },
    ...{ plan: 'free', reason: 'quota_exhausted', requestId: 'r1', httpMethod: 'GET', resourcePath: '/items/{id}' },
  };
  const told: RefusedCustomer[] = [];
  const refusals = { tell: async (refused: readonly RefusedCustomer[]) => void told.push(...refused) };

  beforeEach(() => {
    told.length = 0;
  });

  test.each<[string, object, RefusedCustomer['reason'][]]>([
    ['by the authorizer are told, with its reason', {}, ['quota_exhausted']],
    [
      'by a usage plan are told',
      { reason: '-', responseType: 'QUOTA_EXCEEDED', cost: '5', charge: 'charge-1' },
      ['usage_plan_quota_exceeded'],
    ],
    ['of the backend’s own are not', { reason: '-', responseType: '-', cost: '5' }, []],
    ['with another status are not', { status: '403' }, []],
    ['of nobody are not', { customer: '-' }, []],
    ['without a period are not', { period: '-' }, []],
  ])('%s', async (_, overrides, reasons) => {
    await handle(logEvent([{ ...REFUSED, ...overrides }]), { ...dependencies, refusals });

    expect(told).toEqual(
      reasons.map((reason) => ({
        ...{ customer: 'c1', plan: 'free', reason, periodStart: PERIOD },
        ...{ route: 'GET /items/{id}', requestId: 'r1', at: NOW },
      })),
    );
  });

  test('are nothing to who wants none told', async () => {
    await handle(logEvent([REFUSED]), dependencies);
    expect([told, remaining()]).toEqual([[], 45]);
  });

  test('that cannot be told hold up no refund, and come again', async () => {
    const away = { tell: () => Promise.reject(new Error('away')) };
    await expect(handle(logEvent([LINE, REFUSED]), { ...dependencies, refusals: away })).rejects.toThrow('away');
    expect(remaining()).toBe(50);
  });
});
