/**
 * Where the handlers' own metrics are in CloudWatch. Each has the dimension `FunctionName`, as Lambda's own have, so that one paywall's
 * count is not another's; those that say so are there once more with further dimensions, of which each has few values.
 */
export const METRIC_NAMESPACE = 'CdkPaywall';

/** Further dimensions. */
export const MetricDimension = {
  FUNCTION_NAME: 'FunctionName',
  /** The id of a plan. */
  PLAN: 'Plan',
  /** Why a call was answered with 402. */
  REASON: 'Reason',
  /** In lower case, as Stripe writes it. */
  CURRENCY: 'Currency',
} as const;

/** What the handlers count, or measure. */
export const MetricName = {
  // The authorizer's.

  /** Calls of known callers that were decided, served or not. */
  CALLS: 'Calls',
  /** Units of calls that were served. */
  UNITS: 'Units',
  /** Calls that were decided without asking the store, from leased units. */
  LEASED_CALLS: 'LeasedCalls',
  /** Calls answered with 402; also by `Reason` and `Plan`. */
  PAYMENT_REQUIRED: 'PaymentRequired',
  /**
   * What the units of refused calls would have cost at what was recommended, in the currency's minor unit; only by `Currency`. A call
   * that is sent again and refused again counts again.
   */
  REVENUE_BLOCKED: 'RevenueBlocked',
  /** Calls answered with 401. */
  UNAUTHORIZED_CALLS: 'UnauthorizedCalls',
  /** Calls that could not be decided: 503. */
  FAILED_DECISIONS: 'FailedDecisions',
  /** Calls served without being counted, as the store could not answer and the policy is to fail open. */
  FAIL_OPEN_CALLS: 'FailOpenCalls',
  /** From the event to the answer, in milliseconds; of a busy environment's calls, a sample. */
  DECISION_LATENCY: 'DecisionLatency',
  /** Requests to the store that were sent again. */
  STORE_RETRIES: 'StoreRetries',

  // Of those who take, list and carry out Stripe's events.

  /** Webhooks whose signature does not fit. */
  REFUSED_WEBHOOKS: 'RefusedWebhooks',
  /** Webhooks that were not carried out, and are sent again by Stripe. */
  FAILED_WEBHOOKS: 'FailedWebhooks',
  /** From an event at Stripe until it was carried out, in milliseconds. */
  WEBHOOK_LAG: 'WebhookLag',
  /** Money that came for top-ups and invoices of plans, in the currency's minor unit; only by `Currency`. */
  REVENUE: 'Revenue',
  /** Refunds and disputes by which money for bought units went back; none are told where `Clawback.none()` lets the units be. */
  REFUNDS: 'Refunds',
  /** Money that went back, in the currency's minor unit; only by `Currency`. */
  REFUNDED: 'Refunded',
  /** For how long the oldest event had waited that a run finds not carried out, in milliseconds; nothing, 0, where it finds none. */
  RECONCILER_LAG: 'ReconcilerLag',
  /** Events that had not come, and were carried out by the reconciler. */
  MISSED_EVENTS: 'MissedEvents',
  /** Events that the reconciler could not have carried out. */
  FAILED_EVENTS: 'FailedEvents',

  // Of what gives back and settles calls.

  /** Calls that were given back, as they were not served. */
  REFUNDED_CALLS: 'RefundedCalls',
  /** Their units. */
  REFUNDED_UNITS: 'RefundedUnits',
  /** Calls whose cost the backend has reported. */
  REPORTED_CALLS: 'ReportedCalls',

  // Of what gives customers surrogate keys of their own.

  /** Customers who stay in a lane, as API Gateway takes no more keys. */
  SURROGATE_KEY_CEILING_REACHED: 'SurrogateKeyCeilingReached',
} as const;
