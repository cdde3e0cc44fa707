import { unqualifiedArn } from '../lambda/function-arn';
import type { AppTemplates } from './app-templates';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { CustomResourceModel } from './model';
import type { Resource } from './stack';
import { isObject, number, object, text } from './values';

/** CDK's own, without which an app behaves the same on a developer's machine. */
const HARMLESS = new Set([
  'Custom::CDKBucketDeployment',
  'Custom::ECRAutoDeleteImages',
  'Custom::LogRetention',
  'Custom::S3AutoDeleteObjects',
  'Custom::SyntheticsAutoDeleteUnderlyingResources',
  'Custom::VpcRestrictDefaultSG',
]);

/** CDK's own whose providers would ask AWS itself; all that begins like these. */
const ASKS_AWS = [
  'Custom::AWSCDK',
  'Custom::CrossAccountZoneDelegation',
  'Custom::CrossRegion',
  'Custom::DeleteExistingRecordSet',
  'Custom::DynamoDBReplica',
  'Custom::S3BucketNotifications',
  'Custom::S3ObjectCopy',
];

/** By which CDK's provider framework tells its function of the state machine that asks `isComplete`. */
const WAITER_STATE_MACHINE_ARN = 'WAITER_STATE_MACHINE_ARN';

/** Whether this kind of custom resource runs here, if its provider does. */
export function isRun(resource: Resource): boolean {
  return !HARMLESS.has(resource.type) && !asksAws(resource);
}

/** The custom resources whose provider runs here. The others are named, but for those that nobody misses. */
export function readCustomResources(app: AppTemplates, functions: FunctionCatalogue): CustomResourceModel[] {
  return app.stacks
    .flatMap(({ resources }) => resources)
    .filter(({ isCustom, type }) => isCustom && !HARMLESS.has(type))
    .map((resource) => resource.attempt(() => readCustomResource(resource, functions), 'it does not run'))
    .filter((customResource) => customResource !== undefined);
}

function readCustomResource(resource: Resource, functions: FunctionCatalogue): CustomResourceModel {
  if (asksAws(resource)) {
    throw new Unresolvable('its provider is one of CDK that asks AWS itself');
  }
  const serviceToken = text(resource.property('ServiceToken')) ?? '';
  if (!/^arn:[^:]+:lambda:/.test(serviceToken)) {
    throw new Unresolvable(`its provider ${serviceToken} has no local stand-in; functions have`);
  }
  const providerArn = unqualifiedArn(functions.servedArn(serviceToken));
  const provider = functions.served.find(({ arn }) => arn === providerArn);
  if (provider?.environment[WAITER_STATE_MACHINE_ARN] !== undefined) {
    throw new Unresolvable('its provider has an isComplete handler, and Step Functions has no local stand-in');
  }
  const { path, type, logicalId, stack } = resource;
  const properties = object(resource.resolved(resource.properties));
  return {
    path,
    type,
    logicalId,
    stackId: stack.id,
    serviceToken,
    properties: object(withTextScalars(properties)),
    serviceTimeoutSeconds: number(properties.ServiceTimeout),
    dependsOn: customResourcesBefore(resource),
  };
}

/** `AwsCustomResource` can have a type of its own, and always says whether it wants the newest SDK. */
function asksAws(resource: Resource): boolean {
  const { type } = resource;
  return ASKS_AWS.some((prefix) => type.startsWith(prefix)) || resource.raw('InstallLatestAwsSdk') !== undefined;
}

function withTextScalars(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withTextScalars);
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withTextScalars(entry)]))
    : text(value);
}

/** Also those that it depends on by way of other resources. */
function customResourcesBefore(resource: Resource): string[] {
  const seen = new Map<string, Resource>();
  const visit = ({ stack, dependsOn }: Resource): void => {
    for (const logicalId of dependsOn.filter((id) => !seen.has(id))) {
      const before = stack.resource(logicalId);
      seen.set(logicalId, before);
      visit(before);
    }
  };
  visit(resource);
  return [...seen].filter(([, { isCustom }]) => isCustom).map(([logicalId]) => logicalId);
}
