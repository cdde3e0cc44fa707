import { Token } from 'aws-cdk-lib';
import {
  type IMetric,
  MathExpression,
  type MathExpressionProps,
  Metric,
  type MetricOptions,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { METRIC_NAMESPACE, MetricDimension } from './metric-names';

/** What one of the package's own handlers counts, or measures. */
export function functionMetric(
  handler: IFunction,
  metricName: string,
  options: MetricOptions,
  dimensions: Record<string, string> = {},
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    statistic: Stats.SUM,
    ...options,
    dimensionsMap: {
      [MetricDimension.FUNCTION_NAME]: handler.functionName,
      ...dimensions,
      ...options.dimensionsMap,
    },
  }).attachTo(handler);
}

/** What tells the currencies of money apart. */
export function currencyDimension(currency: string): Record<string, string> {
  return { [MetricDimension.CURRENCY]: Token.isUnresolved(currency) ? currency : currency.toLowerCase() };
}

/** How many messages wait in a queue; of a dead-letter queue, how much waits for the operator. */
export function waitingMessages(queue: IQueue, options: MetricOptions): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, ...options });
}

/** What is computed from metrics; the other options of a metric are for those that it is computed from. */
export function mathMetric(props: MathExpressionProps, { period, label, color }: MetricOptions): MathExpression {
  return new MathExpression({
    ...props,
    ...(period !== undefined && { period }),
    ...(label !== undefined && { label }),
    ...(color !== undefined && { color }),
  });
}

/** The sum of metrics, of which some may have nothing to tell. */
export function sumOf(metrics: Record<string, IMetric>, options: MetricOptions): MathExpression {
  const filled = Object.keys(metrics).map((id) => `FILL(${id}, 0)`);
  return mathMetric({ expression: filled.join(' + '), usingMetrics: metrics }, options);
}
