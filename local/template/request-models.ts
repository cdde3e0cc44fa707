import { referenceTo } from './attributes';
import type { RequestModel } from './model';
import type { Resource } from './stack';
import { isObject, text, textMap } from './values';

/** Models that every REST API has from the beginning, and that ask for nothing. */
const BUILT_IN = new Set(['Empty', 'Error']);

/** The models of a method's request by content type. One that is not known, or not wholly checked here, is named. */
export function readRequestModels(method: Resource): Readonly<Record<string, RequestModel>> {
  const apiId = text(method.property('RestApiId')) ?? '';
  const schemas = schemasOf(method, apiId);
  const others = Object.fromEntries(
    [...schemas].map(([name, schema]) => [`https://apigateway.amazonaws.com/restapis/${apiId}/models/${name}`, schema]),
  );
  return Object.fromEntries(
    Object.entries(textMap(method.property('RequestModels'))).flatMap(([contentType, name]) => {
      const schema = schemas.get(name) ?? (BUILT_IN.has(name) ? {} : undefined);
      if (schema === undefined) {
        method.unserved(`its request body is not validated: its model ${name} is not created by this app`);
        return [];
      }
      const formats = formatsIn(schema);
      if (formats.length > 0) {
        method.unserved(`its request body is validated but for formats (${formats.join(', ')})`);
      }
      return [[contentType, { schema, others }]];
    }),
  );
}

function schemasOf({ stack }: Resource, apiId: string): ReadonlyMap<string, unknown> {
  const models = stack.app
    .resourcesOf('AWS::ApiGateway::Model')
    .filter((model) => text(model.property('RestApiId')) === apiId);
  return new Map(models.map((model) => [referenceTo(model), schemaOf(model.property('Schema'))]));
}

/** A template may hold a schema as JSON, or as text. */
function schemaOf(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}

function formatsIn(schema: unknown): string[] {
  if (Array.isArray(schema)) {
    return [...new Set(schema.flatMap(formatsIn))];
  }
  return isObject(schema)
    ? [
        ...new Set([
          ...(typeof schema.format === 'string' ? [schema.format] : []),
          ...Object.values(schema).flatMap(formatsIn),
        ]),
      ]
    : [];
}
