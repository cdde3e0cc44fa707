import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Payments, Paywall, Plan, Price, Quota } from '../../lib';
import { LISTED_ATTRIBUTES } from '../../lib/private/attributes';
import { packageVersion } from '../../lib/private/package-version';
import { paidApp, plans } from './app';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const { stack, api, paywall } = paidApp();
paywall.protect(api);
const template = Template.fromStack(stack);

const [role = ''] = Object.keys(template.findResources('AWS::IAM::Role')).filter((id) => id.includes('Operations'));

/** What the function's role may do besides writing its log. */
function statements(): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const own = policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role));
  return own
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => !Action.includes('logs:PutLogEvents'));
}

function idOf(type: string, part: string): string {
  const [id, ...others] = Object.keys(template.findResources(type)).filter((name) => name.includes(part));
  expect([id, others]).toEqual([expect.any(String), []]);
  return id ?? '';
}

const attributeOf = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] });
const leading = (...keys: string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } });

test('who operates sees and changes customers, keys and ledgers, sees to dead letters, and asks Stripe: and nothing else', () => {
  const table = attributeOf('PaywallStoreTableD984BD72');
  const [customers, whole, audit, links, requests, list, routes, secret, queue, processor, authorizer, ...others] =
    statements();
  const [read, query, put, update] = ['GetItem', 'Query', 'PutItem', 'UpdateItem'].map((name) => `dynamodb:${name}`);
  const onTable = (actions: unknown, ...leadingKeys: string[]) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: table,
    Condition: leading(...leadingKeys),
  });
  expect(customers).toEqual(onTable([read, query, put, update], 'CUSTOMER#*', 'LEDGER#*'));
  expect(whole).toEqual(onTable('dynamodb:DeleteItem', 'CUSTOMER#*', 'REFUSED#*'));
  expect(audit).toEqual(onTable([query, put, update], 'AUDIT#*'));
  expect(links).toEqual(onTable([read, 'dynamodb:DeleteItem'], 'KEY#*', 'STRIPE#*'));
  expect(requests).toEqual(onTable([query, 'dynamodb:DeleteItem'], 'REQUEST#*'));
  expect(list).toEqual({
    Effect: 'Allow',
    Action: 'dynamodb:Scan',
    Resource: table,
    Condition: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': LISTED_ATTRIBUTES },
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });
  expect(routes).toEqual(onTable(read, 'ROUTE#*'));
  expect(secret?.Action).toEqual(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret']);
  expect(JSON.stringify(secret?.Resource)).toContain('stripe/secret-key');
  expect(queue).toEqual({
    Effect: 'Allow',
    Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
    Resource: attributeOf(idOf('AWS::SQS::Queue', 'PaymentsDeadLetters')),
  });
  expect(processor).toEqual({
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Resource: attributeOf(idOf('AWS::Lambda::Function', 'PaywallPaymentsHandler')),
  });
  expect(authorizer).toEqual({
    Effect: 'Allow',
    Action: ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration'],
    Resource: attributeOf(idOf('AWS::Lambda::Function', 'PaywallAuthorizerHandler')),
  });
  expect(others).toEqual([]);
});

test('where customers are listed, neither a key nor a secret of links is read', () => {
  expect(LISTED_ATTRIBUTES.filter((name) => /key|secret/i.test(name))).toEqual([]);
});

test('a move to a plan with keys of its own is announced', () => {
  const app = paidApp({
    plans: [
      Plan.free('free', { quota: Quota.perMonth(100) }),
      Plan.paid('pro', {
        quota: Quota.perMonth(100),
        price: Price.monthly(100, 'usd'),
        throttle: { rateLimit: 1, burstLimit: 1 },
      }),
    ],
  });
  app.paywall.protect(app.api);
  Template.fromStack(app.stack).hasResourceProperties('AWS::Lambda::Function', {
    Description: Match.stringLikeRegexp('command-line tool'),
    Environment: { Variables: Match.objectLike({ PAYWALL_ARRIVALS_QUEUE_URL: Match.anyValue() }) },
  });
});

