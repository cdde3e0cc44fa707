import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { METRIC_NAMESPACE } from './metric-names';

/** What one of the package's own handlers counts. */
export function functionMetric(handler: IFunction, metricName: string, options: MetricOptions): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { FunctionName: handler.functionName },
    statistic: Stats.SUM,
    ...options,
  }).attachTo(handler);
}
