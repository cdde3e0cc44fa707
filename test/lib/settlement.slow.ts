import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AccessLogFormat,
  FirehoseLogDestination,
  LogGroupLogDestination,
  RestApi,
  type RestApiProps,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { DeliveryStream, S3Bucket } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Cost, Paywall, type ProtectOptions, Refund } from '../../lib';
import { ACCESS_LOG_FIELDS } from '../../lib/private/access-log';
import { paidApp, plans, stripe } from './app';

function templateOf(options: ProtectOptions = {}, apiProps: RestApiProps = {}): Template {
  const { stack, api, paywall } = paidApp({}, apiProps);
  paywall.protect(api, options);
  return Template.fromStack(stack);
}

/** An app whose stage has an access log of its own. */
function withOwnLog(log: (stack: Stack) => StageOptions, options: ProtectOptions = {}): Template {
  const stack = new Stack();
  const api = new RestApi(stack, 'Api', { cloudWatchRole: false, deployOptions: log(stack) });
  api.root.addMethod('GET');
  const paywall = new Paywall(stack, 'Paywall', { plans: plans(), payments: stripe(stack) });
  paywall.protect(api, options);
  return Template.fromStack(stack);
}

const logOf = (stack: Stack) => new LogGroupLogDestination(new LogGroup(stack, 'Mine'));

describe('giving back what was not served', () => {
  test('the stage gets an access log with the paywall’s fields, and the settlement reads what was not served', () => {
    const template = templateOf();
    const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
    expect(JSON.parse(stage?.Properties.AccessLogSetting.Format)).toEqual(ACCESS_LOG_FIELDS);
    const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup')).filter((id) => /AccessLog/.test(id));
    expect(JSON.stringify(stage?.Properties.AccessLogSetting.DestinationArn)).toContain(`"${logGroup}"`);
    template.hasResourceProperties('AWS::Logs::SubscriptionFilter', {
      LogGroupName: { Ref: logGroup },
      DestinationArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Settlement'), 'Arn'] },
      FilterPattern:
        '{ $.cost != "-" && ($.status = "5*" || $.responseType != "-" || ' +
        '($.cachedCost = "0" && $.integrationLatency = "-")) }',
    });
  });

  test('no path and no key gets into the access log', () => {
    const format = JSON.stringify(ACCESS_LOG_FIELDS);
    expect(format).not.toMatch(/context\.path|apiKey"|identity\.apiKey|report/);
  });

  test('a batch that keeps failing is kept for the operator', () => {
    templateOf().hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('not served'),
      DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } },
    });
  });

  test('the settlement may change units and nothing else of a customer', () => {
    const policies = Object.entries(templateOf().findResources('AWS::IAM::Policy'));
    const statements = policies.flatMap(([id, { Properties }]) =>
      id.includes('Settlement') ? Properties.PolicyDocument.Statement : [],
    );
    const conditions = statements.map(({ Condition }) => Condition).filter((condition) => condition !== undefined);
    expect(conditions).toEqual([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['LEDGER#*', 'CHARGE#*'] } },
      {
        'ForAllValues:StringLike': {
          'dynamodb:LeadingKeys': ['CUSTOMER#*'],
          'dynamodb:Attributes': ['pk', 'sk', 'remaining', 'credits', 'owed', 'lastEntry', 'periodStart', 'U*'],
        },
      },
    ]);
  });

  test('API Gateway gets the role that it writes logs by, before the stage needs it, and keeps it', () => {
    const template = templateOf();
    const [accountId] = Object.keys(template.findResources('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' }));
    expect(accountId).toMatch(/^Paywall/);
    template.hasResource('AWS::ApiGateway::Stage', { DependsOn: Match.arrayWith([accountId]) });
  });

  test.each<[string, ProtectOptions, RestApiProps, number]>([
    ['set by the API’s own construct', {}, { cloudWatchRole: true }, 1],
    ['set elsewhere', { refund: Refund.onServerError({ cloudWatchRole: false }) }, {}, 0],
    ['not needed', { refund: Refund.none() }, {}, 0],
  ])('that role is not set where it is %s', (_, options, apiProps, accounts) => {
    const template = templateOf(options, apiProps);
    template.resourceCountIs('AWS::ApiGateway::Account', accounts);
    expect(Object.keys(template.findResources('AWS::ApiGateway::Account')).join()).not.toContain('Paywall');
  });

  test('nothing is given back, and nothing logged, where that is off', () => {
    const template = templateOf({ refund: Refund.none() });
    template.resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
    template.hasResourceProperties('AWS::ApiGateway::Stage', { AccessLogSetting: Match.absent() });
  });

  test('an access log of the stage’s own is read, if it has the paywall’s fields', () => {
    const template = withOwnLog((stack) => ({
      accessLogDestination: logOf(stack),
      accessLogFormat: Paywall.accessLogFormat({ userAgent: '$context.identity.userAgent' }),
    }));
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      AccessLogSetting: { Format: Match.stringLikeRegexp('"userAgent":"\\$context.identity.userAgent".*"charge":') },
    });
    const [filter] = Object.values(template.findResources('AWS::Logs::SubscriptionFilter'));
    expect(JSON.stringify(filter?.Properties.LogGroupName)).toContain('Mine');
  });

  test('an access log without them is refused, with the remedy', () => {
    const ownLog = (stack: Stack) => ({
      accessLogDestination: logOf(stack),
      accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
    });
    expect(() => withOwnLog(ownLog)).toThrow(
      /`refund` needs the access log of .* to hold the members "charge", .*`accessLogFormat: Paywall.accessLogFormat\(\)`/,
    );
    withOwnLog(ownLog, { refund: Refund.none() }).resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
  });

  test('an access log that goes to Firehose is refused, with the remedy', () => {
    const toFirehose = (stack: Stack) => ({
      accessLogDestination: new FirehoseLogDestination(
        new DeliveryStream(stack, 'Stream', {
          deliveryStreamName: 'amazon-apigateway-mine',
          destination: new S3Bucket(new Bucket(stack, 'Bucket')),
        }).node.defaultChild as never,
      ),
      accessLogFormat: Paywall.accessLogFormat(),
    });
    expect(() => withOwnLog(toFirehose)).toThrow('Refund.none()');
  });
});