test('nobody is let in by the stack itself: no route, no rule and no service invokes it', () => {
  const handler = idOf('AWS::Lambda::Function', 'PaywallOperationsHandler');
  const { Resources } = template.toJSON() as { Resources: Record<string, object> };
  const users = Object.entries(Resources).filter(
    ([id, resource]) => id !== handler && JSON.stringify(resource).includes(`"${handler}"`),
  );
  expect(users).toEqual([]);
  template.resourceCountIs('AWS::Lambda::Url', 0);
});

test('it is told of the secret by its ARN, and runs for as long as a replay may take', () => {
  const [fn] = Object.values(template.findResources('AWS::Lambda::Function')).filter(({ Properties }) =>
    /command-line tool/.test(Properties.Description),
  );
  expect(fn?.Properties.Timeout).toBe(600);
  expect(Object.keys(fn?.Properties.Environment.Variables).sort()).toEqual([
    'PAYWALL_AUTHORIZER_FUNCTION',
    'PAYWALL_CATALOGUE',
    'PAYWALL_DEAD_LETTERS_QUEUE_URL',
    'PAYWALL_PAYMENTS_FUNCTION',
    'PAYWALL_STRIPE_SECRET_KEY_ARN',
    'PAYWALL_TABLE_NAME',
  ]);
});

test('each paywall puts out, as JSON, what the tool finds it by', () => {
  const app = paidApp();
  const payments = Payments.stripe({ secretKey: Secret.fromSecretNameV2(app.stack, 'OtherKey', 'stripe/other-key') });
  const other = new Paywall(app.stack, 'Other', { plans: plans(), payments });
  const otherApi = new RestApi(app.stack, 'OtherApi', { cloudWatchRole: false });
  otherApi.root.addMethod('GET');
  app.paywall.protect(app.api);
  other.protect(otherApi);
  const outputs = Object.values(Template.fromStack(app.stack).findOutputs('*')).map(({ Value }) => Value);
  const joined = outputs.map((value) => (value?.['Fn::Join']?.[1] ?? []).map(partOf).join(''));
  const found = joined.filter((text) => text.includes('"operations"')).map((text) => JSON.parse(text));
  expect(found).toEqual(
    ['Paywall', 'Other'].map((id) => ({
      paywall: `Stack/${id}`,
      operations: expect.stringMatching(new RegExp(`^${id}OperationsHandler`)),
      reconciler: expect.stringMatching(new RegExp(`^${id}ReconcilerHandler`)),
    })),
  );
});

test('what the doctor looks at is an output of its own: version, table, what takes events, and each API that has a URL', () => {
  const app = paidApp();
  const hidden = new RestApi(app.stack, 'Hidden', { cloudWatchRole: false, disableExecuteApiEndpoint: true });
  hidden.root.addMethod('GET');
  app.paywall.protect(app.api);
  app.paywall.protect(hidden, { publicUrl: 'https://hidden.example.com' });
  const outputs = Object.values(Template.fromStack(app.stack).findOutputs('*')).map(({ Value }) => Value);
  const joined = outputs.map((value) => (value?.['Fn::Join']?.[1] ?? []).map(partOf).join(''));
  const [text = '', ...others] = joined.filter((each) => each.includes('"apis"'));
  expect(others).toEqual([]);
  expect(JSON.parse(text)).toEqual({
    paywall: 'Stack/Paywall',
    version: packageVersion(),
    table: expect.stringMatching(/^PaywallStoreTable/),
    webhook: expect.stringMatching(/^PaywallStripeWebhookHandler/),
    apis: [
      { url: expect.stringMatching(/^https:\/\/.*\.execute-api\./), billingPath: 'billing' },
      { url: 'https://hidden.example.com', billingPath: 'billing' },
    ],
  });
});

/** A part of a joined value, a reference by the id of what it refers to. */
function partOf(part: string | { Ref: string }): string {
  return typeof part === 'string' ? part : part.Ref;
}
