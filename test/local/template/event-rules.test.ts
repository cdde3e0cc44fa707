import type { Stack } from 'aws-cdk-lib';
import { CfnRule, EventBus, type EventPattern, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { inlineFunction, modelOf, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const BUS = 'aws.partner/stripe.com/ed_1';

function stripeBus(stack: Stack) {
  return EventBus.fromEventBusName(stack, 'Bus', BUS);
}

function rule(stack: Stack, eventPattern: EventPattern, event?: RuleTargetInput) {
  const targets = [new LambdaTarget(inlineFunction(stack, 'Fn'), { event })];
  return new Rule(stack, 'Rule', { eventBus: stripeBus(stack), eventPattern, targets });
}

test.each([
  ['the app makes', (stack: Stack) => new EventBus(stack, 'Bus', { eventSourceName: BUS })],
  ['is named', stripeBus],
  [
    'is given by its ARN',
    (stack: Stack) => EventBus.fromEventBusArn(stack, 'Bus', `arn:aws:events:us-east-1:000000000000:event-bus/${BUS}`),
  ],
])('a rule on an event bus of Stripe’s that %s invokes functions', (_, bus) => {
  const model = modelOf((stack) => {
    const targets = [inlineFunction(stack, 'Fn'), inlineFunction(stack, 'Other')].map((fn) => new LambdaTarget(fn));
    const eventPattern = { source: Match.prefix('aws.partner/'), detailType: ['invoice.paid'] };
    new Rule(stack, 'Rule', { eventBus: bus(stack), eventPattern, targets });
  });

  expect(model.unserved).toEqual([]);
  const common = {
    path: 'Stack/Rule',
    arn: expect.stringMatching(
      /^arn:aws:events:us-east-1:000000000000:rule\/aws\.partner\/stripe\.com\/ed_1\/Stack-Rule/,
    ),
    eventBusName: BUS,
    pattern: { source: [{ prefix: 'aws.partner/' }], 'detail-type': ['invoice.paid'] },
    input: undefined,
  };
  expect(model.eventRules).toEqual([
    { ...common, functionArn: expect.stringMatching(/:Stack-Fn/) },
    { ...common, functionArn: expect.stringMatching(/:Stack-Other/) },
  ]);
  expect(model.schedules).toEqual([]);
});

test('constant input is given in place of the event', () => {
  const model = modelOf((stack) => {
    rule(stack, { detailType: ['invoice.paid'] }, RuleTargetInput.fromObject({ job: 'tidy' }));
  });

  expect(model.eventRules).toMatchObject([{ input: '{"job":"tidy"}' }]);
});

test('a rule that is disabled does nothing, and misses nothing', () => {
  const model = modelOf((stack) => {
    new Rule(stack, 'Rule', { eventPattern: { source: ['aws.s3'] }, enabled: false });
  });

  expect([model.eventRules, model.unserved]).toEqual([[], []]);
});

test.each<[string, (stack: Stack) => void, RegExp]>([
  [
    'for events of AWS',
    (stack) => new Rule(stack, 'Rule', { eventPattern: { source: ['aws.s3'] } }),
    /^it does not run: nothing sends events to the event bus default; partner event buses of Stripe are served$/,
  ],
  [
    'with a form that is not served',
    (stack) => rule(stack, { detailType: Match.suffix('.paid') }),
    /^it does not run: its event pattern has {"suffix":".paid"} for detail-type; values and prefixes are served$/,
  ],
  [
    'for another target',
    (stack) =>
      new Rule(stack, 'Rule', {
        eventBus: stripeBus(stack),
        eventPattern: { detailType: ['invoice.paid'] },
        targets: [new SqsQueue(new Queue(stack, 'Queue'))],
      }),
    /^it does not run: its target arn:aws:sqs:.* has no local stand-in; functions have$/,
  ],
  [
    'with input from the event',
    (stack) => rule(stack, { detailType: ['invoice.paid'] }, RuleTargetInput.fromEventPath('$.detail')),
    /^it does not run: its input is made from the event;/,
  ],
  [
    'with a pattern that EventBridge refuses',
    (stack) => new CfnRule(stack, 'Rule', { eventBusName: BUS, eventPattern: { source: [] } }),
    /^it does not run: its event pattern has an empty list for source$/,
  ],
])('a rule %s is named', (_, build, reason) => {
  const model = modelOf(build);

  expect(model.eventRules).toEqual([]);
  expect(model.unserved).toEqual([
    { path: 'Stack/Rule', type: 'AWS::Events::Rule', reason: expect.stringMatching(reason) },
  ]);
});

test('an event bus that nothing fills is named', () => {
  const model = modelOf((stack) => new EventBus(stack, 'Bus', { eventBusName: 'orders' }));

  expect(model.unserved).toEqual([
    {
      path: 'Stack/Bus',
      type: 'AWS::Events::EventBus',
      reason: 'it stays empty: nothing sends events to the event bus orders; partner event buses of Stripe are served',
    },
  ]);
});
