import { isObject, type JsonObject, object, text } from '../values';
import { authorizersOf } from './authorizers';
import { type DefinedApi, resourceId, resourceRef, validatorId } from './defined-api';
import { definitionIn } from './definition';
import { methodOf } from './methods';

/** Operations as OpenAPI, and API Gateway, name them in a path. */
const OPERATION = /^(delete|get|head|options|patch|post|put|x-amazon-apigateway-any-method)$/;

/**
 * What API Gateway makes of an API's definition, as the resources of a template that would have made the same, by logical ids that no
 * template has: so whatever reads resources, methods and gateway responses reads these too.
 */
export function definedResources(logicalId: string, api: JsonObject, path: string): JsonObject {
  const definition = definitionIn(object(api.Properties));
  if (definition === undefined) {
    return {};
  }
  const defined: DefinedApi = { logicalId, definition, path };
  const parts = { ...pathsOf(defined), ...authorizersOf(defined), ...validatorsOf(defined), ...responsesOf(defined) };
  // What is made of an API that is not there is not there either.
  return Object.fromEntries(
    Object.entries(parts).map(([id, part]) => [id, { ...object(part), Condition: api.Condition }]),
  );
}

function pathsOf(api: DefinedApi): JsonObject {
  const resources: Record<string, unknown> = {};
  for (const [path, item] of Object.entries(object(api.definition.paths))) {
    const segments = path.split('/').filter((segment) => segment !== '');
    for (const [index, segment] of segments.entries()) {
      resources[resourceId(api, segments.slice(0, index + 1))] = {
        Type: 'AWS::ApiGateway::Resource',
        Properties: {
          RestApiId: { Ref: api.logicalId },
          ParentId: resourceRef(api, segments.slice(0, index)),
          PathPart: segment,
        },
      };
    }
    for (const [key, operation] of Object.entries(object(item))) {
      if (OPERATION.test(key) && isObject(operation)) {
        const httpMethod = key.startsWith('x-') ? 'ANY' : key.toUpperCase();
        Object.assign(resources, methodOf(api, { path: object(item), operation }, segments, httpMethod));
      }
    }
  }
  return resources;
}

function validatorsOf(api: DefinedApi): JsonObject {
  return mapped(api, 'x-amazon-apigateway-request-validators', (name, validator) => [
    validatorId(api, name),
    {
      Type: 'AWS::ApiGateway::RequestValidator',
      Properties: {
        Name: name,
        ValidateRequestBody: validator.validateRequestBody,
        ValidateRequestParameters: validator.validateRequestParameters,
      },
    },
  ]);
}

function responsesOf(api: DefinedApi): JsonObject {
  return mapped(api, 'x-amazon-apigateway-gateway-responses', (type, response) => [
    `${api.logicalId} gateway response ${type}`,
    {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Metadata: { 'aws:cdk:path': `${api.path}/${type}` },
      Properties: {
        ResponseType: type,
        StatusCode: text(response.statusCode),
        ResponseParameters: response.responseParameters,
        ResponseTemplates: response.responseTemplates,
      },
    },
  ]);
}

/** A resource for each member of one of the definition's extensions. */
function mapped(
  api: DefinedApi,
  extension: string,
  resourceOf: (name: string, member: JsonObject) => [id: string, resource: { readonly Properties: JsonObject }],
): JsonObject {
  const resources = Object.entries(object(api.definition[extension])).map(([name, member]) => {
    const [id, resource] = resourceOf(name, object(member));
    return [id, { ...resource, Properties: { ...resource.Properties, RestApiId: { Ref: api.logicalId } } }] as const;
  });
  return Object.fromEntries(resources);
}
