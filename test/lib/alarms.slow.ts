import { CfnParameter, Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Payments, Plan, Price, Quota, StripeEvents } from '../../lib';
import { paidApp, plans } from './app';

/** The paid app with alarms that go to a topic, and all that can have dead letters, some of it made after the alarms. */
function appWithAlarms(reconcile?: Duration) {
  const paid = paidApp((stack) => ({
    plans: [...plans(), OWN],
    payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'), reconcile }),
  }));
  paid.paywall.protect(paid.api);
  paid.paywall.events.notifyWebhook({ url: 'https://hooks.example.com/early', id: 'Early' });
  const alarms = paid.paywall.alarms({ topic: new Topic(paid.stack, 'Operators') });
  paid.paywall.events.notifyWebhook({ url: 'https://hooks.example.com/late', id: 'Late' });
  return { ...paid, alarms };
}

const OWN = Plan.paid('own', {
  quota: Quota.perMonth(1),
  throttle: { rateLimit: 1, burstLimit: 1 },
  ownThrottle: true,
  price: Price.monthly(9_900, 'usd'),
});

let plain: Template | undefined;

/** The template of the app, which many tests read and none changes. */
function template(): Template {
  plain ??= Template.fromStack(appWithAlarms().stack);
  return plain;
}

/** A metric that an expression is computed from. */
function stat(Id: string, Namespace: string, MetricName: string, Stat: string, Period: number) {
  const Metric = Match.objectLike({ Namespace, MetricName });
  return Match.objectLike({ Id, ReturnData: false, MetricStat: { Metric, Stat, Period } });
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

  test.each([
    ['Settlement', 'start-message-move-task --source-arn $', ' --destination-arn REPORTS_ARN'],
    ['SurrogateKeys', 'start-message-move-task --source-arn $'],
    ['Events', 'receive-message --max-number-of-messages 10 --queue-url $'],
    ['EventsEarly', 'start-message-move-task --source-arn $'],
    ['EventsLate', 'start-message-move-task --source-arn $'],
  ])('while there is a dead letter of %s, and says how it is moved back or read', (of, command, ...rest) => {
    const queue = Match.stringLikeRegexp(`^Paywall${of}DeadLetters`);
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      TreatMissingData: 'ignore',
      AlarmDescription: {
        'Fn::Join': ['', [Match.stringLikeRegexp(command), Match.anyValue(), ...rest]],
      },
    });
  });

  test('when calls are not decided, of which 401s are none though Lambda counts them as errors', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([
        Match.objectLike({
          Expression: '100 * MAX([errors - FILL(unauthorized, 0), 0 * errors]) / invocations',
          ReturnData: true,
        }),
        stat('errors', 'AWS/Lambda', 'Errors', 'Sum', 300),
        stat('unauthorized', 'CdkPaywall', 'UnauthorizedCalls', 'Sum', 300),
        stat('invocations', 'AWS/Lambda', 'Invocations', 'Sum', 300),
      ]),
      Threshold: 5,
      EvaluationPeriods: 2,
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('cdk-paywall doctor$'),
    });
  });

  test('when decisions are slow', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'CdkPaywall',
      MetricName: 'DecisionLatency',
      ExtendedStatistic: 'p99',
      Threshold: 1_000,
      EvaluationPeriods: 3,
    });
  });

  test('when more calls than usual are refused, of which a few are none', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      ComparisonOperator: 'GreaterThanUpperThreshold',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: Match.stringLikeRegexp('^ANOMALY_DETECTION_BAND\\(\\w+, 4\\)$') }),
        Match.objectLike({ Expression: 'IF(refused >= 100, refused, 0)', ReturnData: true }),
        stat('refused', 'CdkPaywall', 'PaymentRequired', 'Sum', 900),
      ]),
      TreatMissingData: 'notBreaching',
    });
  });

  test('when DynamoDB throttles', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'FILL(throttled_reads, 0) + FILL(throttled_writes, 0)', ReturnData: true }),
        stat('throttled_writes', 'AWS/DynamoDB', 'WriteThrottleEvents', 'Sum', 300),
      ]),
      Threshold: 10,
    });
  });

  test('when webhooks are not carried out', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'FailedWebhooks',
      Period: 3_600,
      Threshold: 3,
      AlarmDescription: Match.stringLikeRegexp('cdk-paywall reconcile$'),
    });
  });

  test('when every webhook is refused, but not for the strangers among them', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(refused >= requests, refused, 0)', ReturnData: true }),
        stat('refused', 'CdkPaywall', 'RefusedWebhooks', 'Sum', 3_600),
        stat('requests', 'AWS/Lambda', 'Invocations', 'Sum', 3_600),
      ]),
      Threshold: 3,
    });
  });

  test('when the reconciler is behind', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ReconcilerLag',
      Dimensions: ofReconciler,
      Statistic: 'Maximum',
      Period: 900,
      Threshold: 3_600_000,
      EvaluationPeriods: 2,
    });
  });

  test('at the topic', () => {
    template().resourceCountIs('AWS::CloudWatch::Alarm', 16);
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
  synthesized.resourceCountIs('AWS::CloudWatch::Alarm', 12);
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
  const ofReconciler = ['FailedEvents', 'Errors', 'Invocations', 'ReconcilerLag'];
  const ofRuns = alarms
    .map(({ Properties }) => Properties)
    .filter(({ MetricName }) => ofReconciler.includes(MetricName));
  expect(ofRuns.map(({ Period }) => Period)).toEqual([seconds, seconds, seconds, seconds]);
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  const longest = seconds < 3_600 ? 86_400 : 604_800;
  expect(Math.max(...ofRuns.map(({ Period, EvaluationPeriods }) => Period * EvaluationPeriods))).toBeLessThanOrEqual(
    longest,
  );
});

