import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { StripeReconciler } from '../../stripe-reconciler';
import type { StripeWebhook } from '../../stripe-webhook';
import type { AlarmDefinition } from './alarm-definition';

/** Stripe sends again what has failed, some minutes and then hours later: one that then succeeds is no fault, three an hour are one. */
export function failedWebhooks(webhook: StripeWebhook, events: number): AlarmDefinition {
  return {
    alarmDescription:
      `At least ${events} events of Stripe could not be carried out within an hour. Stripe sends them again, and the reconciler lists them, ` +
      'but customers who have paid wait. The logs of the webhook and payments functions say why. Mend that, then run: cdk-paywall reconcile',
    metric: webhook.metricFailedWebhooks({ period: Duration.hours(1) }),
    threshold: events,
    evaluationPeriods: 1,
  };
}

/** The URL is public: what strangers send is refused, and no news as long as what Stripe sends is not. */
export function refusedWebhooks(webhook: StripeWebhook, requests: number): AlarmDefinition {
  const period = Duration.hours(1);
  return {
    alarmDescription:
      `Within an hour no event of Stripe's was accepted by the webhook, and at least ${requests} requests had a signature that does not fit. ` +
      'Most often the signing secret was rotated at Stripe and not here. Put the new one into the secret that the output or the doctor names, ' +
      'then run: cdk-paywall doctor, and cdk-paywall reconcile',
    metric: new MathExpression({
      expression: 'IF(refused >= requests, refused, 0)',
      usingMetrics: {
        refused: webhook.metricRefusedWebhooks({ period }),
        requests: webhook.handler.metricInvocations({ period }),
      },
      label: 'Refused, with none accepted',
      period,
    }),
    threshold: requests,
    evaluationPeriods: 1,
  };
}

export function failedEvents(reconciler: StripeReconciler, period: Duration): AlarmDefinition {
  return {
    alarmDescription:
      'The reconciler has found events of Stripe that had not come, and could not have them carried out either. The logs of the ' +
      'payments function say why. The next runs try them again, and what fails for an hour is in the dead-letter queue. Mend the ' +
      'reason, then run: cdk-paywall reconcile, and cdk-paywall webhook replay',
    metric: reconciler.metricFailedEvents({ period }),
    evaluationPeriods: 1,
  };
}

export function reconcilerErrors({ handler }: StripeReconciler, period: Duration): AlarmDefinition {
  return {
    alarmDescription:
      'The reconciler has failed in two of its last three intervals, so events of Stripe that get lost are not made good. Its logs say ' +
      "why: most often Stripe's key was revoked, or may not read events. Mend that, then run: cdk-paywall reconcile",
    metric: handler.metricErrors({ period }),
    // Runs do not keep to the bounds of CloudWatch's periods: two can fall into one, and none into the next.
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  };
}

export function reconcilerSilence({ handler }: StripeReconciler, period: Duration): AlarmDefinition {
  return {
    alarmDescription:
      'The reconciler has not run for three intervals, so events of Stripe that get lost are not made good. See whether its rule in ' +
      'EventBridge is enabled, and whether Lambda throttles the account. Until then run: cdk-paywall reconcile',
    metric: handler.metricInvocations({ period, statistic: Stats.SUM }),
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.BREACHING,
  };
}

/** It runs, and does not get to the end: the alarms on its errors and its silence see what stops it altogether. */
export function reconcilerLag(reconciler: StripeReconciler, limit: Duration, period: Duration): AlarmDefinition {
  return {
    alarmDescription:
      `The reconciler is ${limit.toHumanString()} or more behind Stripe: there are more events than its runs get through, or Stripe answers ` +
      'slowly or with 429. Its logs say which. What webhooks bring is not held up by it. Make it run more often (`reconcile` of ' +
      'Payments.stripe), and until then run: cdk-paywall reconcile',
    metric: reconciler.metricReconcilerLag({ period }),
    threshold: limit.toMilliseconds(),
    evaluationPeriods: 2,
  };
}
