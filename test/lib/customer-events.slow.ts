import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type CustomerEvents, type CustomerEventsOptions, CustomerEventType, Refund } from '../../lib';
import { paidApp } from './app';

/** A paid app that tells events, with what is done to them. */
function templateOf(use: (events: CustomerEvents, stack: Stack) => void, options?: CustomerEventsOptions): Template {
  const { stack, api, paywall } = paidApp(options === undefined ? {} : { events: options });
  use(paywall.events, stack);
  paywall.protect(api);
  return Template.fromStack(stack);
}

let full: Template | undefined;

/** The template of an app with one target of each kind, which many tests read and none changes. */
function template(): Template {
  full ??= templateOf((events, stack) => {
    events.notifyTopic(new Topic(stack, 'Sales'), { types: [CustomerEventType.PLAN_CHANGED] });
    events.notifyWebhook({ url: 'https://example.com/hook' });
  });
  return full;
}

/** What a handler's role may do, without the writing of its log. */
function statements(synthesized: Template, role: RegExp): Record<string, unknown>[] {
  const policies = Object.entries(synthesized.findResources('AWS::IAM::Policy'));
  const [, policy] = policies.find(([id]) => role.test(id)) ?? [];
  return (policy?.Properties.PolicyDocument.Statement ?? []).filter(
    (statement: { Action: string | string[] }) => !statement.Action.includes('logs:PutLogEvents'),
  );
}

const variablesOf = (synthesized: Template, bundle: RegExp) =>
  Object.entries(synthesized.findResources('AWS::Lambda::Function')).find(([id]) => bundle.test(id))?.[1].Properties
    .Environment.Variables;

const BUS = { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallEventsBus'), 'Arn'] };
const put = (Resource: unknown) => ({
  Effect: 'Allow',
  Action: 'events:PutEvents',
  Resource,
  Condition: { StringEquals: { 'events:source': 'cdk-paywall' } },
});

describe('what nobody asks for', () => {
  test('is not made, and the settlement tells nothing', () => {
    const { stack, api, paywall } = paidApp();
    paywall.protect(api);
    const plain = Template.fromStack(stack);
    plain.resourceCountIs('AWS::Events::EventBus', 0);
    plain.resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
    plain.hasResourceProperties('AWS::Logs::SubscriptionFilter', {
      FilterPattern: Match.not(Match.stringLikeRegexp('402')),
    });
    expect(variablesOf(plain, /^PaywallSettlement/)).not.toHaveProperty('PAYWALL_EVENT_BUS_ARN');
    // The stream is there for whoever wants it later, and costs nothing until it is read.
    plain.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  });

  test('is made once', () => {
    const { paywall } = paidApp({ events: {} });
    expect(paywall.events).toBe(paywall.events);
  });
});

describe('changes of balances', () => {
  test('are read from the table’s stream, in batches, and those of other items are not', () => {
    template().hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallStoreTable'), 'StreamArn'] },
      FunctionName: { Ref: Match.stringLikeRegexp('^PaywallEventsHandler') },
      StartingPosition: 'LATEST',
      BatchSize: 1_000,
      MaximumBatchingWindowInSeconds: 5,
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 21_600,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: {
        Filters: [{ Pattern: '{"eventName":["MODIFY"],"dynamodb":{"Keys":{"sk":{"S":["BALANCE"]}}}}' }],
      },
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallEventsDeadLetters'), 'Arn'] } },
      },
    });
  });

  test('are told by a function that may read the stream and put the paywall’s events, and no more', () => {
    const [read, tell, bury, ...others] = statements(template(), /^PaywallEventsHandlerRole/);
    expect(read).toEqual({
      Effect: 'Allow',
      Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^PaywallStoreTable/), 'StreamArn'] },
    });
    expect(tell).toEqual(put({ 'Fn::GetAtt': [expect.stringMatching(/^PaywallEventsBus/), 'Arn'] }));
    expect(bury).toMatchObject({
      Action: expect.arrayContaining(['sqs:SendMessage']),
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^PaywallEventsDeadLetters/), 'Arn'] },
    });
    expect(others).toEqual([]);
  });

  test('are told by the catalogue, with the thresholds', () => {
    const events = variablesOf(template(), /^PaywallEventsHandler/);
    expect(Object.keys(events).sort()).toEqual([
      'PAYWALL_CATALOGUE',
      'PAYWALL_EVENT_BUS_ARN',
      'PAYWALL_EVENT_THRESHOLDS',
      'PAYWALL_ID',
    ]);
    expect(events.PAYWALL_EVENT_THRESHOLDS).toBe('[80,100]');
    expect(events.PAYWALL_ID).toEqual(variablesOf(template(), /^PaywallPayments/).PAYWALL_ID);
    const own = templateOf(() => undefined, { thresholds: [50] });
    expect(variablesOf(own, /^PaywallEventsHandler/).PAYWALL_EVENT_THRESHOLDS).toBe('[50]');
  });

  test('go to a bus of one’s own, where one is given', () => {
    const stack = new Stack(undefined, 'Buses', { env: { account: '111122223333', region: 'eu-west-1' } });
    const bus = EventBus.fromEventBusArn(stack, 'Bus', 'arn:aws:events:eu-west-1:111122223333:event-bus/mine');
    const own = templateOf(() => undefined, { bus });
    own.resourceCountIs('AWS::Events::EventBus', 0);
    expect(statements(own, /^PaywallEventsHandlerRole/)).toContainEqual(put(bus.eventBusArn));
  });
});

