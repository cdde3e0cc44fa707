import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, MetricDimension } from '../../lib/private/metric-names';

// What the handlers count beside the authorizer, which writes its own lines (`embedded-metrics.ts`). Powertools writes past the
// console too, which Lambda's JSON log format would wrap.

let opened: Metrics | undefined;

function metrics(): Metrics {
  if (opened === undefined) {
    opened = new Metrics({ namespace: METRIC_NAMESPACE });
    // Powertools' own is a service; here it is the function, so that one paywall's count is not another's.
    opened.clearDefaultDimensions();
    opened.setDefaultDimensions({ [MetricDimension.FUNCTION_NAME]: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '' });
  }
  return opened;
}

/** Counts occurrences. */
export function countMetric(name: string, value = 1): void {
  metrics().addMetric(name, MetricUnit.Count, value).publishStoredMetrics();
}

/** A time that passed, in milliseconds. */
export function measureMetric(name: string, milliseconds: number): void {
  metrics().addMetric(name, MetricUnit.Milliseconds, milliseconds).publishStoredMetrics();
}

/** Money, in the currency's minor unit: apart by currency. */
export function moneyMetric(name: string, amount: number, currency: string): void {
  metrics()
    .addDimension(MetricDimension.CURRENCY, currency)
    .addMetric(name, MetricUnit.NoUnit, amount)
    .publishStoredMetrics();
}
