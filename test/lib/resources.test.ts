import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Cors } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { FailurePolicy, Identity, Metering, Payments, QuotaStore, SignUp } from '../../lib';
import { paidApp, TELLING, topUp } from './app';

function templateOf(app: ReturnType<typeof paidApp>): Template {
  app.paywall.protect(app.api, { costs: { 'GET /items/{id}': 2 } });
  return Template.fromStack(app.stack);
}

let plain: Template | undefined;

/** The template of the plain app, which many tests read and none changes. */
function template(): Template {
  plain ??= templateOf(paidApp(TELLING));
  return plain;
}

/** What a handler's role may do, statement by statement, without the writing of its log. */
function statements(synthesized: Template, role: RegExp): Record<string, unknown>[] {
  const policies = synthesized.findResources('AWS::IAM::Policy');
  const [, policy] = Object.entries(policies).find(([id]) => role.test(id)) ?? [];
  return policy?.Properties.PolicyDocument.Statement.filter(
    (statement: { Action: string | string[] }) => !statement.Action.includes('logs:PutLogEvents'),
  );
}

describe('the store', () => {
  test('has a stable logical id, outlives the stack, and can be restored to any second', () => {
    const tables = template().findResources('AWS::DynamoDB::GlobalTable');
    expect(tables).toEqual({
      PaywallStoreTableD984BD72: expect.objectContaining({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }),
    });
    template().hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
    });
  });

  test('goes with the stack where that is wanted', () => {
    const stack = new Stack();
    new QuotaStore(stack, 'Store', { removalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(stack).hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
  });
});

describe('roles are held to what their part needs', () => {
  const arn = { 'Fn::GetAtt': ['PaywallStoreTableD984BD72', 'Arn'] };

  test('the authorizer updates customers and notes routes, and cannot write the ledger', () => {
    expect(statements(template(), /Authorizer/)).toEqual([
      {
        Effect: 'Allow',
        Action: 'dynamodb:UpdateItem',
        Resource: arn,
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CUSTOMER#*', 'ROUTE#*'] } },
      },
    ]);
  });

  test('who accepts imported keys may look up whose they are, and others may not', () => {
    const withImported = templateOf(paidApp({ ...TELLING, identities: [Identity.apiKeys({ imported: true })] }));
    const lookUp = {
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: arn,
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['KEY#*'] } },
    };
    for (const role of [/Authorizer/, /Billing/, /Mcp/]) {
      expect(statements(withImported, role)).toContainEqual(lookUp);
      expect(statements(template(), role)).not.toContainEqual(lookUp);
    }
    const owners = ['GetItem', 'BatchGetItem', 'UpdateItem', 'DeleteItem'].map((name) => `dynamodb:${name}`);
    expect(statements(withImported, /Operations/)).toEqual(
      expect.arrayContaining([may(owners, 'KEY#*'), may('dynamodb:PutItem', 'KEY#*', 'CUSTOMER#*', 'AUDIT#*')]),
    );
    // What was imported before is to go with its customer all the same.
    const ofKeys = statements(template(), /Operations/).filter((each) => JSON.stringify(each).includes('KEY#'));
    expect(ofKeys).toEqual([may(['dynamodb:GetItem', 'dynamodb:DeleteItem'], 'KEY#*', 'STRIPE#*')]);
  });

  const may = (Action: string | string[], ...partitionKeys: string[]) => ({
    Effect: 'Allow',
    Action,
    Resource: arn,
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitionKeys } },
  });

  test('the billing routes read and make customers, write changes down unread, and cannot write the ledger', () => {
    const [customers, audit, ledger, routes, secret, ...others] = statements(template(), /Billing/);
    expect(customers).toEqual(
      may(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], 'CUSTOMER#*'),
    );
    expect(audit).toEqual(may(['dynamodb:PutItem', 'dynamodb:UpdateItem'], 'AUDIT#*'));
    expect(ledger).toEqual(may('dynamodb:GetItem', 'LEDGER#*'));
    expect(routes).toEqual(may('dynamodb:GetItem', 'ROUTE#*'));
    expect(secret).toMatchObject({ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'] });
    expect(others).toEqual([]);
  });

  test('the billing routes count sign-ups where sign-up is open, and only there', () => {
    const counts = may('dynamodb:UpdateItem', 'SIGNUP#*');
    expect(statements(template(), /Billing/)).not.toContainEqual(counts);
    const open = templateOf(paidApp({ signUp: SignUp.open() }));
    expect(statements(open, /Billing/)).toContainEqual(counts);
    expect(statements(open, /Billing/)).toHaveLength(6);
  });

  test('the webhook reads its signing secret and calls what carries events out, and reaches no balance', () => {
    const [secret, invoke, ...others] = statements(template(), /Webhook/) as { Action: unknown; Resource: unknown }[];
    expect(secret?.Action).toEqual(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret']);
    expect(invoke?.Action).toBe('lambda:InvokeFunction');
    expect(JSON.stringify(invoke?.Resource)).toContain('PaywallPaymentsHandler');
    expect(others).toEqual([]);
  });

  test('what carries events out writes the ledger, and cannot give a customer a key', () => {
    const [, entries, marks, customers, ...secrets] = statements(template(), /PaywallPayments/) as {
      Condition: Record<string, Record<string, string[]>>;
    }[];
    expect(entries).toEqual(may(['dynamodb:GetItem', 'dynamodb:PutItem'], 'LEDGER#*', 'EVENT#*'));
    expect(marks).toEqual(may('dynamodb:UpdateItem', 'LEDGER#*', 'STRIPE#*'));
    const attributes = customers?.Condition['ForAllValues:StringLike']?.['dynamodb:Attributes'];
    expect(attributes).toContain('remaining');
    expect(attributes).not.toContain('keys');
    expect(secrets).toHaveLength(1);
  });

  test('nothing may do everything', () => {
    const policies = template().findResources('AWS::IAM::Policy');
    for (const { Properties } of Object.values(policies)) {
      for (const statement of Properties.PolicyDocument.Statement) {
        expect(statement.Resource).not.toBe('*');
        expect(JSON.stringify(statement.Action)).not.toContain('*');
      }
    }
  });
});

