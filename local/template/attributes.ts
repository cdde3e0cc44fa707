import { Unresolvable } from './intrinsics';
import { physicalName, stableId } from './physical-names';
import type { Resource, Stack } from './stack';
import { flag, text } from './values';

/** What `Ref` gives for types whose physical id is a generated one, and how long that is. */
const ID_LENGTHS: Readonly<Record<string, number>> = {
  'AWS::ApiGateway::RestApi': 10,
  'AWS::ApiGateway::ApiKey': 10,
  'AWS::ApiGateway::Authorizer': 6,
  'AWS::ApiGateway::Deployment': 6,
  'AWS::ApiGateway::RequestValidator': 6,
  'AWS::ApiGateway::Resource': 6,
  'AWS::ApiGateway::UsagePlan': 6,
  'AWS::ApiGateway::VpcLink': 6,
  'AWS::ApiGatewayV2::Api': 10,
};

/** Types whose `Ref` is their ARN. */
const REF_IS_ARN = new Set([
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
  'AWS::StepFunctions::StateMachine',
  'AWS::IAM::ManagedPolicy',
  'AWS::Lambda::LayerVersion',
]);

/** ARNs that are not `arn:aws:<service>:<region>:<account>:<kind>/<name>`. */
const ARNS: Readonly<Record<string, (name: string, stack: Stack) => string>> = {
  'AWS::Lambda::Function': (name, stack) => arn(stack, 'lambda', `function:${name}`),
  'AWS::Lambda::LayerVersion': (name, stack) => arn(stack, 'lambda', `layer:${name}:1`),
  'AWS::DynamoDB::GlobalTable': (name, stack) => arn(stack, 'dynamodb', `table/${name}`),
  'AWS::CloudWatch::Alarm': (name, stack) => arn(stack, 'cloudwatch', `alarm:${name}`),
  'AWS::CloudWatch::CompositeAlarm': (name, stack) => arn(stack, 'cloudwatch', `alarm:${name}`),
  'AWS::SQS::Queue': (name, stack) => arn(stack, 'sqs', name),
  'AWS::SNS::Topic': (name, stack) => arn(stack, 'sns', name),
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::Logs::LogGroup': (name, stack) => arn(stack, 'logs', `log-group:${name}:*`),
  'AWS::StepFunctions::StateMachine': (name, stack) => arn(stack, 'states', `stateMachine:${name}`),
  'AWS::Events::EventBus': (name, stack) => arn(stack, 'events', `event-bus/${name}`),
  'AWS::IAM::Role': (name, stack) => `arn:aws:iam::${stack.account}:role/${name}`,
  'AWS::IAM::User': (name, stack) => `arn:aws:iam::${stack.account}:user/${name}`,
  'AWS::IAM::ManagedPolicy': (name, stack) => `arn:aws:iam::${stack.account}:policy/${name}`,
  'AWS::SecretsManager::Secret': secretArn,
};

export function nameOf(resource: Resource): string {
  const { type, logicalId, stack } = resource;
  const kind = kindOf(type);
  const given = text(
    resource.property(kind === 'GlobalTable' ? 'TableName' : `${kind}Name`) ?? resource.property('Name'),
  );
  if (given) {
    return given;
  }
  // Secrets Manager's own form, one hyphen: CDK cuts a secret's name out of its ARN by that.
  if (type === 'AWS::SecretsManager::Secret') {
    return `${logicalId}-${stableId(`${stack.name}/${logicalId}`, 12)}`;
  }
  if (type === 'AWS::SQS::Queue' && flag(resource.property('FifoQueue'))) {
    return `${physicalName(stack.name, logicalId)}.fifo`;
  }
  const name = physicalName(stack.name, logicalId);
  return type === 'AWS::S3::Bucket' ? name.toLowerCase() : name;
}

