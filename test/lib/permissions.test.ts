import { Match, Template } from 'aws-cdk-lib/assertions';
import { Cost, Identity, Plan, Price, Quota, SignUp } from '../../lib';
import { paidApp, stripe, TELLING, topUp } from './app';

/** All that the paywall's functions may do, in an app that uses all of it: what is not listed here, none of them may. */
let template: Template;

beforeAll(() => {
  const { stack, api, paywall } = paidApp((scope) => ({
    ...TELLING,
    payments: stripe(scope, 'profile_1'),
    topUps: [topUp()],
    resume: {},
    plans: [
      Plan.free('free', { quota: Quota.perMonth(100) }),
      Plan.paid('pro', {
        quota: Quota.perMonth(10_000),
        price: Price.monthly(2900, 'usd'),
        throttle: { rateLimit: 5, burstLimit: 10 },
        ownThrottle: true,
      }),
    ],
    signUp: SignUp.open(),
    identities: [Identity.apiKeys({ imported: true })],
  }));
  paywall.protect(api, { costs: { 'GET /items/{id}': Cost.reported({ estimate: 10 }) } });
  paywall.events.notifyWebhook({ url: 'https://example.com/customers' });
  template = Template.fromStack(stack);
});

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

function policies(): [role: string, statements: Statement[]][] {
  return Object.entries(template.findResources('AWS::IAM::Policy')).map(([id, { Properties }]) => [
    id.replace(/^Paywall(\w+?)(?:Handler)?(?:Service)?RoleDefaultPolicy\w+$/, '$1'),
    Properties.PolicyDocument.Statement,
  ]);
}

/** `dynamodb:GetItem of KEY#*`: each action, and what of the resource it is held to. */
function permissionsOf(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ Action, Resource, Condition = {} }) =>
    [Action].flat().map((action) => {
      const keys = Condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      const isHeld = Object.values(Condition).some((values) => 'dynamodb:Attributes' in values);
      const attributes = isHeld ? ', some attributes' : '';
      const resource = [Resource]
        .flat()
        .map((one) => JSON.stringify(one))
        .join();
      const [, of = resource] = /(?:GetAtt":\[|Ref":)"Paywall(\w+?)[0-9A-F]{8}"/.exec(resource) ?? [];
      return `${action} of ${keys === undefined ? of : [keys].flat().join(' ')}${attributes}`;
    }),
  );
}

const STRIPE_KEY = /^secretsmanager:(?:GetSecretValue|DescribeSecret) of .*:secret:stripe\/secret-key-/;

const onTable = (actions: string, keys: string) => actions.split(' ').map((action) => `dynamodb:${action} of ${keys}`);

