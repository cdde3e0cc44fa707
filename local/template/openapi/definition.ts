import { isObject, type JsonObject, object, text } from '../values';

/** An OpenAPI document with API Gateway's extensions, intrinsic functions still in it. */
export type Definition = JsonObject;

/** The definition that an API is made of: nothing where there is none, or its parts are not to be told from the template. */
export function definitionIn(properties: JsonObject): Definition | undefined {
  const { Body: body } = properties;
  return isObject(body) && isObject(body.paths) ? body : undefined;
}

/** What a local reference refers to; anything else as it is. */
export function dereferenced(definition: Definition, value: unknown): JsonObject {
  const reference = text(object(value).$ref);
  if (reference === undefined || !reference.startsWith('#/')) {
    return object(value);
  }
  const names = reference.slice(2).split('/');
  return object(names.reduce<unknown>((parent, name) => object(parent)[name], definition));
}

/** By name: OpenAPI 3 and OpenAPI 2 keep them in different places. */
export function securitySchemesIn(definition: Definition): JsonObject {
  return object(object(definition.components).securitySchemes ?? definition.securityDefinitions);
}