describe('handlers', () => {
  test('are told of secrets by their ARNs alone', () => {
    const functions = Object.values(template().findResources('AWS::Lambda::Function'));
    const environments = functions.flatMap(({ Properties }) => Object.keys(Properties.Environment?.Variables ?? {}));
    expect(environments.filter((name) => /SECRET/.test(name)).every((name) => name.endsWith('_ARN'))).toBe(true);
  });

  test('keep their logs for a month, as JSON', () => {
    const functions = template().findResources('AWS::Lambda::Function', {
      Properties: {
        Handler: 'index.handler',
        LoggingConfig: Match.objectLike({ LogFormat: 'JSON', SystemLogLevel: 'WARN' }),
      },
    });
    expect(Object.keys(functions)).toHaveLength(9);
    template().resourcePropertiesCountIs('AWS::Logs::LogGroup', { RetentionInDays: 30 }, 10);
  });
});

describe('metering', () => {
  test.each([
    ['is leased by default', undefined, '{"maxBlock":1000,"life":5000}'],
    ['can be bounded', Metering.leased({ maxBlock: 50, maxLife: Duration.seconds(2) }), '{"maxBlock":50,"life":2000}'],
    ['can be exact', Metering.exact(), '{}'],
  ])('%s', (_, metering, expected) => {
    templateOf(paidApp({ metering })).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ PAYWALL_METERING: expected }) },
    });
  });
});

test('the failure policy is closed by default, and can be open for so many calls', () => {
  const open = templateOf(paidApp({ failurePolicy: FailurePolicy.open({ callsPerMinute: 9 }) }));
  open.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({ PAYWALL_METERING: '{"maxBlock":1000,"life":5000,"openCallsPerMinute":9}' }),
    },
  });
});

