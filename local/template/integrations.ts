import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { IntegrationModel, IntegrationResponseModel } from './model';
import { type JsonObject, list, number, object, text, textList, textMap } from './values';

const DEFAULT_TIMEOUT_MILLIS = 29_000;

/** What a method's integration is read with: the functions it may call and the variables of the stage it is on. */
export interface IntegrationContext {
  readonly functions: FunctionCatalogue;
  readonly stageVariables: Readonly<Record<string, string>>;
}

export function readIntegration(integration: JsonObject, context: IntegrationContext): IntegrationModel {
  const common = {
    requestParameters: textMap(integration.RequestParameters),
    requestTemplates: textMap(integration.RequestTemplates),
    passthroughBehavior: passthroughBehavior(integration.PassthroughBehavior),
    integrationResponses: list(integration.IntegrationResponses).map(object).map(readIntegrationResponse),
    timeoutMillis: number(integration.TimeoutInMillis) ?? DEFAULT_TIMEOUT_MILLIS,
    cacheKeyParameters: textList(integration.CacheKeyParameters),
    cacheNamespace: text(integration.CacheNamespace),
  };
  const uri = withStageVariables(text(integration.Uri), context.stageVariables);
  const type = text(integration.Type);
  const ofBody = Object.values(common.requestParameters).find((source) => source.startsWith('method.request.body'));
  if (ofBody !== undefined) {
    throw new Unresolvable(`its integration maps ${ofBody}; a request template can take parts of the body`);
  }
  if (integration.ContentHandling !== undefined && type !== 'AWS_PROXY') {
    throw new Unresolvable(`its integration converts payloads (contentHandling: ${text(integration.ContentHandling)})`);
  }
  const streaming = integration.ResponseTransferMode === 'STREAM' && { isStreamed: true };
  if (integration.ConnectionType === 'VPC_LINK') {
    throw new Unresolvable('its integration goes through a VPC link, which reaches only into a VPC');
  }
  switch (type) {
    case 'MOCK':
      return { ...common, type };
    case 'HTTP_PROXY':
      return { ...common, type, uri, httpMethod: text(integration.IntegrationHttpMethod), ...streaming };
    case 'HTTP':
      return { ...common, type, uri, httpMethod: text(integration.IntegrationHttpMethod) };
    case 'AWS_PROXY':
      return { ...common, type, functionArn: context.functions.functionArnIn(uri), ...streaming };
    case 'AWS':
      return { ...common, type, functionArn: mappedFunction(uri, common.requestParameters, context.functions) };
    default:
      throw new Unresolvable(
        type === undefined
          ? 'it has no integration'
          : `its integration is of type ${type}; MOCK, HTTP, HTTP_PROXY, and AWS and AWS_PROXY with a Lambda function are served`,
      );
  }
}

/** `${stageVariables.name}` chooses a function or a host by stage, so it is known as soon as the stage is. */
function withStageVariables(uri: string | undefined, variables: Readonly<Record<string, string>>): string | undefined {
  return uri?.replace(/\$\{stageVariables\.([^}]+)\}/g, (_match, name: string) => {
    const value = variables[name];
    if (value === undefined) {
      throw new Unresolvable(`its stage has no variable ${name}`);
    }
    return value;
  });
}

/** Of the services of AWS behind integrations that are no proxies, Lambda is served, invoked so that its result is the answer. */
function mappedFunction(
  uri: string | undefined,
  requestParameters: Readonly<Record<string, string>>,
  functions: FunctionCatalogue,
): string {
  if (uri?.includes(':lambda:path/') !== true) {
    throw new Unresolvable(`its integration is of type AWS; of the services of AWS, Lambda is served, got: ${uri}`);
  }
  const invocation = Object.entries(requestParameters).find(
    ([target]) => target.toLowerCase() === 'integration.request.header.x-amz-invocation-type',
  );
  if (invocation !== undefined && invocation[1] !== "'RequestResponse'") {
    throw new Unresolvable(`its function is invoked as ${invocation[1]}; waiting for the result is served`);
  }
  return functions.functionArnIn(uri);
}

function passthroughBehavior(value: unknown): IntegrationModel['passthroughBehavior'] {
  return value === 'NEVER' || value === 'WHEN_NO_TEMPLATES' ? value : 'WHEN_NO_MATCH';
}

function readIntegrationResponse(response: JsonObject): IntegrationResponseModel {
  return {
    statusCode: text(response.StatusCode) ?? '200',
    selectionPattern: text(response.SelectionPattern),
    responseParameters: textMap(response.ResponseParameters),
    responseTemplates: textMap(response.ResponseTemplates),
  };
}
