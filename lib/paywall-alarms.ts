import type { Duration } from 'aws-cdk-lib';
import { Alarm, type AlarmProps, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { PaymentProcessor } from './payment-processor';
import type { StripeReconciler } from './stripe-reconciler';

/** Options of `Paywall.alarms`. */
export interface PaywallAlarmsOptions {
  /**
   * Who is told when something begins to be wrong.
   *
   * @default - nobody: the alarms are seen in CloudWatch, and can be given other actions
   */
  readonly topic?: ITopic;
}

/** Properties of `PaywallAlarms`. */
export interface PaywallAlarmsProps extends PaywallAlarmsOptions {
  /** Whose dead letters are watched. */
  readonly processor: PaymentProcessor;

  /** Whose runs are watched. */
  readonly reconciler: StripeReconciler;
}

/**
 * Alarms for money that is on its way and does not arrive. Each says in its description what it means and what to do. All are quiet while
 * everything is well, but for the first minutes after a first deployment, when the reconciler has not run yet.
 */
export class PaywallAlarms extends Construct {
  /** An event could not be carried out, and waits for the operator. */
  public readonly deadLetters: Alarm;

  /** The reconciler has listed events that could not be carried out. */
  public readonly failedEvents: Alarm;

  /** The reconciler fails again and again. */
  public readonly reconcilerErrors: Alarm;

  /** The reconciler does not run. */
  public readonly reconcilerSilence: Alarm;

  constructor(scope: Construct, id: string, props: PaywallAlarmsProps) {
    super(scope, id);
    const { processor, reconciler, topic } = props;
    const { handler } = reconciler;
    const period = literal(reconciler.interval);
    const alarm = (
      alarmId: string,
      alarmProps: Pick<AlarmProps, 'metric' | 'evaluationPeriods'> & Partial<AlarmProps>,
    ) => new Alarm(this, alarmId, { threshold: 1, ...AT_LEAST, ...alarmProps });
    this.deadLetters = alarm('DeadLetters', {
      alarmDescription:
        'A payment, refund or change of plan could not be carried out: Stripe has told of it, and the customer has not got it. The logs ' +
        'of the payments function say why. Mend that, then run: cdk-paywall webhook replay',
      metric: processor.metricDeadLetters(),
      evaluationPeriods: 1,
      // SQS tells nothing of a queue that nobody has touched for hours, and what is in it is in it still.
      treatMissingData: TreatMissingData.IGNORE,
    });
    this.failedEvents = alarm('FailedEvents', {
      alarmDescription:
        'The reconciler has found events of Stripe that had not come, and could not have them carried out either. The logs of the ' +
        'payments function say why. The next runs try them again, and what fails for an hour is in the dead-letter queue. Mend the ' +
        'reason, then run: cdk-paywall reconcile, and cdk-paywall webhook replay',
      metric: reconciler.metricFailedEvents({ period }),
      evaluationPeriods: 1,
    });
    this.reconcilerErrors = alarm('ReconcilerErrors', {
      alarmDescription:
        'The reconciler has failed in two of its last three intervals, so events of Stripe that get lost are not made good. Its logs say ' +
        "why: most often Stripe's key was revoked, or may not read events. Mend that, then run: cdk-paywall reconcile",
      metric: handler.metricErrors({ period }),
      // Runs do not keep to the bounds of CloudWatch's periods: two can fall into one, and none into the next.
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
    this.reconcilerSilence = alarm('ReconcilerSilence', {
      alarmDescription:
        'The reconciler has not run for three intervals, so events of Stripe that get lost are not made good. See whether its rule in ' +
        'EventBridge is enabled, and whether Lambda throttles the account. Until then run: cdk-paywall reconcile',
      metric: handler.metricInvocations({ period, statistic: Stats.SUM }),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
    if (topic !== undefined) {
      const action = new SnsAction(topic);
      for (const each of [this.deadLetters, this.failedEvents, this.reconcilerErrors, this.reconcilerSilence]) {
        each.addAlarmAction(action);
      }
    }
  }
}

/** What is counted is counted only when it happens. */
const AT_LEAST = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};

function literal(interval: Duration): Duration {
  if (interval.isUnresolved()) {
    throw new Error(`\`Payments.stripe: reconcile\` must be a literal duration for alarms, got a token: ${interval}`);
  }
  return interval;
}
