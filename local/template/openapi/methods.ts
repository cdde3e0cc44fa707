import { flag, type JsonObject, list, object, text } from '../values';
import { authorizationOf } from './authorizers';
import { type DefinedApi, resourceRef, validatorId } from './defined-api';
import { type Definition, dereferenced } from './definition';
import { integrationOf } from './integrations';

/** An operation, and what all operations of its path share. */
interface Place {
  readonly path: JsonObject;
  readonly operation: JsonObject;
}

/** Where a method says that a parameter is, by what OpenAPI calls it. */
const POSITIONS: Readonly<Record<string, string>> = { path: 'path', query: 'querystring', header: 'header' };

/** The method of an operation, and the models of its body. */
export function methodOf(api: DefinedApi, place: Place, segments: readonly string[], httpMethod: string): JsonObject {
  const { operation } = place;
  const id = `${api.logicalId} ${httpMethod} /${segments.join('/')}`;
  const validator = validatorOf(api, operation);
  const models = modelsOf(api, place, id);
  const method = {
    Type: 'AWS::ApiGateway::Method',
    Metadata: { 'aws:cdk:path': [api.path, 'Default', ...segments, httpMethod].join('/') },
    Properties: {
      RestApiId: { Ref: api.logicalId },
      ResourceId: resourceRef(api, segments),
      HttpMethod: httpMethod,
      OperationName: operation.operationId,
      ...authorizationOf(api, operation),
      RequestParameters: requestParametersOf(api.definition, place),
      RequestModels:
        models.length === 0 ? undefined : Object.fromEntries(models.map((model) => [model.contentType, model.name])),
      RequestValidatorId: validator === undefined ? undefined : { Ref: validatorId(api, validator) },
      MethodResponses: methodResponsesOf(api.definition, operation),
      Integration: integrationOf(operation),
    },
  };
  return { ...Object.fromEntries(models.map(({ id: modelId, resource }) => [modelId, resource])), [id]: method };
}

/** The name of the request validator of an operation, or else of the API. */
function validatorOf({ definition }: DefinedApi, operation: JsonObject): string | undefined {
  const extension = 'x-amazon-apigateway-request-validator';
  const name = text(operation[extension] ?? definition[extension]);
  const known = Object.keys(object(definition['x-amazon-apigateway-request-validators']));
  return name !== undefined && known.includes(name) ? name : undefined;
}

function parametersOf(definition: Definition, { path, operation }: Place): JsonObject[] {
  return [...list(path.parameters), ...list(operation.parameters)].map((parameter) =>
    dereferenced(definition, parameter),
  );
}

function requestParametersOf(definition: Definition, place: Place): JsonObject {
  const declared = parametersOf(definition, place).flatMap(({ name, in: where, required }) => {
    const position = POSITIONS[text(where) ?? ''];
    return position === undefined ? [] : [[`method.request.${position}.${text(name)}`, flag(required)] as const];
  });
  return Object.fromEntries(declared);
}

interface Model {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly resource: JsonObject;
}

/** A model for each content type of an operation's body. */
function modelsOf({ definition, logicalId }: DefinedApi, place: Place, method: string): Model[] {
  return [...schemasOf(definition, place)].map(([contentType, schema], index): Model => {
    const id = `${method} body ${index}`;
    const name = `${place.operation.operationId ?? method} ${index}`.replaceAll(/[^A-Za-z0-9]/g, '');
    // References are to the definition's own parts, which are brought along.
    const { components, definitions } = definition;
    const properties = { RestApiId: { Ref: logicalId }, Name: name, ContentType: contentType };
    const resource = {
      Type: 'AWS::ApiGateway::Model',
      Properties: { ...properties, Schema: { ...object(schema), components, definitions } },
    };
    return { id, name, contentType, resource };
  });
}

/** Schemas by content type, as OpenAPI 3 has them; OpenAPI 2 has one, in a parameter. */
function schemasOf(definition: Definition, place: Place): Map<string, unknown> {
  const { content } = dereferenced(definition, place.operation.requestBody);
  const body = parametersOf(definition, place).find((parameter) => parameter.in === 'body');
  const schemas = Object.entries(object(content)).map(
    ([contentType, media]) => [contentType, object(media).schema] as const,
  );
  const all = body === undefined ? schemas : [...schemas, ['application/json', body.schema] as const];
  return new Map(all.filter(([, schema]) => schema !== undefined));
}

function methodResponsesOf(definition: Definition, operation: JsonObject): JsonObject[] {
  return Object.entries(object(operation.responses))
    .filter(([status]) => /^\d{3}$/.test(status))
    .map(([status, response]) => {
      const headers = Object.keys(object(dereferenced(definition, response).headers));
      const parameters = headers.map((name) => [`method.response.header.${name}`, false] as const);
      return { StatusCode: status, ResponseParameters: Object.fromEntries(parameters) };
    });
}