describe('reported costs', () => {
  const reported = { costs: { 'GET /items/{id}': Cost.reported({ estimate: 100 }) } };

  function environmentsOf(template: Template, name: string): unknown[] {
    return Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.[name] ?? [],
    );
  }

  test('are an estimate to the authorizer, and a queue to the billing routes, which may send to it', () => {
    const template = templateOf(reported);
    expect(JSON.stringify(environmentsOf(template, 'PAYWALL_APIS'))).toContain('\\"estimate\\":100');
    expect(environmentsOf(template, 'PAYWALL_REPORTS_QUEUE_URL')).toHaveLength(1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('Billing'),
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'sqs:SendMessage' })]) },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    template.hasResourceProperties('AWS::ApiGateway::Resource', { PathPart: 'reports' });
  });

  test('of two APIs share one queue', () => {
    const { stack, api, paywall } = paidApp();
    const other = new RestApi(stack, 'Other', { cloudWatchRole: false });
    other.root.addMethod('GET');
    paywall.protect(api, reported);
    paywall.protect(other, { costs: { 'GET /': Cost.reported({ estimate: 1 }) } });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
    const queues = Object.keys(template.findResources('AWS::SQS::Queue'));
    expect(queues.filter((id) => id.includes('SettlementReports'))).toHaveLength(1);
    template.resourceCountIs('AWS::ApiGateway::Account', 1);
    template.resourceCountIs('AWS::Logs::SubscriptionFilter', 2);
  });

  test('need no queue where there are none', () => {
    const template = templateOf({ costs: { 'GET /items/{id}': Cost.units(3) } });
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
    expect(JSON.stringify(environmentsOf(template, 'PAYWALL_APIS'))).toContain('\\"GET /items/{id}\\":3');
    expect(environmentsOf(template, 'PAYWALL_REPORTS_QUEUE_URL')).toEqual([]);
  });

  test.each([-1, 0.5, 10 ** 9 + 1])('an estimate of %p is refused', (estimate) => {
    expect(() => Cost.reported({ estimate })).toThrow(`\`Cost.reported: estimate\` must`);
    expect(() => Cost.units(estimate)).toThrow(`\`Cost.units\` must`);
  });
});
