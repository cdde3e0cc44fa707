const NAMESPACE = 'CdkPaywall';

/**
 * Counts occurrences, as CloudWatch's embedded metric format. It is written past the console, which Lambda's JSON log format
 * would wrap. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function countMetric(name: string, value = 1): void {
  const Metrics = [{ Name: name, Unit: 'Count' }];
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[]], Metrics }] };
  process.stdout.write(`${JSON.stringify({ _aws, [name]: value })}\n`);
}
