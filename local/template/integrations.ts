import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { IntegrationModel, IntegrationResponseModel } from './model';
import { type JsonObject, list, number, object, text, textMap } from './values';

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
  };
  const uri = withStageVariables(text(integration.Uri), context.stageVariables);
  const type = text(integration.Type);
  const streaming = integration.ResponseTransferMode === 'STREAM' && { isStreamed: true };
  if (integration.ConnectionType === 'VPC_LINK') {
    throw new Unresolvable('its integration goes through a VPC link, which reaches only into a VPC');
  }
  switch (type) {
    case 'MOCK':
      return { ...common, type };
    case 'HTTP_PROXY':
      return { ...common, type, uri, httpMethod: text(integration.IntegrationHttpMethod), ...streaming };
    case 'AWS_PROXY':
      return { ...common, type, functionArn: context.functions.functionArnIn(uri), ...streaming };
    default:
      throw new Unresolvable(
        type === undefined
          ? 'it has no integration'
          : `its integration is of type ${type}; MOCK, HTTP_PROXY and AWS_PROXY with a Lambda function are served`,
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