test.each<[string, { readonly readsStripeKey: boolean; readonly may: string[] }]>([
  [
    'Authorizer',
    {
      readsStripeKey: false,
      may: [
        ...onTable('UpdateItem', 'CUSTOMER#* ROUTE#*'),
        ...onTable('GetItem', 'KEY#*'),
        'lambda:InvokeFunction of AgentPaymentsHandler',
      ],
    },
  ],
  [
    'Billing',
    {
      readsStripeKey: true,
      may: [
        ...onTable('GetItem PutItem Query UpdateItem', 'CUSTOMER#*'),
        ...onTable('PutItem UpdateItem', 'AUDIT#*'),
        ...onTable('GetItem', 'LEDGER#*'),
        ...onTable('GetItem', 'ROUTE#*'),
        ...onTable('UpdateItem', 'SIGNUP#*'),
        ...onTable('GetItem', 'KEY#*'),
        ...onTable('GetItem UpdateItem', 'REQUEST#*'),
        'sqs:SendMessage of SettlementReports',
      ],
    },
  ],
  [
    'Operations',
    {
      readsStripeKey: true,
      may: [
        ...onTable('GetItem Query PutItem UpdateItem', 'CUSTOMER#* LEDGER#*'),
        ...onTable('Query PutItem UpdateItem', 'AUDIT#*'),
        ...onTable('DeleteItem', 'CUSTOMER#* REFUSED#*'),
        ...onTable('GetItem DeleteItem', 'KEY#* STRIPE#*'),
        ...onTable('GetItem', 'ROUTE#*'),
        ...onTable('Query DeleteItem', 'REQUEST#*'),
        ...onTable('Scan', 'StoreTable, some attributes'),
        ...onTable('GetItem BatchGetItem UpdateItem DeleteItem', 'KEY#*'),
        ...onTable('PutItem', 'KEY#* CUSTOMER#* AUDIT#*'),
        ...['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility'].map(
          (name) => `sqs:${name} of PaymentsDeadLetters`,
        ),
        'sqs:SendMessage of SurrogateKeysArrivals',
        'lambda:InvokeFunction of PaymentsHandler',
        ...['Get', 'Update'].map((name) => `lambda:${name}FunctionConfiguration of AuthorizerHandler`),
      ],
    },
  ],
  [
    'AgentPayments',
    {
      readsStripeKey: true,
      may: [
        ...onTable('GetItem UpdateItem', 'CUSTOMER#*, some attributes'),
        ...onTable('GetItem PutItem UpdateItem', 'LEDGER#*'),
      ],
    },
  ],
  [
    'Events',
    {
      readsStripeKey: false,
      may: [
        ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((name) => `dynamodb:${name} of StoreTable`),
        'events:PutEvents of EventsBus',
        ...['SendMessage', 'GetQueueAttributes', 'GetQueueUrl'].map((name) => `sqs:${name} of EventsDeadLetters`),
      ],
    },
  ],
  [
    'EventsWebhook',
    {
      readsStripeKey: false,
      may: [
        ...['GetSecretValue', 'DescribeSecret'].map((name) => `secretsmanager:${name} of EventsWebhookSecret`),
        ...['ReceiveMessage', 'ChangeMessageVisibility', 'GetQueueUrl', 'DeleteMessage', 'GetQueueAttributes'].map(
          (name) => `sqs:${name} of EventsWebhookQueue`,
        ),
        // Once more for itself, as it puts off what was not taken, whatever polling needs.
        'sqs:ChangeMessageVisibility of EventsWebhookQueue',
      ],
    },
  ],
  [
    'Mcp',
    {
      readsStripeKey: true,
      may: [
        ...onTable('GetItem', 'CUSTOMER#*'),
        ...onTable('GetItem', 'LEDGER#*'),
        ...onTable('GetItem', 'KEY#*'),
        ...onTable('GetItem UpdateItem', 'REQUEST#*'),
      ],
    },
  ],
  [
    'Payments',
    {
      readsStripeKey: true,
      may: [
        'sqs:SendMessage of PaymentsDeadLetters',
        'sqs:SendMessage of SurrogateKeysArrivals',
        ...onTable('GetItem PutItem', 'LEDGER#* EVENT#*'),
        ...onTable('UpdateItem', 'LEDGER#* STRIPE#*'),
        ...onTable('GetItem PutItem UpdateItem', 'CUSTOMER#*, some attributes'),
      ],
    },
  ],
  [
    'Reconciler',
    {
      readsStripeKey: true,
      may: [
        ...onTable('GetItem PutItem', 'CURSOR#*'),
        ...['SendMessage', 'GetQueueAttributes'].map((name) => `sqs:${name} of PaymentsDeadLetters`),
        'lambda:InvokeFunction of PaymentsHandler',
      ],
    },
  ],
  [
    'Settlement',
    {
      readsStripeKey: false,
      may: [
        'sqs:SendMessage of SettlementDeadLetters',
        ...onTable('GetItem PutItem UpdateItem', 'LEDGER#* CHARGE#*'),
        ...onTable('GetItem UpdateItem', 'CUSTOMER#*, some attributes'),
        ...['ReceiveMessage', 'ChangeMessageVisibility', 'GetQueueUrl', 'DeleteMessage', 'GetQueueAttributes'].map(
          (name) => `sqs:${name} of SettlementReports`,
        ),
        ...onTable('GetItem UpdateItem', 'REFUSED#*'),
        'events:PutEvents of EventsBus',
      ],
    },
  ],
  [
    'StripeCatalogue',
    {
      readsStripeKey: true,
      may: ['GetSecretValue', 'PutSecretValue'].map((name) => `secretsmanager:${name} of StripeWebhookSigningSecret`),
    },
  ],
  [
    'StripeWebhook',
    {
      readsStripeKey: false,
      may: [
        ...['GetSecretValue', 'DescribeSecret'].map((name) => `secretsmanager:${name} of StripeWebhookSigningSecret`),
        'lambda:InvokeFunction of PaymentsHandler',
      ],
    },
  ],
])('%s may do what it is there for, and nothing else', (role, { readsStripeKey, may }) => {
  const [, statements = []] = policies().find(([name]) => name === role) ?? [];
  const permissions = permissionsOf(statements).filter((permission) => !permission.startsWith('logs:'));
  expect(permissions.filter((permission) => STRIPE_KEY.test(permission))).toHaveLength(readsStripeKey ? 2 : 0);
  expect(permissions.filter((permission) => !STRIPE_KEY.test(permission)).toSorted()).toEqual(may.toSorted());
});

test('the customer’s page may do what the billing routes may, and nothing beyond', () => {
  const rolesWith = (page: boolean) => {
    const { stack, api, paywall } = paidApp({ page: { enabled: page } });
    paywall.protect(api);
    return Template.fromStack(stack).findResources('AWS::IAM::Policy');
  };
  expect(rolesWith(true)).toEqual(rolesWith(false));
});

test('each writes its own log, and nobody else’s', () => {
  for (const [role, statements] of policies()) {
    const ofLogs = permissionsOf(statements).filter((permission) => permission.startsWith('logs:'));
    expect(ofLogs).toEqual(
      ['CreateLogStream', 'PutLogEvents'].map((name) => expect.stringMatching(`^logs:${name} of ${role}Handler`)),
    );
  }
});

test('all of the paywall’s functions are among these, and the one whose keys of API Gateway have a test of their own', () => {
  const functions = template.findResources('AWS::Lambda::Function', {
    Properties: { LoggingConfig: Match.objectLike({ LogFormat: 'JSON' }) },
  });
  expect(
    Object.keys(functions)
      .map((id) => id.replace(/^Paywall(\w+)Handler\w{8}$/, '$1'))
      .toSorted(),
  ).toEqual(
    policies()
      .map(([role]) => role)
      .toSorted(),
  );
  expect(policies().map(([role]) => role)).toContain('SurrogateKeys');
  expect(policies()).toHaveLength(13);
});

test('nobody may do anything with everything', () => {
  for (const [, statements] of policies()) {
    for (const { Effect, Action, Resource } of statements) {
      expect(Effect).toBe('Allow');
      expect([Resource].flat()).not.toContain('*');
      expect([Action].flat().join()).not.toContain('*');
    }
  }
});
