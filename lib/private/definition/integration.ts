import { Token } from 'aws-cdk-lib';
import type { CfnMethod } from 'aws-cdk-lib/aws-apigateway';
import { type Json, json, set } from './json';

/** Where the integration of an operation stands. */
export const INTEGRATION = 'x-amazon-apigateway-integration';

/** Members that CloudFormation and `x-amazon-apigateway-integration` call the same. */
const SAME = [
  'cacheKeyParameters',
  'cacheNamespace',
  'connectionId',
  'connectionType',
  'contentHandling',
  'credentials',
  'integrationTarget',
  'requestParameters',
  'requestTemplates',
  'responseTransferMode',
  'timeoutInMillis',
  'uri',
];

/** The response to whatever no pattern matches. */
const DEFAULT = 'default';

/** An integration as CloudFormation has it. */
export function fromExtension(extension: Json): CfnMethod.IntegrationProperty {
  return set({
    ...pick(extension, SAME),
    type: inCase(extension.type, 'toUpperCase'),
    integrationHttpMethod: extension.httpMethod,
    passthroughBehavior: inCase(extension.passthroughBehavior, 'toUpperCase'),
    integrationResponses: Object.entries(json(extension.responses)).map(([pattern, response]) =>
      set({ ...json(response), selectionPattern: pattern === DEFAULT ? undefined : pattern }),
    ),
  }) as unknown as CfnMethod.IntegrationProperty;
}

/** An integration, resolved, as OpenAPI's extension has it. */
export function toExtension(integration: Json): Json {
  const responses = (integration.integrationResponses ?? []) as readonly Json[];
  return set({
    ...pick(integration, SAME),
    type: inCase(integration.type, 'toLowerCase'),
    httpMethod: integration.integrationHttpMethod,
    passthroughBehavior: inCase(integration.passthroughBehavior, 'toLowerCase'),
    responses:
      responses.length === 0
        ? undefined
        : Object.fromEntries(
            responses.map(({ selectionPattern, ...response }) => [String(selectionPattern ?? DEFAULT), set(response)]),
          ),
  });
}

function pick(from: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

function inCase(value: unknown, change: 'toUpperCase' | 'toLowerCase'): unknown {
  return typeof value === 'string' && !Token.isUnresolved(value) ? value[change]() : value;
}