describe('refusals', () => {
  test('are read by the settlement, with the one subscription that it has', () => {
    template().resourceCountIs('AWS::Logs::SubscriptionFilter', 1);
    template().hasResourceProperties('AWS::Logs::SubscriptionFilter', {
      FilterPattern:
        '{ ($.cost != "-" && ($.status = "5*" || $.responseType != "-" || ' +
        '($.cachedCost = "0" && $.integrationLatency = "-"))) || $.status = "402" }',
    });
    template().hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('not served'),
      Environment: { Variables: Match.objectLike({ PAYWALL_EVENT_BUS_ARN: BUS, PAYWALL_ID: Match.anyValue() }) },
    });
  });

  test('are read also where events are asked for after the API was protected', () => {
    const { stack, api, paywall } = paidApp();
    paywall.protect(api);
    expect(paywall.events.bus).toBeDefined();
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::SubscriptionFilter', {
      FilterPattern: Match.stringLikeRegexp('"402"'),
    });
  });

  test('can be noted by the settlement, which still sees no more of a customer than units', () => {
    const granted = statements(template(), /^PaywallSettlementHandlerRole/);
    expect(granted).toContainEqual({
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^PaywallStoreTable/), 'Arn'] },
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['REFUSED#*'] } },
    });
    expect(granted).toContainEqual(put({ 'Fn::GetAtt': [expect.stringMatching(/^PaywallEventsBus/), 'Arn'] }));
  });

  test('of an API whose access log nobody reads are not told', () => {
    const { stack, api, paywall } = paidApp({ events: {} });
    paywall.protect(api, { refund: Refund.none() });
    Template.fromStack(stack).resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
  });
});

describe('a topic', () => {
  test('is told what it wants to know, and what it does not take is kept', () => {
    template().hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('^PaywallEventsBus') },
      EventPattern: { source: ['cdk-paywall'], 'detail-type': ['PlanChanged'] },
      Targets: [
        {
          Arn: { Ref: Match.stringLikeRegexp('^Sales') },
          DeadLetterConfig: {
            Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallEventsDeadLetters'), 'Arn'] },
          },
          Id: 'Target0',
        },
      ],
    });
  });

  test('is given once', () => {
    const { stack, paywall } = paidApp();
    const topic = new Topic(stack, 'Sales');
    paywall.events.notifyTopic(topic);
    expect(() => paywall.events.notifyTopic(topic)).toThrow(
      '`notifyTopic` must be called once for a topic, got again: Stack/Sales',
    );
  });
});

describe('a webhook', () => {
  test('has a queue that keeps events for two days of attempts, and then a dead-letter queue', () => {
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['cdk-paywall'] },
      Targets: [
        Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallEventsWebhookQueue'), 'Arn'] } }),
      ],
    });
    template().hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallEventsWebhookDeadLetters'), 'Arn'] },
        maxReceiveCount: 12,
      },
      VisibilityTimeout: 180,
    });
  });

  test('signs by a secret that is made for it, and of which nothing is in the template', () => {
    template().hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 44, ExcludePunctuation: true, IncludeSpace: false },
    });
    expect(Object.keys(variablesOf(template(), /^PaywallEventsWebhookHandler/)).sort()).toEqual([
      'PAYWALL_CUSTOMER_WEBHOOK_QUEUE_URL',
      'PAYWALL_CUSTOMER_WEBHOOK_SECRET_ARN',
      'PAYWALL_CUSTOMER_WEBHOOK_URL',
    ]);
  });

  test('is sent by a function that may read the secret and its queue, and no more', () => {
    const actions = statements(template(), /^PaywallEventsWebhookHandlerRole/).flatMap(({ Action }) => Action);
    expect(actions.sort()).toEqual([
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
    ]);
  });

  test('can have a secret of one’s own, and there can be several', () => {
    const own = templateOf((events, stack) => {
      const secret = Secret.fromSecretNameV2(stack, 'Signing', 'webhook/signing');
      events.notifyWebhook({ url: 'https://example.com/one', secret, types: [CustomerEventType.KEY_REVOKED] });
      events.notifyWebhook({ id: 'Other', url: 'http://localhost:8080/two', secret });
      expect(() => events.notifyWebhook({ url: 'https://example.com' })).toThrow(
        '`notifyWebhook: id` must be another for each webhook, got again: "Webhook"',
      );
    });
    const generated = Object.keys(own.findResources('AWS::SecretsManager::Secret'));
    expect(generated.filter((id) => id.startsWith('PaywallEvents'))).toEqual([]);
    own.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['cdk-paywall'], 'detail-type': ['KeyRevoked'] },
    });
  });
});

test.each<[string, (events: CustomerEvents) => void, CustomerEventsOptions, string]>([
  [
    'a threshold',
    () => undefined,
    { thresholds: [0] },
    '`events: thresholds` must be an integer between 1 and 100, got: 0',
  ],
  ['thresholds', () => undefined, { thresholds: [80, 80] }, '`events: thresholds` must be distinct, got: [80,80]'],
  [
    'a URL',
    (events) => events.notifyWebhook({ url: 'http://example.com' }),
    {},
    '`notifyWebhook: url` must be an https URL, or an http URL of the loopback (localhost), got: "http://example.com"',
  ],
  [
    'types',
    (events) => events.notifyWebhook({ url: 'https://example.com', types: [] }),
    {},
    '`notifyWebhook: types` must name something to tell, got: []',
  ],
])('of %s that cannot be, name and value are told', (_, use, options, message) => {
  expect(() => templateOf(use, options)).toThrow(message);
});
