import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Payments, StripeEventBridge, type StripeEventBridgeOptions, StripeEvents } from '../../lib';
import { HANDLED_EVENTS } from '../../lib/private/stripe-events';
import { paidApp } from './app';

const eventSourceName = 'aws.partner/stripe.com/ed_test_61Weather';

/** The paid app, with its payments by EventBridge. */
function app(options: (stack: Stack) => StripeEventBridgeOptions = () => ({ eventSourceName })) {
  const paid = paidApp((stack) => ({
    payments: Payments.stripe({
      secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'),
      events: StripeEvents.eventBridge(options(stack)),
    }),
  }));
  paid.paywall.protect(paid.api);
  return paid;
}

function templateOf(options?: (stack: Stack) => StripeEventBridgeOptions): Template {
  return Template.fromStack(app(options).stack);
}

let plain: Template | undefined;

/** The template of the app by the event source's name, which many tests read and none changes. */
function template(): Template {
  plain ??= templateOf();
  return plain;
}

/** The one rule on events, with its logical id. */
function ruleOf(synthesized: Template) {
  const rules = Object.entries(
    synthesized.findResources('AWS::Events::Rule', { Properties: { EventPattern: Match.anyValue() } }),
  );
  expect(rules).toHaveLength(1);
  const [[id, { Properties }]] = rules as [[string, { Properties: Record<string, unknown> }]];
  return { id, ...Properties } as { id: string; EventBusName: unknown; EventPattern: Record<string, unknown[]> };
}

const handler = { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallPaymentsHandler'), 'Arn'] };
const deadLetters = { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaywallPaymentsDeadLetters'), 'Arn'] };

describe('the event source', () => {
  test('gets an event bus of its own, with a rule for the events that matter and no others', () => {
    template().hasResourceProperties('AWS::Events::EventBus', {
      Name: eventSourceName,
      EventSourceName: eventSourceName,
    });
    const { EventBusName, EventPattern } = ruleOf(template());
    expect(EventBusName).toEqual({ Ref: expect.stringMatching(/^PaywallStripeEventBridgeEventBus/) });
    expect(EventPattern).toEqual({ source: [eventSourceName], 'detail-type': [...HANDLED_EVENTS] });
    // AWS's limit on a pattern.
    expect(JSON.stringify(EventPattern).length).toBeLessThan(2_048);
  });

  test('may be of another bus, whose events of Stripe are all taken', () => {
    const synthesized = templateOf((stack) => ({ eventBus: EventBus.fromEventBusName(stack, 'Bus', 'shared') }));
    synthesized.resourceCountIs('AWS::Events::EventBus', 0);
    const { EventBusName, EventPattern } = ruleOf(synthesized);
    expect([EventBusName, EventPattern.source]).toEqual(['shared', [{ prefix: 'aws.partner/stripe.com/' }]]);
  });

  test('may be named beside the bus, and then its events alone are taken', () => {
    const synthesized = templateOf((stack) => ({
      eventSourceName,
      eventBus: EventBus.fromEventBusName(stack, 'Bus', 'shared'),
    }));
    const { EventBusName, EventPattern } = ruleOf(synthesized);
    expect([EventBusName, EventPattern.source]).toEqual(['shared', [eventSourceName]]);
  });

  test('may be a parameter of the template', () => {
    const synthesized = templateOf((stack) => ({ eventSourceName: new CfnParameter(stack, 'Source').valueAsString }));
    expect(ruleOf(synthesized).EventPattern.source).toEqual([{ Ref: 'Source' }]);
  });
});

describe('an event', () => {
  test('is handed to what carries events out for a day, and then waits for the operator', () => {
    template().hasResourceProperties('AWS::Events::Rule', {
      Targets: [
        {
          Arn: handler,
          DeadLetterConfig: { Arn: deadLetters },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          Input: Match.absent(),
          InputPath: Match.absent(),
          InputTransformer: Match.absent(),
        },
      ],
    });
  });

  test('on which the function fails waits in the same queue', () => {
    template().hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('Carries out what'),
      DeadLetterConfig: { TargetArn: deadLetters },
    });
  });
});

describe('EventBridge may', () => {
  test('invoke what carries events out, by this rule alone', () => {
    const rule = { 'Fn::GetAtt': [ruleOf(template()).id, 'Arn'] };
    const permissions = template().findResources('AWS::Lambda::Permission', {
      Properties: { FunctionName: handler },
    });
    expect(Object.values(permissions).map(({ Properties }) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: expect.anything(),
        Principal: 'events.amazonaws.com',
        SourceArn: rule,
      },
    ]);
  });

  test('send to the dead-letter queue, by this rule alone', () => {
    const rule = { 'Fn::GetAtt': [ruleOf(template()).id, 'Arn'] };
    const [policy] = Object.values(
      template().findResources('AWS::SQS::QueuePolicy', {
        Properties: { Queues: [{ Ref: Match.stringLikeRegexp('^PaywallPaymentsDeadLetters') }] },
      }),
    );
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { Effect: string }) => Effect === 'Allow',
    );
    expect(allowed).toEqual([
      expect.objectContaining({
        Action: 'sqs:SendMessage',
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': rule } },
      }),
    ]);
  });
});

