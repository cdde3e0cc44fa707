import { type IMetric, type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { currencyDimension, functionMetric, mathMetric, sumOf } from './private/function-metric';
import { MetricDimension, MetricName } from './private/metric-names';

/** Why a call was answered with 402: `reason` of the answer. */
export enum PaymentRequiredReason {
  /** The plan's units of the period are used up, and no bought ones are left. */
  QUOTA_EXHAUSTED = 'quota_exhausted',
  /** A renewal was not paid, and the time of grace is over. */
  PAYMENT_FAILED = 'payment_failed',
  /** The plan does not have the route. */
  ROUTE_NOT_IN_PLAN = 'route_not_in_plan',
}

/** Options of `metricPaymentRequiredBy`. */
export interface PaymentRequiredMetricOptions extends MetricOptions {
  /**
   * Calls that were refused for this reason.
   *
   * @default - for any
   */
  readonly reason?: PaymentRequiredReason;

  /**
   * Calls of customers of this plan, by its id.
   *
   * @default - of all plans
   */
  readonly plan?: string;
}

/** What an authorizer counts and measures; it says so once in ten seconds at most, so a count can be in the minute after. */
export abstract class QuotaAuthorizerBase extends Construct {
  /** The function behind it. */
  public abstract readonly handler: IFunction;

  /**
   * The ids of the plans that calls are counted by.
   *
   * @internal
   */
  protected abstract readonly _planIds: string[];

  /**
   * Calls of known callers that were decided, served or not: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricCalls(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.CALLS, options);
  }

  /**
   * Units that were taken for calls; what is given back later is not taken off.
   *
   * @default - the sum over 5 minutes
   */
  public metricUnits(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.UNITS, options);
  }

  /**
   * Calls that were decided from leased units, without asking the store: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricLeasedCalls(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.LEASED_CALLS, options);
  }

  /**
   * How many of a hundred calls were decided without asking the store: per cent. Without leases it is 0.
   *
   * @default - over 5 minutes
   */
  public metricLeaseHitRate(options: MetricOptions = {}): IMetric {
    const usingMetrics = { leased: this.metricLeasedCalls(options), decided: this.metricCalls(options) };
    return mathMetric(
      { expression: '100 * FILL(leased, 0) / decided', usingMetrics, label: 'Decided from a lease' },
      options,
    );
  }

  /**
   * Calls that were answered with 402, whatever for: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricPaymentRequired(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.PAYMENT_REQUIRED, options);
  }

  /**
   * Calls that were answered with 402 for a reason, or to customers of a plan: a count. For both, it is a metric; for one of them, the sum of
   * several, each of which an alarm on it pays for.
   *
   * @default - the sum over 5 minutes
   */
  public metricPaymentRequiredBy(options: PaymentRequiredMetricOptions = {}): IMetric {
    const { reason, plan, ...others } = options;
    if (plan !== undefined && !this._planIds.includes(plan)) {
      throw new Error(
        `\`plan\` must be one of ${JSON.stringify(this._planIds)} for its metric, got: ${JSON.stringify(plan)}`,
      );
    }
    const reasons = reason === undefined ? Object.values(PaymentRequiredReason) : [reason];
    const plans = plan === undefined ? this._planIds : [plan];
    const parts = reasons.flatMap((ofReason) =>
      plans.map((ofPlan): [string, Metric] => {
        const dimensions = { [MetricDimension.REASON]: ofReason, [MetricDimension.PLAN]: ofPlan };
        const metric = functionMetric(this.handler, MetricName.PAYMENT_REQUIRED, others, dimensions);
        return [`${ofReason}_${this._planIds.indexOf(ofPlan)}`, metric];
      }),
    );
    const [[, first] = []] = parts;
    return parts.length === 1 && first !== undefined ? first : sumOf(Object.fromEntries(parts), others);
  }

  /**
   * What the units of refused calls would have cost at what was recommended to the callers, in the currency's minor unit: 2900 is 29.00 USD.
   * Who is refused twice is counted twice.
   *
   * @param currency the ISO 4217 code, `usd`
   * @default - the sum over 5 minutes
   */
  public metricRevenueBlocked(currency: string, options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.REVENUE_BLOCKED, options, currencyDimension(currency));
  }

  /**
   * Calls that were answered with 401: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricUnauthorizedCalls(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.UNAUTHORIZED_CALLS, options);
  }

  /**
   * Calls that could not be decided, and were answered with 503: a count. An authorizer that crashes cannot count; see
   * `metricUndecidedShare`.
   *
   * @default - the sum over 5 minutes
   */
  public metricFailedDecisions(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.FAILED_DECISIONS, options);
  }

  /**
   * How many of a hundred calls were not decided, crashes and timeouts of the authorizer included: per cent. Lambda counts a 401 as an error
   * too, as this is how an authorizer answers it, so these are taken off.
   *
   * @default - over 5 minutes
   */
  public metricUndecidedShare(options: MetricOptions = {}): IMetric {
    const usingMetrics = {
      errors: this.handler.metricErrors(options),
      unauthorized: this.metricUnauthorizedCalls(options),
      invocations: this.handler.metricInvocations(options),
    };
    return mathMetric(
      {
        // A 401 that is counted a little after its error would make the share of a later period negative.
        expression: '100 * MAX([errors - FILL(unauthorized, 0), 0 * errors]) / invocations',
        usingMetrics,
        label: 'Not decided',
      },
      options,
    );
  }

  /**
   * Calls that were served without being counted, as the store could not answer and the policy is to fail open: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricFailOpenCalls(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.FAIL_OPEN_CALLS, options);
  }

  /**
   * From the event to the answer, in milliseconds: what the paywall adds to a call, but for API Gateway's own part and cold starts.
   *
   * @default - the 99th percentile over 5 minutes
   */
  public metricDecisionLatency(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.DECISION_LATENCY, { statistic: Stats.percentile(99), ...options });
  }

  /**
   * Requests to the store that were sent again: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricStoreRetries(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.STORE_RETRIES, options);
  }
}
