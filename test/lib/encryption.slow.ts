import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { Cost, Payments, Paywall, type PaywallProps, Plan, Price, Quota, QuotaStore, StripeEvents } from '../../lib';
import { stripe } from './app';

/** An app that uses all that there is to encrypt. */
function synthesize(props: (stack: Stack) => Partial<PaywallProps>): Template {
  const app = new App({ context: { [DISABLE_ASSET_STAGING_CONTEXT]: true } });
  const stack = new Stack(app, 'Stack', { env: { account: '123456789012', region: 'eu-central-1' } });
  const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
  const backend = new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
  });
  api.root.addResource('items').addMethod('GET', new LambdaIntegration(backend));
  const given = props(stack);
  const paywall = new Paywall(stack, 'Paywall', {
    plans: [
      Plan.free('free', { quota: Quota.perMonth(100) }),
      Plan.paid('pro', {
        quota: Quota.perMonth(10_000),
        price: Price.monthly(2900, 'usd'),
        throttle: { rateLimit: 5, burstLimit: 10 },
        ownThrottle: true,
      }),
    ],
    ...given,
    payments: given.payments ?? stripe(stack),
  });
  paywall.protect(api, { costs: { 'GET /items': Cost.reported({ estimate: 10 }) } });
  paywall.events.notifyTopic(new Topic(stack, 'Topic'));
  paywall.events.notifyWebhook({ url: 'https://example.com/customers' });
  return Template.fromStack(stack);
}

const KEY = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };

/** The property by which each resource of a type names its key. */
function keysOf(template: Template, type: string, property: string): unknown[] {
  return Object.values(template.findResources(type)).map(({ Properties }) => Properties[property]);
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: unknown;
}

/** What roles may do with the key, by the role: `Payments`, and each statement's actions and by way of what. */
function usesOfKey(template: Template): Record<string, Statement[]> {
  const entries = Object.entries(template.findResources('AWS::IAM::Policy')).map(([id, { Properties }]) => {
    const statements = (Properties.PolicyDocument.Statement as Statement[]).filter(({ Action }) =>
      [Action].flat().some((action) => action.startsWith('kms:')),
    );
    return [id.replace(/^Paywall(\w+?)(?:Handler)?RoleDefaultPolicy\w+$/, '$1'), statements] as const;
  });
  return Object.fromEntries(entries);
}

const via = (service: string) => ({ StringEquals: { 'kms:ViaService': `${service}.eu-central-1.amazonaws.com` } });
const sends = { Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Effect: 'Allow', Resource: KEY, Condition: via('sqs') };
const receives = { Action: 'kms:Decrypt', Effect: 'Allow', Resource: KEY, Condition: via('sqs') };

describe('with a key of the operator’s', () => {
  let template: Template;
  let uses: Record<string, Statement[]>;
  let policy: Statement[];

  beforeAll(() => {
    template = synthesize((stack) => ({ encryptionKey: new Key(stack, 'Key') }));
    uses = usesOfKey(template);
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    policy = key?.Properties.KeyPolicy.Statement;
  });

  test.each([
    ['AWS::SQS::Queue', 'KmsMasterKeyId', 8],
    ['AWS::Logs::LogGroup', 'KmsKeyId', 13],
    ['AWS::SecretsManager::Secret', 'KmsKeyId', 2],
    ['AWS::Events::EventBus', 'KmsKeyIdentifier', 1],
  ])('each %s has it as its %s', (type, property, count) => {
    const keys = keysOf(template, type, property);
    expect(keys).toEqual(keys.map(() => KEY));
    expect(keys).toHaveLength(count);
  });

  test('the table has it', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [Match.objectLike({ SSESpecification: { KMSMasterKeyId: Match.anyValue() } })],
    });
  });

  test('no queue is encrypted in two ways', () => {
    expect(keysOf(template, 'AWS::SQS::Queue', 'SqsManagedSseEnabled').filter(Boolean)).toEqual([]);
  });

  test.each<[string, object[]]>([
    ['Billing', [sends]],
    ['Payments', [sends]],
    ['Reconciler', [sends]],
    ['Events', [sends]],
    ['EventsWebhook', [receives]],
    ['Operations', [sends, receives]],
    ['Settlement', [sends, receives]],
    ['SurrogateKeys', [receives]],
    ['Authorizer', []],
  ])('%s may use it to send and to receive where it does so, and no further', (role, expected) => {
    const bySqs = uses[role]?.filter(({ Condition }) => JSON.stringify(Condition)?.includes('sqs.'));
    expect(bySqs).toEqual(expected);
  });

  test('who reads or writes a secret may use it by way of that', () => {
    const reads = { ...receives, Condition: via('secretsmanager') };
    expect(uses.StripeWebhook).toEqual([reads]);
    expect(uses.EventsWebhook).toContainEqual(reads);
    expect(uses.StripeCatalogue).toEqual([{ ...sends, Condition: via('secretsmanager') }]);
  });

  test('CloudWatch Logs may use it for log groups of the account alone', () => {
    expect(policy.filter(({ Principal }) => Principal?.Service === 'logs.eu-central-1.amazonaws.com')).toEqual([
      expect.objectContaining({
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': {
              'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:eu-central-1:123456789012:log-group:*']],
            },
          },
        },
      }),
    ]);
  });

  test('EventBridge may use it for rules of the account that send to queues, and for the bus', () => {
    const ofEvents = policy.filter(({ Principal }) => Principal?.Service === 'events.amazonaws.com');
    expect(ofEvents.map(({ Action }) => Action)).toEqual(
      expect.arrayContaining([
        ['kms:GenerateDataKey', 'kms:Decrypt'],
        ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
      ]),
    );
    expect(ofEvents).toHaveLength(2);
    for (const { Condition } of ofEvents) {
      expect(Condition).toMatchObject({ StringEquals: { 'aws:SourceAccount': '123456789012' } });
    }
  });
});

test('the store’s key is used where no other is named', () => {
  const template = synthesize((stack) => ({
    store: new QuotaStore(stack, 'Store', { encryptionKey: new Key(stack, 'Key') }),
  }));
  const keys = keysOf(template, 'AWS::SQS::Queue', 'KmsMasterKeyId');
  expect(keys).toEqual(keys.map(() => KEY));
});

test('the bus of Stripe’s events has it, and its rule may use it for the dead letters', () => {
  const template = synthesize((stack) => ({
    encryptionKey: new Key(stack, 'Key'),
    payments: Payments.stripe({
      secretKey: Secret.fromSecretNameV2(stack, 'Secret', 'stripe/secret-key'),
      events: StripeEvents.eventBridge({ eventSourceName: 'aws.partner/stripe.com/ed_1' }),
    }),
  }));
  expect(keysOf(template, 'AWS::Events::EventBus', 'KmsKeyIdentifier')).toEqual([KEY, KEY]);
});

test('without one, all is encrypted by AWS’s own, and nobody is let use any', () => {
  const template = synthesize(() => ({}));
  const queues = keysOf(template, 'AWS::SQS::Queue', 'SqsManagedSseEnabled');
  expect(queues).toEqual(queues.map(() => true));
  expect(JSON.stringify(template.toJSON())).not.toContain('kms:');
});
