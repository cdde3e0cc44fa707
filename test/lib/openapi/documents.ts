import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { deployed, rendered } from '../../support/velocity';

type Members = Readonly<Record<string, unknown>>;

export interface OpenApiOperation extends Members {
  readonly operationId: string;
  readonly parameters?: readonly Members[];
  readonly requestBody?: Members;
  readonly responses: Readonly<Record<string, Members>>;
  readonly security: readonly Members[];
  readonly 'x-payment-info'?: Members;
}

export interface OpenApiDocument extends Members {
  readonly info: Members;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Members>>>>;
}

export interface ServingMethod {
  readonly AuthorizationType: string;
  readonly ApiKeyRequired: boolean;
  readonly Integration: {
    readonly Type: string;
    readonly IntegrationResponses: readonly {
      readonly ResponseParameters: Readonly<Record<string, string>>;
      readonly ResponseTemplates: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** The properties of the method that serves a file; nothing where there is none. */
export function methodOf(template: Template, file: string): ServingMethod | undefined {
  const resources = template.findResources('AWS::ApiGateway::Resource', { Properties: { PathPart: file } });
  const [resourceId] = Object.keys(resources);
  const methods = template.findResources('AWS::ApiGateway::Method', {
    Properties: { HttpMethod: 'GET', ResourceId: { Ref: resourceId ?? 'none' } },
  });
  return Object.values(methods)[0]?.Properties;
}

/** What a file's template gives; references have the value `reference`. */
export function served(stack: Stack | Template, file: string, reference = 'reference'): string {
  const template = stack instanceof Template ? stack : Template.fromStack(stack);
  const [response] = methodOf(template, file)?.Integration.IntegrationResponses ?? [];
  return rendered(String(deployed(response?.ResponseTemplates['application/json'], reference)));
}

export function openApi(stack: Stack | Template, reference?: string): OpenApiDocument {
  return JSON.parse(served(stack, 'openapi.json', reference));
}