describe('there is no webhook', () => {
  test('neither a function nor a route nor a secret nor an output', () => {
    const { paywall, stack } = app();
    const synthesized = Template.fromStack(stack);
    expect([paywall.webhook, paywall.eventBridge]).toEqual([undefined, expect.any(StripeEventBridge)]);
    expect(JSON.stringify(synthesized.findResources('AWS::Lambda::Function'))).not.toContain('Verifies the events');
    synthesized.resourcePropertiesCountIs('AWS::ApiGateway::Resource', { PathPart: 'webhook' }, 0);
    synthesized.resourcePropertiesCountIs('AWS::ApiGateway::Resource', { PathPart: 'plans' }, 1);
    synthesized.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(Object.keys(synthesized.findOutputs('*')).filter((id) => /Webhook/.test(id))).toEqual([]);
    expect(JSON.stringify(synthesized.toJSON())).not.toContain('PAYWALL_STRIPE_WEBHOOK_SECRET_ARN');
  });

  test('nor an endpoint at Stripe, where products and prices are made all the same', () => {
    const [resource] = Object.values(template().findResources('Custom::StripeCatalogue'));
    const catalogue = JSON.stringify(resource?.Properties.Catalogue);
    expect(catalogue).not.toContain('webhookUrl');
    expect(catalogue).toContain('\\"kind\\":\\"plan\\",\\"id\\":\\"pro\\"');
    const [policy] = Object.entries(template().findResources('AWS::IAM::Policy')).flatMap(([id, { Properties }]) =>
      id.includes('StripeCatalogue') ? [Properties.PolicyDocument.Statement] : [],
    );
    expect(policy.map(({ Action }: { Action: unknown }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    ]);
  });

  test('but where it is wanted, which is the default', () => {
    const { paywall } = paidApp((stack) => ({
      payments: Payments.stripe({
        secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'),
        events: StripeEvents.webhook(),
      }),
    }));
    expect([paywall.webhook, paywall.eventBridge]).toEqual([expect.anything(), undefined]);
    expect(paidApp().paywall.webhook).toBeDefined();
  });
});

describe('synthesis refuses', () => {
  test.each([
    'stripe.com/ed_1',
    'aws.partner/auth0.com/ed_1',
    'aws.partner/stripe.com/',
    'aws.partner/stripe.com/ed 1',
    '',
  ])('an event source named %j', (name) => {
    expect(() => StripeEvents.eventBridge({ eventSourceName: name })).toThrow(
      '`StripeEvents.eventBridge: eventSourceName` must be a partner event source of Stripe\'s, "aws.partner/stripe.com/ed_…", ' +
        `got: ${JSON.stringify(name)}`,
    );
  });

  test('neither an event source nor a bus', () => {
    expect(() => StripeEvents.eventBridge({})).toThrow(
      '`StripeEvents.eventBridge` must have `eventSourceName` or `eventBus`, got neither',
    );
  });

  test('a signing secret beside it', () => {
    const stack = new Stack();
    const secretKey = Secret.fromSecretNameV2(stack, 'Key', 'key');
    const webhookSecret = Secret.fromSecretNameV2(stack, 'Webhook', 'webhook');
    const events = StripeEvents.eventBridge({ eventSourceName });
    expect(() => Payments.stripe({ secretKey, webhookSecret, events })).toThrow(
      '`webhookSecret` must be left out where `events` come by EventBridge, which has no signing secret, ' +
        `got: Default/Webhook with StripeEvents.eventBridge(${eventSourceName})`,
    );
    expect(() => Payments.stripe({ secretKey, webhookSecret, events: StripeEvents.webhook() })).not.toThrow();
  });

  test('a bus that is elsewhere', () => {
    const stack = new Stack(new App(), 'Here', { env: { account: '111111111111', region: 'eu-west-1' } });
    const arn = `arn:aws:events:us-east-1:111111111111:event-bus/${eventSourceName}`;
    const { paywall } = paidApp();
    const { processor } = paywall;
    const eventBus = EventBus.fromEventBusArn(stack, 'Bus', arn);
    expect(() => new StripeEventBridge(stack, 'Events', { eventBus, processor })).toThrow(
      `\`eventBus\` must be in the account and Region of the stack, 111111111111 eu-west-1, got: ${arn}`,
    );
  });
});