describe('usage plans', () => {
  test('each plan has one, with its throttle and its lanes', () => {
    const synthesized = template();
    synthesized.resourceCountIs('AWS::ApiGateway::UsagePlan', 2);
    synthesized.hasResourceProperties('AWS::ApiGateway::UsagePlan', { Throttle: { RateLimit: 5, BurstLimit: 10 } });
    synthesized.resourceCountIs('AWS::ApiGateway::ApiKey', 4 + 2);
    synthesized.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 4 + 2);
  });

  test('the value of a surrogate key is the one that the authorizer names', () => {
    const synthesized = template();
    const keys = Object.values(synthesized.findResources('AWS::ApiGateway::ApiKey')).map(
      ({ Properties }) => Properties.Value,
    );
    const { Properties } = Object.values(
      synthesized.findResources('AWS::Lambda::Function', {
        Properties: { Environment: { Variables: { PAYWALL_SURROGATE_KEY_PREFIX: Match.anyValue() } } },
      }),
    )[0] as { Properties: { Environment: { Variables: Record<string, string> } } };
    const prefix = Properties.Environment.Variables.PAYWALL_SURROGATE_KEY_PREFIX;
    expect(keys).toEqual(expect.arrayContaining([`${prefix}-free-0`, `${prefix}-free-3`, `${prefix}-pro-1`]));
    expect(keys.every((key: string) => key.length >= 20)).toBe(true);
  });
});

describe('gateway responses', () => {
  test.each([
    ['UNAUTHORIZED', '401'],
    ['ACCESS_DENIED', '402'],
    ['QUOTA_EXCEEDED', '402'],
    ['INVALID_API_KEY', '403'],
    ['THROTTLED', '429'],
    ['AUTHORIZER_FAILURE', '503'],
    ['AUTHORIZER_CONFIGURATION_ERROR', '503'],
  ])('%s is answered with %s', (ResponseType, StatusCode) => {
    template().hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType,
      StatusCode,
      ResponseParameters: Match.objectLike({
        'gatewayresponse.header.Cache-Control': "'no-store'",
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.Access-Control-Allow-Origin': Match.absent(),
      }),
    });
  });

  test.each([
    [['https://app.example'], "'https://app.example'"],
    [Cors.ALL_ORIGINS, "'*'"],
    [['https://a.example', 'https://b.example'], 'method.request.header.Origin'],
  ])('carry CORS headers where CORS is on, for %j', (allowOrigins, expected) => {
    const synthesized = templateOf(paidApp({}, { defaultCorsPreflightOptions: { allowOrigins } }));
    const responses = Object.values(synthesized.findResources('AWS::ApiGateway::GatewayResponse'));
    expect(responses).toHaveLength(7);
    for (const { Properties } of responses) {
      expect(Properties.ResponseParameters['gatewayresponse.header.Access-Control-Allow-Origin']).toBe(expected);
    }
  });

  test('leave computed headers out where that is wanted', () => {
    const { stack, api, paywall } = paidApp();
    paywall.protect(api, { paymentHeaders: false });
    const responses = Template.fromStack(stack).toJSON().Resources as Record<string, { Properties: unknown }>;
    expect(JSON.stringify(responses)).not.toContain('context.authorizer.link');
  });
});

describe('the webhook secret', () => {
  test('is made where none is given', () => {
    template().resourceCountIs('AWS::SecretsManager::Secret', 1);
  });

  test('is taken where one is given', () => {
    const app = paidApp((stack) => ({
      topUps: [topUp()],
      payments: Payments.stripe({
        secretKey: Secret.fromSecretNameV2(stack, 'Key', 'key'),
        webhookSecret: Secret.fromSecretNameV2(stack, 'Webhook', 'webhook'),
      }),
    }));
    templateOf(app).resourceCountIs('AWS::SecretsManager::Secret', 0);
  });
});
