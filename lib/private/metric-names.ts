/** Where the handlers' own metrics are in CloudWatch; their dimension is `FunctionName`, as with Lambda's. */
export const METRIC_NAMESPACE = 'CdkPaywall';

/** What the handlers count. */
export const MetricName = {
  /** Events that had not come, and were carried out by the reconciler. */
  MISSED_EVENTS: 'MissedEvents',
  /** Events that the reconciler could not have carried out. */
  FAILED_EVENTS: 'FailedEvents',
} as const;
