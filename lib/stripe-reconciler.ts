import { Duration } from 'aws-cdk-lib';
import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { PaymentProcessor } from './payment-processor';
import type { Payments } from './payments';
import { allowOnQueue } from './private/encryption';
import { Environment } from './private/environment';
import { functionMetric } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import { MetricName } from './private/metric-names';
import type { QuotaStore } from './quota-store';

/** Properties of `StripeReconciler`. */
export interface StripeReconcilerProps {
  /** Where it keeps its place among the events. */
  readonly store: QuotaStore;

  /** Whose events are listed. */
  readonly payments: Payments;

  /** What carries them out. */
  readonly processor: PaymentProcessor;
}

/**
 * What carries out every event that Stripe lists and that has not come: so nothing that was paid is missed, whatever happened to the
 * webhook, or on the way by EventBridge. Those that fail end in the processor's dead-letter queue.
 */
export class StripeReconciler extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  /** From one run to the next. */
  public readonly interval: Duration;

  constructor(scope: Construct, id: string, props: StripeReconcilerProps) {
    super(scope, id);
    const { store, payments, processor } = props;
    this.interval = payments._reconcile;
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'reconciler',
      description: 'Carries out the events of Stripe that have not come',
      timeout: Duration.minutes(10),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.PAYMENTS_FUNCTION]: processor.handler.functionName,
        [Environment.DEAD_LETTERS_QUEUE_URL]: processor.deadLetterQueue.queueUrl,
      },
    });
    store.grants.keepCursor(this.handler);
    payments.secretKey.grantRead(this.handler);
    allowOnQueue(processor.deadLetterQueue, this.handler, 'sqs:SendMessage', 'sqs:GetQueueAttributes');
    this.handler.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [processor.handler.functionArn] }),
    );
    new Rule(this, 'Schedule', {
      description: 'How often the events of Stripe are listed',
      schedule: Schedule.rate(this.interval),
      // The next run lists again what this one has not.
      targets: [new LambdaFunction(this.handler, { retryAttempts: 0 })],
    });
  }

  /**
   * How many events had not come, and were carried out by a run. A few are no fault: a run can overtake an event on its way.
   *
   * @default - the sum over 5 minutes
   */
  public metricMissedEvents(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.MISSED_EVENTS, options);
  }

  /**
   * How many events could not be carried out by a run.
   *
   * @default - the sum over 5 minutes
   */
  public metricFailedEvents(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.FAILED_EVENTS, options);
  }

  /**
   * From the event up to which all are carried out until now, in milliseconds.
   *
   * @default - the maximum within 5 minutes
   */
  public metricReconcilerLag(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.RECONCILER_LAG, { statistic: Stats.MAXIMUM, ...options });
  }
}