test('where events come by EventBridge, no alarm is on a webhook', () => {
  const { api, paywall } = paidApp((stack) => ({
    payments: Payments.stripe({
      secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'),
      events: StripeEvents.eventBridge({ eventSourceName: 'aws.partner/stripe.com/ed_1' }),
    }),
  }));
  paywall.protect(api);
  const alarms = paywall.alarms();
  expect([alarms.failedWebhooks, alarms.refusedWebhooks, alarms.all.length]).toEqual([undefined, undefined, 10]);
});

test('what operators differ in can be said', () => {
  const { api, paywall, stack } = paidApp();
  paywall.protect(api);
  paywall.alarms({
    undecidedPercent: 20,
    decisionLatency: Duration.millis(250),
    paymentRequiredFloor: 5_000,
    paymentRequiredDeviations: 2.5,
    failedWebhooks: 7,
    reconcilerLag: Duration.hours(2),
    throttledRequests: 1_000,
  });
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  const thresholds = alarms.map(({ Properties }) => Properties.Threshold);
  expect(thresholds).toEqual(expect.arrayContaining([20, 250, 7, 7_200_000, 1_000]));
  const expressions = alarms.flatMap(({ Properties }) => Properties.Metrics ?? []).map(({ Expression }) => Expression);
  expect(expressions).toContain('IF(refused >= 5000, refused, 0)');
  expect(expressions).toContainEqual(expect.stringMatching(/^ANOMALY_DETECTION_BAND\(\w+, 2.5\)$/));
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
  test.each([
    [{ undecidedPercent: 3 }, '`alarms: undecidedPercent` must be an integer between 4 and 100, got: 3'],
    [{ throttledRequests: 0.5 }, '`alarms: throttledRequests` must be an integer between 1 and 1000000, got: 0.5'],
    [{ paymentRequiredFloor: 0 }, '`alarms: paymentRequiredFloor` must be an integer between 1 and'],
    [{ failedWebhooks: 0 }, '`alarms: failedWebhooks` must be an integer between 1 and'],
    [
      { paymentRequiredDeviations: 0 },
      '`alarms: paymentRequiredDeviations` must be more than 0 and at most 100, got: 0',
    ],
  ])('alarms with %p', (options, message) => {
    expect(() => paidApp().paywall.alarms(options)).toThrow(message);
  });

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
