import { CfnResource, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnAccount, CfnStage, type IRestApi, type IStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ACCESS_LOG_FIELDS, CACHE_FIELDS, REFUND_FIELDS } from './access-log';
import { encryptedLogGroup } from './encryption';

type LogField = keyof typeof ACCESS_LOG_FIELDS;

/** A JSON line with the paywall's fields, and others beside them. */
export function accessLogFormat(others: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({ ...others, ...ACCESS_LOG_FIELDS });
}

/** What makes a stage; nothing where it is made elsewhere. */
export function stageResource({ node }: IStage): CfnStage | undefined {
  return node.defaultChild instanceof CfnStage ? node.defaultChild : undefined;
}

/** The log group of an API's access log: the stage's own, if it says what is needed, or else a new one. */
export function stageAccessLog(scope: Construct, id: string, apiStage: IStage, isFreeWhenCached: boolean): ILogGroup {
  const stage = stageResource(apiStage);
  if (stage === undefined) {
    throw new Error(
      `\`refund\` needs the access log of ${apiStage.node.path}, which is made elsewhere: pass ` +
        '`refund: Refund.onServerError({ accessLog })` with the log group that the stage writes `Paywall.accessLogFormat()` to, ' +
        'or `refund: Refund.none()`, got: no `accessLog`',
    );
  }
  const own = stage.accessLogSetting;
  if (own !== undefined) {
    return ownAccessLog(scope, id, stage, Stack.of(stage).resolve(own), isFreeWhenCached);
  }
  const logGroup = encryptedLogGroup(scope, id);
  stage.accessLogSetting = {
    ...new LogGroupLogDestination(logGroup).bind(apiStage),
    format: accessLogFormat(),
  };
  return logGroup;
}

/** The role by which API Gateway may write logs at all; where the API's own construct sets none. */
export function cloudWatchRole(scope: Construct): CfnAccount {
  const role = new Role(scope, 'CloudWatchRole', {
    description: 'Lets API Gateway write logs, for all APIs of the account in the Region',
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
  });
  const account = new CfnAccount(scope, 'Account', { cloudWatchRoleArn: role.roleArn });
  // The setting is the account's: other stacks may rely on it when this one is gone.
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  Validations.of(role).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    reason: 'API Gateway checks that the role has what this policy of its own grants',
  });
  return account;
}

/** Whether the API's own construct sets the role. */
export function hasCloudWatchRole(api: IRestApi): boolean {
  return api.node.tryFindChild('Account') instanceof CfnAccount;
}

function ownAccessLog(
  scope: Construct,
  id: string,
  stage: CfnStage,
  setting: { readonly destinationArn?: unknown; readonly format?: unknown },
  isFreeWhenCached: boolean,
): ILogGroup {
  const where = `\`refund\` needs the access log of ${stage.node.path}`;
  const remedy = 'or pass `refund: Refund.none()`';
  if (isFirehose(stage, JSON.stringify(setting.destinationArn ?? ''))) {
    throw new Error(`${where} in a log group, ${remedy}, got: a Firehose stream`);
  }
  const format = typeof setting.format === 'string' ? setting.format : JSON.stringify(setting.format ?? '');
  requireFields(format, REFUND_FIELDS, where, remedy);
  if (isFreeWhenCached) {
    requireFields(format, CACHE_FIELDS, `\`cache\` needs the access log of ${stage.node.path}`, 'or CachedCost.full()');
  }
  const { destinationArn } = stage.accessLogSetting as CfnStage.AccessLogSettingProperty;
  return LogGroup.fromLogGroupArn(scope, id, destinationArn ?? '');
}

function requireFields(format: string, fields: readonly LogField[], where: string, remedy: string): void {
  const missing = fields.filter((field) => !has(format, field));
  if (missing.length > 0) {
    throw new Error(
      `${where} to hold the members ${missing.map((field) => `"${field}"`).join(', ')}: pass ` +
        `\`accessLogFormat: Paywall.accessLogFormat()\`, ${remedy}, got: ${format}`,
    );
  }
}

/** An ARN says what it is of, unless it is to be known only at deployment; then the resource that it comes from does. */
function isFirehose(stage: CfnStage, destination: string): boolean {
  const stack = Stack.of(stage);
  const streams = stack.node
    .findAll()
    .filter((node) => CfnResource.isCfnResource(node))
    .filter(({ cfnResourceType }) => cfnResourceType === 'AWS::KinesisFirehose::DeliveryStream');
  return (
    destination.includes(':firehose:') ||
    streams.some((stream) => destination.includes(`"${stack.getLogicalId(stream)}"`))
  );
}

/** Whether a format writes a field as a member of a JSON object. */
function has(format: string, field: LogField): boolean {
  const variable = ACCESS_LOG_FIELDS[field].replaceAll(/[$.]/g, '\\$&');
  return new RegExp(`"${field}"\\s*:\\s*"?${variable}\\b`).test(format);
}
