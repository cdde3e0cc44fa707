import { countMetric } from '../../../lambda/adapters/metrics';

test('a count is a line in the embedded metric format, of the function that counts', () => {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  process.env.AWS_LAMBDA_FUNCTION_NAME = 'reconciler';
  countMetric('FailedEvents', 3);
  jest.restoreAllMocks();
  expect(lines).toHaveLength(1);
  expect(lines[0]?.endsWith('\n')).toBe(true);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
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
  });
});
