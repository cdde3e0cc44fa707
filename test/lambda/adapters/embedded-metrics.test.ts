import { decisionLines } from '../../../lambda/adapters/embedded-metrics';
import type { DecisionBatch } from '../../../lambda/domain/decision-window';
import { emfProblems, metricsOf } from '../../support/embedded-metrics';

const batch: DecisionBatch = {
  ...{ at: 1_795_435_200_000, calls: 7, units: 12, leasedCalls: 5 },
  ...{ unauthorized: 0, failed: 0, failOpenCalls: 0, storeRetries: 0 },
  refusals: [
    { reason: 'quota_exhausted', plan: 'free', calls: 2 },
    { reason: 'payment_failed', plan: 'pro', calls: 1 },
  ],
  blocked: [{ currency: 'usd', amount: 1.25 }],
  latencies: [0.123456, 7],
};

const linesOf = (changes: Partial<DecisionBatch> = {}) =>
  decisionLines({ ...batch, ...changes }, 'authorizer')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a batch is one line of all calls, and one of each reason and plan, and of each currency', () => {
  const lines = linesOf();
  expect(lines.flatMap(emfProblems)).toEqual([]);
  expect(lines.map(metricsOf)).toEqual([
    {
      dimensions: { FunctionName: 'authorizer' },
      values: {
        Calls: 7,
        Units: 12,
        LeasedCalls: 5,
        PaymentRequired: 3,
        UnauthorizedCalls: 0,
        DecisionLatency: [0.123, 7],
      },
    },
    {
      dimensions: { FunctionName: 'authorizer', Reason: 'quota_exhausted', Plan: 'free' },
      values: { PaymentRequired: 2 },
    },
    {
      dimensions: { FunctionName: 'authorizer', Reason: 'payment_failed', Plan: 'pro' },
      values: { PaymentRequired: 1 },
    },
    { dimensions: { FunctionName: 'authorizer', Currency: 'usd' }, values: { RevenueBlocked: 1.25 } },
  ]);
  expect(lines.every(({ _aws }) => _aws.Timestamp === batch.at)).toBe(true);
  expect(lines[0]._aws.CloudWatchMetrics[0]).toMatchObject({
    Namespace: 'CdkPaywall',
    Metrics: expect.arrayContaining([
      { Name: 'Calls', Unit: 'Count' },
      { Name: 'DecisionLatency', Unit: 'Milliseconds' },
    ]),
  });
});

test('what is rare is there where there was some of it', () => {
  const [line] = linesOf({ unauthorized: 1, failed: 2, failOpenCalls: 3, storeRetries: 4, refusals: [], blocked: [] });
  expect(emfProblems(line)).toEqual([]);
  expect(metricsOf(line).values).toMatchObject({
    PaymentRequired: 0,
    UnauthorizedCalls: 1,
    FailedDecisions: 2,
    FailOpenCalls: 3,
    StoreRetries: 4,
  });
});

test('a line is ended, so that nothing that is written after it is part of it', () => {
  expect(decisionLines(batch, 'authorizer').endsWith('}\n')).toBe(true);
});