export function arnOf(resource: Resource): string {
  const shape = ARNS[resource.type];
  if (shape) {
    return shape(nameOf(resource), resource.stack);
  }
  const service = resource.type.split('::')[1] ?? resource.type;
  const kind = kindOf(resource.type);
  return arn(resource.stack, service.toLowerCase(), `${kind.toLowerCase()}/${nameOf(resource)}`);
}

/** What `Ref` gives. */
export function referenceTo(resource: Resource): string {
  const { type, stack } = resource;
  checkIsKnown(resource);
  const idLength = ID_LENGTHS[type];
  if (idLength !== undefined) {
    return stableId(`${stack.name}/${resource.logicalId}`, idLength);
  }
  if (REF_IS_ARN.has(type)) {
    return arnOf(resource);
  }
  switch (type) {
    case 'AWS::Lambda::Version':
      return `${functionArnOf(resource)}:1`;
    case 'AWS::Lambda::Alias':
      return `${functionArnOf(resource)}:${text(resource.property('Name')) ?? ''}`;
    case 'AWS::SecretsManager::SecretTargetAttachment':
      return text(resource.property('SecretId')) ?? '';
    case 'AWS::SQS::Queue':
      return `${stack.app.sqsUrl(stack.region)}/${stack.account}/${nameOf(resource)}`;
    case 'AWS::CloudFormation::Stack':
      return stack.app.nestedStackOf(resource).id;
    default:
      return nameOf(resource);
  }
}

/** What `Fn::GetAtt` gives; an attribute that only AWS could know becomes a name that says what it stands for. */
export function attributeOf(resource: Resource, attribute: string): string {
  const { type, stack } = resource;
  checkIsKnown(resource);
  switch (`${kindOf(type)}.${attribute}`) {
    case 'RestApi.RootResourceId':
      return stableId(`${stack.name}/${resource.logicalId}/`, 10);
    case 'Version.Version':
      return '1';
    case 'Alias.AliasArn':
    case 'Version.FunctionArn':
    case 'Queue.QueueUrl':
      return referenceTo(resource);
    case 'Topic.TopicName':
    case 'Queue.QueueName':
    case 'StateMachine.Name':
    case 'EventBus.Name':
      return nameOf(resource);
    case 'Table.StreamArn':
    case 'GlobalTable.StreamArn':
      return `${arnOf(resource)}/stream/local`;
    case 'Bucket.DomainName':
      return `${nameOf(resource)}.s3.amazonaws.com`;
    case 'Bucket.RegionalDomainName':
      return `${nameOf(resource)}.s3.${stack.region}.amazonaws.com`;
    case 'Parameter.Value':
      return requiredText(resource, 'Value');
  }
  if (attribute.endsWith('Arn')) {
    return arnOf(resource);
  }
  return attribute === 'Id' || attribute === `${kindOf(type)}Id` || attribute === 'APIKeyId'
    ? referenceTo(resource)
    : `${nameOf(resource)}.${attribute}`;
}

/** The ARN of the function that a version, an alias or an event source belongs to, which names it by ARN or by name. */
export function functionArnOf(resource: Resource): string {
  const name = requiredText(resource, 'FunctionName');
  return name.startsWith('arn:') ? name : arn(resource.stack, 'lambda', `function:${name}`);
}

/** A custom resource's provider gives its physical id and its attributes, and runs when the templates have been read. */
function checkIsKnown({ isCustom, path }: Resource): void {
  if (isCustom) {
    throw new Unresolvable(`what the custom resource ${path} gives is known only when it has run`);
  }
}

function secretArn(name: string, stack: Stack): string {
  return arn(stack, 'secretsmanager', `secret:${name}-${stableId(`${stack.region}/${name}`, 6)}`);
}

function arn(stack: Stack, service: string, resource: string): string {
  return `arn:aws:${service}:${stack.region}:${stack.account}:${resource}`;
}

function kindOf(type: string): string {
  return type.split('::').at(-1) ?? type;
}

function requiredText(resource: Resource, property: string): string {
  const value = text(resource.property(property));
  if (value === undefined) {
    throw new Unresolvable(`${resource.path} has no ${property}`);
  }
  return value;
}
