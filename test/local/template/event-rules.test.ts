import type { Stack } from 'aws-cdk-lib';
import { CfnRule, EventBus, EventField, type EventPattern, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget, SnsTopic, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { RuleInput } from '../../../local/template/model';
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
    messageGroupId: undefined,
    deadLetterQueueArn: undefined,
  };
  expect(model.eventRules).toEqual([
    { ...common, targetArn: expect.stringMatching(/:Stack-Fn/) },
    { ...common, targetArn: expect.stringMatching(/:Stack-Other/) },
  ]);
  expect(model.schedules).toEqual([]);
});

test.each<[string, RuleTargetInput, RuleInput]>([
  ['constant', RuleTargetInput.fromObject({ job: 'tidy' }), { kind: 'constant', json: '{"job":"tidy"}' }],
  ['a part of the event', RuleTargetInput.fromEventPath('$.detail'), { kind: 'path', path: '$.detail' }],
  [
    'made of the event',
    RuleTargetInput.fromObject({ who: EventField.fromPath('$.detail.customer'), what: EventField.detailType }),
    {
      kind: 'transformer',
      paths: { 'detail-customer': '$.detail.customer', 'detail-type': '$.detail-type' },
      template: '{"who":<detail-customer>,"what":<detail-type>}',
    },
  ],
])('input can be %s', (_, input, expected) => {
  const model = modelOf((stack) => {
    rule(stack, { detailType: ['invoice.paid'] }, input);
  });

  expect([model.eventRules, model.unserved]).toMatchObject([[{ input: expected }], []]);
});

test('queues are targets, and so are rules on the default bus and on the app’s own', () => {
  const model = modelOf((stack) => {
    const bus = new EventBus(stack, 'Bus', { eventBusName: 'orders' });
    const deadLetterQueue = new Queue(stack, 'Dead', { queueName: 'dead' });
    const target = new SqsQueue(new Queue(stack, 'Queue', { queueName: 'q.fifo', fifo: true }), {
      messageGroupId: 'all',
      deadLetterQueue,
    });
    new Rule(stack, 'Own', { eventBus: bus, eventPattern: { source: ['shop'] }, targets: [target] });
    new Rule(stack, 'Default', { eventPattern: { source: ['shop'] }, targets: [target] });
  });

  expect(model.unserved).toEqual([]);
  const common = {
    targetArn: 'arn:aws:sqs:us-east-1:000000000000:q.fifo',
    messageGroupId: 'all',
    deadLetterQueueArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
  };
  expect(model.eventRules).toMatchObject([
    { ...common, eventBusName: 'orders' },
    { ...common, eventBusName: 'default' },
  ]);
  expect(model.eventBuses).toEqual([
    { name: 'orders', arn: 'arn:aws:events:us-east-1:000000000000:event-bus/orders' },
    { name: 'default', arn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' },
  ]);
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
    /^it does not run: nothing sends events of aws.s3 here; those that functions send are served$/,
  ],
  [
    'for events of another partner',
    (stack) => {
      const eventBus = EventBus.fromEventBusName(stack, 'Bus', 'aws.partner/example.com/1');
      new Rule(stack, 'Rule', { eventBus, eventPattern: { detailType: ['x'] } });
    },
    /^it does not run: nothing sends events to the event bus aws.partner\/example.com\/1; of partner event buses, those of Stripe/,
  ],
  [
    'with a form that is not served',
    (stack) => rule(stack, { detail: { address: [{ cidr: '10.0.0.0/8' }] } }),
    /^it does not run: its event pattern has {"cidr":"10.0.0.0\/8"} for detail.address, which is not served$/,
  ],
  [
    'for another target',
    (stack) =>
      new Rule(stack, 'Rule', {
        eventBus: stripeBus(stack),
        eventPattern: { detailType: ['invoice.paid'] },
        targets: [new SnsTopic(Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:000000000000:topic'))],
      }),
    /^it does not run: its target arn:aws:sns:.* has no local stand-in; functions and queues have$/,
  ],
  [
    'for a queue of another app',
    (stack) =>
      new Rule(stack, 'Rule', {
        eventPattern: { detailType: ['invoice.paid'] },
        targets: [new SqsQueue(Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:us-east-1:123456789012:foreign'))],
      }),
    /^it does not run: the queue arn:aws:sqs:us-east-1:123456789012:foreign is not in this app$/,
  ],
  [
    'with a path of a form that is not served',
    (stack) => rule(stack, { detailType: ['invoice.paid'] }, RuleTargetInput.fromEventPath('$..id')),
    /^it does not run: its input has a path that is not served: this JSONPath is not served locally: \$\.\.id$/,
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
  const eventSourceName = 'aws.partner/example.com/1';
  const model = modelOf((stack) => new EventBus(stack, 'Bus', { eventSourceName }));

  expect(model.unserved).toEqual([
    {
      path: 'Stack/Bus',
      type: 'AWS::Events::EventBus',
      reason: expect.stringMatching(
        /^it stays empty: nothing sends events to the event bus aws.partner\/example.com\/1;/,
      ),
    },
  ]);
});
