import { CfnParameter, Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Payments } from '../../lib';
import { paidApp } from './app';

/** The paid app with alarms that go to a topic. */
function appWithAlarms(reconcile?: Duration) {
  const paid = paidApp((stack) => ({
    payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'), reconcile }),
  }));
  paid.paywall.protect(paid.api);
  const alarms = paid.paywall.alarms({ topic: new Topic(paid.stack, 'Operators') });
  return { ...paid, alarms };
}

let plain: Template | undefined;

/** The template of the app, which many tests read and none changes. */
function template(): Template {
  plain ??= Template.fromStack(appWithAlarms().stack);
  return plain;
}

const ofReconciler = [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^PaywallReconcilerHandler') } }];

describe('an alarm rings', () => {
  test('while there is a dead letter, also when SQS has stopped to tell of it', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [
        {
          Name: 'QueueName',
          Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallPaymentsDeadLetters'), 'QueueName'] },
        },
      ],
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'ignore',
      AlarmDescription: Match.stringLikeRegexp('cdk-paywall webhook replay$'),
    });
  });

  test('when the reconciler cannot have an event carried out', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'CdkPaywall',
      MetricName: 'FailedEvents',
      Dimensions: ofReconciler,
      Statistic: 'Sum',
      Period: 900,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('cdk-paywall webhook replay$'),
    });
  });

  test('when the reconciler fails in two of three intervals', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: ofReconciler,
      Statistic: 'Sum',
      Period: 900,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('cdk-paywall reconcile$'),
    });
  });

  test('when the reconciler has not run for three intervals', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions: ofReconciler,
      Statistic: 'Sum',
      Period: 900,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
      AlarmDescription: Match.stringLikeRegexp('cdk-paywall reconcile$'),
    });
  });

  test('at the topic', () => {
    template().resourceCountIs('AWS::CloudWatch::Alarm', 4);
    template().allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Operators') }],
    });
  });
});

test('without a topic, alarms are there and tell nobody', () => {
  const { stack, api, paywall } = paidApp();
  paywall.protect(api);
  paywall.alarms();
  const synthesized = Template.fromStack(stack);
  synthesized.resourceCountIs('AWS::CloudWatch::Alarm', 4);
  synthesized.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { AlarmActions: Match.anyValue() }, 0);
});

test('there are none where none are asked for', () => {
  const { stack, api, paywall } = paidApp();
  paywall.protect(api);
  Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
});

test.each([
  [Duration.minutes(1), 60],
  [Duration.minutes(59), 3_540],
  [Duration.days(1), 86_400],
])('where the reconciler runs every %s, its alarms look as far back as CloudWatch allows', (reconcile, seconds) => {
  const { stack } = appWithAlarms(reconcile);
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  const ofRuns = alarms.map(({ Properties }) => Properties).filter(({ Namespace }) => Namespace !== 'AWS/SQS');
  expect(ofRuns.map(({ Period }) => Period)).toEqual([seconds, seconds, seconds]);
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  const longest = seconds < 3_600 ? 86_400 : 604_800;
  expect(Math.max(...ofRuns.map(({ Period, EvaluationPeriods }) => Period * EvaluationPeriods))).toBeLessThanOrEqual(
    longest,
  );
});

test('metrics can be seen in other ways', () => {
  const { paywall, stack } = paidApp();
  const { reconciler, processor } = paywall;
  const period = Duration.hours(1);
  expect(stack.resolve(reconciler.metricMissedEvents({ period }).toMetricConfig().metricStat)).toMatchObject({
    namespace: 'CdkPaywall',
    metricName: 'MissedEvents',
    statistic: 'Sum',
    dimensions: [{ name: 'FunctionName', value: { Ref: expect.stringMatching(/^PaywallReconcilerHandler/) } }],
  });
  expect(processor.metricDeadLetters({ period, statistic: 'Minimum' }).statistic).toBe('Minimum');
});

describe('synthesis refuses', () => {
  test('alarms that are there already', () => {
    const { paywall } = appWithAlarms();
    expect(() => paywall.alarms()).toThrow('`alarms` must be called once, got again: Stack/Paywall');
  });

  test('alarms on an interval that is not known', () => {
    const { paywall } = paidApp((stack) => ({
      payments: Payments.stripe({
        secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'),
        reconcile: Duration.minutes(new CfnParameter(stack, 'Minutes', { type: 'Number' }).valueAsNumber),
      }),
    }));
    expect(() => paywall.alarms()).toThrow(
      '`Payments.stripe: reconcile` must be a literal duration for alarms, got a token',
    );
  });
});
