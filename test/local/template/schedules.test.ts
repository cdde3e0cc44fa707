import { Duration, type Stack, TimeZone } from 'aws-cdk-lib';
import { CfnRule, EventField, Rule, type RuleProps, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { CfnSchedule, ScheduleExpression, Schedule as SchedulerSchedule } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { inlineFunction, modelOf, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const FUNCTION = /^arn:aws:lambda:us-east-1:000000000000:function:Stack-Fn/;

/** A stack with a rule for the function `Fn`. */
function withRule(props: RuleProps, event?: RuleTargetInput) {
  return modelOf((stack) => {
    const rule = new Rule(stack, 'Rule', props);
    rule.addTarget(new LambdaTarget(inlineFunction(stack, 'Fn'), { event }));
  });
}

describe('rules', () => {
  test.each([
    [Schedule.rate(Duration.minutes(5)), 'rate(5 minutes)'],
    [Schedule.rate(Duration.hours(1)), 'rate(1 hour)'],
    [Schedule.cron({}), 'cron(* * * * ? *)'],
    [Schedule.cron({ minute: '0', hour: '8', weekDay: 'MON-FRI' }), 'cron(0 8 ? * MON-FRI *)'],
  ])('with a schedule (%#) invoke functions', (schedule, expression) => {
    const model = withRule({ schedule });

    expect(model.unserved).toEqual([]);
    expect(model.schedules).toEqual([
      {
        path: 'Stack/Rule',
        arn: expect.stringMatching(/^arn:aws:events:us-east-1:000000000000:rule\/Stack-Rule/),
        source: 'aws.events',
        expression,
        functionArn: expect.stringMatching(FUNCTION),
        input: undefined,
      },
    ]);
  });

  test('have constant input', () => {
    const model = withRule({ schedule: Schedule.cron({}) }, RuleTargetInput.fromObject({ job: 'tidy' }));

    expect(model.schedules).toMatchObject([{ input: '{"job":"tidy"}' }]);
  });

  test('invoke each of their functions', () => {
    const model = modelOf((stack) => {
      const targets = [inlineFunction(stack, 'Fn'), inlineFunction(stack, 'Other')].map((fn) => new LambdaTarget(fn));
      new Rule(stack, 'Rule', { schedule: Schedule.cron({}), targets });
    });

    expect(model.schedules.map(({ functionArn }) => functionArn)).toEqual([
      expect.stringMatching(/:Stack-Fn/),
      expect.stringMatching(/:Stack-Other/),
    ]);
  });

  test('that are disabled do nothing, and miss nothing', () => {
    const model = withRule({ schedule: Schedule.cron({}), enabled: false });

    expect([model.schedules, model.unserved]).toEqual([[], []]);
  });

  test.each<[string, (stack: Stack) => void, RegExp]>([
    [
      'another target',
      (stack) => {
        const targets = [new SqsQueue(new Queue(stack, 'Queue'))];
        new Rule(stack, 'Rule', { schedule: Schedule.cron({}), targets });
      },
      /^it does not run: its target arn:aws:sqs:.* has no local stand-in; functions have$/,
    ],
    [
      'input from the event',
      (stack) => {
        const event = RuleTargetInput.fromText(`at ${EventField.time}`);
        const targets = [new LambdaTarget(inlineFunction(stack, 'Fn'), { event })];
        new Rule(stack, 'Rule', { schedule: Schedule.cron({}), targets });
      },
      /^it does not run: its input is made from the event;/,
    ],
    [
      'an expression that EventBridge refuses',
      (stack) => {
        const fn = inlineFunction(stack, 'Fn');
        const targets = [{ id: 'T', arn: fn.functionArn }];
        new CfnRule(stack, 'Rule', { scheduleExpression: 'rate(1 minutes)', targets });
      },
      /^it does not run: a rate is such as 1 hour or 5 minutes, got: 1 minutes$/,
    ],
    [
      'input that is not JSON',
      (stack) => {
        const targets = [{ id: 'T', arn: inlineFunction(stack, 'Fn').functionArn, input: 'x' }];
        new CfnRule(stack, 'Rule', { scheduleExpression: 'rate(1 minute)', targets });
      },
      /^it does not run: its input is not JSON$/,
    ],
  ])('with %s are named', (_, build, reason) => {
    const model = modelOf(build);

    expect(model.schedules).toEqual([]);
    expect(model.unserved).toEqual([
      { path: 'Stack/Rule', type: 'AWS::Events::Rule', reason: expect.stringMatching(reason) },
    ]);
  });
});

describe('schedules of EventBridge Scheduler', () => {
  test('invoke functions', () => {
    const model = modelOf((stack) => {
      const target = new LambdaInvoke(inlineFunction(stack, 'Fn'));
      new SchedulerSchedule(stack, 'Schedule', { schedule: ScheduleExpression.rate(Duration.days(1)), target });
    });

    expect(model.unserved).toEqual([]);
    expect(model.schedules).toEqual([
      {
        path: 'Stack/Schedule',
        arn: expect.stringMatching(/^arn:aws:scheduler:us-east-1:000000000000:schedule\/default\/Stack-Schedule/),
        source: 'aws.scheduler',
        expression: 'rate(1 day)',
        functionArn: expect.stringMatching(FUNCTION),
        input: undefined,
      },
    ]);
  });

  test.each([
    [
      'in a time zone',
      { schedule: ScheduleExpression.cron({ timeZone: TimeZone.EUROPE_BERLIN }) },
      /its time zone is Europe\/Berlin; UTC is served$/,
    ],
    [
      'with an end',
      { schedule: ScheduleExpression.rate(Duration.days(1)), end: new Date('2199-01-01') },
      /it has a start or an end; schedules without are served$/,
    ],
    [
      'for one time',
      { schedule: ScheduleExpression.at(new Date('2199-01-01')) },
      /a schedule expression is rate\(…\) or cron\(…\), got: at\(2199-01-01T00:00:00\)$/,
    ],
  ])('%s are named', (_, props, reason) => {
    const model = modelOf((stack) => {
      new SchedulerSchedule(stack, 'Schedule', { ...props, target: new LambdaInvoke(inlineFunction(stack, 'Fn')) });
    });

    expect(model.schedules).toEqual([]);
    expect(model.unserved).toMatchObject([{ path: 'Stack/Schedule', reason: expect.stringMatching(reason) }]);
  });

  test('with context attributes are named, and disabled ones are not', () => {
    const model = modelOf((stack) => {
      const target = { arn: inlineFunction(stack, 'Fn').functionArn, roleArn: 'role' };
      const common = { flexibleTimeWindow: { mode: 'OFF' }, scheduleExpression: 'rate(1 day)' };
      const input = '{"at":"<aws.scheduler.scheduled-time>"}';
      new CfnSchedule(stack, 'Attributes', { ...common, target: { ...target, input } });
      new CfnSchedule(stack, 'Disabled', { ...common, target, state: 'DISABLED' });
    });

    expect(model.schedules).toEqual([]);
    expect(model.unserved).toMatchObject([
      { path: 'Stack/Attributes', reason: expect.stringContaining('its input has context attributes') },
    ]);
  });
});
