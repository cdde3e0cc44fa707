import { METRIC_NAMESPACE, MetricDimension, MetricName } from '../../lib/private/metric-names';
import type { DecisionBatch } from '../domain/decision-window';

interface Measured {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds' | 'None';
  /** Of several values, each is one of its own. */
  readonly value: number | readonly number[];
}

/**
 * What an authorizer has counted, as lines of CloudWatch's embedded metric format: one of all calls, and one of each reason, plan and
 * currency, for a line has one value of a dimension. What is nothing most of the time, and no part of a ratio, is left out while it is
 * nothing, as CloudWatch charges for a metric by the hours in which it is there.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function decisionLines(batch: DecisionBatch, functionName: string | undefined): string {
  const refused = batch.refusals.reduce((sum, { calls }) => sum + calls, 0);
  const rare = [
    counted(MetricName.FAILED_DECISIONS, batch.failed),
    counted(MetricName.FAIL_OPEN_CALLS, batch.failOpenCalls),
    counted(MetricName.STORE_RETRIES, batch.storeRetries),
  ];
  const line = (metrics: readonly Measured[], dimensions: Readonly<Record<string, string>> = {}) =>
    embedded(batch.at, { [MetricDimension.FUNCTION_NAME]: functionName, ...dimensions }, metrics);
  return [
    line([
      counted(MetricName.CALLS, batch.calls),
      counted(MetricName.UNITS, batch.units),
      counted(MetricName.LEASED_CALLS, batch.leasedCalls),
      counted(MetricName.PAYMENT_REQUIRED, refused),
      // Also where there are none: an alarm takes them off Lambda's errors, and math finds nothing in a metric that never was.
      counted(MetricName.UNAUTHORIZED_CALLS, batch.unauthorized),
      ...rare.filter(({ value }) => value > 0),
      { name: MetricName.DECISION_LATENCY, unit: 'Milliseconds', value: batch.latencies.map(toMicroseconds) },
    ]),
    ...batch.refusals.map(({ reason, plan, calls }) =>
      line([counted(MetricName.PAYMENT_REQUIRED, calls)], {
        [MetricDimension.REASON]: reason,
        [MetricDimension.PLAN]: plan,
      }),
    ),
    ...batch.blocked.map(({ currency, amount }) =>
      line([{ name: MetricName.REVENUE_BLOCKED, unit: 'None', value: amount }], {
        [MetricDimension.CURRENCY]: currency,
      }),
    ),
  ].join('');
}

function counted(name: string, value: number) {
  return { name, unit: 'Count', value } as const;
}

/** Milliseconds, to the microsecond: what is beyond that would only be longer. */
function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}

function embedded(
  Timestamp: number,
  dimensions: Readonly<Record<string, string | undefined>>,
  metrics: readonly Measured[],
): string {
  const directive = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  };
  const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  return `${JSON.stringify({ _aws: { Timestamp, CloudWatchMetrics: [directive] }, ...dimensions, ...values })}\n`;
}
