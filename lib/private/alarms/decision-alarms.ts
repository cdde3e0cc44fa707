import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { QuotaAuthorizer } from '../../quota-authorizer';
import type { QuotaStore } from '../../quota-store';
import type { AlarmDefinition } from './alarm-definition';

/**
 * Calls that are not decided. What counts 401s is up to ten seconds late, a thirtieth of a period, so that even where every call is one, 3.3
 * per cent of a period's calls look undecided: the threshold is above that. A period that got another's late counts evens itself out
 * with the next, so two in succession are not the clock's doing; nor is a lone call that fails on an API with few of them.
 */
export function undecidedCalls(authorizer: QuotaAuthorizer, perCent: number): AlarmDefinition {
  return {
    alarmDescription:
      `At least ${perCent} % of calls cannot be decided and are answered with 503, for ten minutes: the authorizer fails, crashes or times ` +
      'out. Its logs say why; most often DynamoDB cannot be reached, or throttles (see the alarm on the store). Nobody is charged for these ' +
      'calls. If it began with a deployment, deploy the version before. Then see what callers meet: cdk-paywall doctor',
    metric: authorizer.metricUndecidedShare({ period: Duration.minutes(5) }),
    threshold: perCent,
    evaluationPeriods: 2,
  };
}

/** Slow in three periods in succession: a single slow call in each of them is already more than cold starts explain. */
export function decisionLatency(authorizer: QuotaAuthorizer, limit: Duration): AlarmDefinition {
  return {
    alarmDescription:
      `One call in a hundred waits for ${limit.toMilliseconds()} ms or longer for the paywall alone, for fifteen minutes. See on the ` +
      "dashboard whether the store retries or throttles, and DynamoDB's own latency in the table's metrics. Metering.leased() decides most " +
      'calls without asking the store',
    metric: authorizer.metricDecisionLatency({ period: Duration.minutes(5) }),
    threshold: limit.toMilliseconds(),
    evaluationPeriods: 3,
  };
}

/**
 * More refusals than this API's hour and day explain. How many are usual differs from API to API, and rises towards the end of a month, so
 * no fixed number or share would do for all; CloudWatch learns them. What it learns from has a floor, as one refusal on an API that never
 * had any would be an anomaly too.
 */
export function paymentRequired(
  authorizer: QuotaAuthorizer,
  { floor }: { readonly floor: number },
): Pick<AlarmDefinition, 'alarmDescription' | 'metric' | 'evaluationPeriods' | 'comparisonOperator'> {
  const refused = authorizer.metricPaymentRequired();
  return {
    alarmDescription:
      'Many more calls than usual are answered with 402. See on the dashboard for which reason and on which plan. quota_exhausted on one ' +
      'plan: a client that goes on calling, or costs or units that a deployment has changed. payment_failed: renewals fail, see them at ' +
      'Stripe. route_not_in_plan: a route was taken out of a plan. For one customer: cdk-paywall customers show CUSTOMER',
    metric: new MathExpression({
      expression: `IF(refused >= ${floor}, refused, 0)`,
      usingMetrics: { refused },
      period: Duration.minutes(15),
      label: `Calls answered with 402, from ${floor}`,
    }),
    comparisonOperator: ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
    // Half an hour: a burst of one client is over by then.
    evaluationPeriods: 2,
  };
}

/** Throttled requests are sent again by the authorizer, so a few are not noticed by anyone; a table on demand has them when a peak doubles. */
export function storeThrottling(store: QuotaStore, requests: number): AlarmDefinition {
  return {
    alarmDescription:
      `DynamoDB has throttled at least ${requests} requests to the table in each of two periods of five minutes: calls wait, and are ` +
      'answered with 503 where waiting is not enough. A table on demand takes twice its last peak at once: it is over in half an hour. If ' +
      "one customer's calls are most of it, Metering.leased() spares the store, and a throttle on the plan bounds it. A maximum on the " +
      "table's throughput, or the account's quota, must be raised: aws service-quotas list-service-quotas --service-code dynamodb",
    metric: store.metricThrottledRequests({ period: Duration.minutes(5) }),
    threshold: requests,
    evaluationPeriods: 2,
  };
}
