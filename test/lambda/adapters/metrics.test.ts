import { countMetric, measureMetric, moneyMetric } from '../../../lambda/adapters/metrics';
import { emfProblems, metricsOf } from '../../support/embedded-metrics';
import { type LogLine, takeLogLines } from '../../support/log-lines';

let lines: LogLine[];

beforeAll(() => {
  process.env.AWS_LAMBDA_FUNCTION_NAME = 'reconciler';
});

beforeEach(() => {
  lines = takeLogLines();
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => {
  delete process.env.AWS_LAMBDA_FUNCTION_NAME;
});

test('a count is a line in the embedded metric format, of the function that counts and of no service', () => {
  countMetric('FailedEvents', 3);
  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'CdkPaywall',
            Dimensions: [['FunctionName']],
            Metrics: [{ Name: 'FailedEvents', Unit: 'Count' }],
          },
        ],
      },
      FunctionName: 'reconciler',
      FailedEvents: 3,
    },
  ]);
});

test('times and money are measured, and the currency of the one is not the other’s', () => {
  moneyMetric('Revenue', 500, 'usd');
  moneyMetric('Revenue', 700, 'eur');
  measureMetric('WebhookLag', 1_500);
  countMetric('Refunds');
  expect(lines.flatMap(emfProblems)).toEqual([]);
  expect(lines.map(metricsOf)).toEqual([
    { dimensions: { FunctionName: 'reconciler', Currency: 'usd' }, values: { Revenue: 500 } },
    { dimensions: { FunctionName: 'reconciler', Currency: 'eur' }, values: { Revenue: 700 } },
    { dimensions: { FunctionName: 'reconciler' }, values: { WebhookLag: 1_500 } },
    { dimensions: { FunctionName: 'reconciler' }, values: { Refunds: 1 } },
  ]);
});
