import { METRIC_NAMESPACE } from '../../lib/private/metric-names';

/**
 * Counts occurrences, as CloudWatch's embedded metric format. It is written past the console, which Lambda's JSON log format
 * would wrap. Its dimension is the function, so that one paywall's count is not another's. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function countMetric(name: string, value = 1): void {
  const Metrics = [{ Name: name, Unit: 'Count' }];
  const directive = { Namespace: METRIC_NAMESPACE, Dimensions: [['FunctionName']], Metrics };
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [directive] };
  const FunctionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
  process.stdout.write(`${JSON.stringify({ _aws, FunctionName, [name]: value })}\n`);
}
