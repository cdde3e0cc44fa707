import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { RequestModel } from '../template/model';
import { configurationError } from './gateway-error';

type Schema = Readonly<Record<string, unknown>>;

/** Keywords that draft 4 does not know, and so does not check, or that it means otherwise. */
const NOT_DRAFT_4 = new Set(['$id', '$schema', 'const', 'contains', 'else', 'id', 'if', 'propertyNames', 'then']);

/** Keywords that hold schemas by name, and those that hold a schema or several. */
const BY_NAME = new Set(['definitions', 'dependencies', 'patternProperties', 'properties']);
const SCHEMAS = new Set(['additionalItems', 'additionalProperties', 'allOf', 'anyOf', 'items', 'not', 'oneOf']);

const BOUNDS = [
  ['minimum', 'exclusiveMinimum'],
  ['maximum', 'exclusiveMaximum'],
] as const;

const compiled = new WeakMap<RequestModel, ValidateFunction>();

/**
 * What is wrong with a value, in the words that API Gateway takes from its validator; nothing where nothing is.
 * https://github.com/java-json-tools/json-schema-validator
 */
export function faultsOf(model: RequestModel, value: unknown): string[] {
  const validate = compiled.get(model) ?? compile(model);
  compiled.set(model, validate);
  return validate(value) ? [] : [...new Set(worded(validate.errors ?? []))];
}

function compile({ schema, others }: RequestModel): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, verbose: true, logger: false });
  try {
    for (const [url, other] of Object.entries(others)) {
      ajv.addSchema(asDraft7(other) as Schema, url);
    }
    return ajv.compile(asDraft7(schema) as Schema);
  } catch (error) {
    throw configurationError(`the model is no schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A schema of draft 4 as one of draft 7, in which an exclusive bound is a number of its own. */
function asDraft7(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(asDraft7);
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const members = Object.entries(schema).filter(([keyword]) => !NOT_DRAFT_4.has(keyword));
  const translated: Record<string, unknown> = Object.fromEntries(
    members.map(([keyword, part]) => [keyword, translate(keyword, part)]),
  );
  for (const [bound, exclusive] of BOUNDS) {
    if (translated[exclusive] === true && translated[bound] !== undefined) {
      translated[exclusive] = translated[bound];
      delete translated[bound];
    } else {
      delete translated[exclusive];
    }
  }
  return translated;
}

function translate(keyword: string, part: unknown): unknown {
  if (BY_NAME.has(keyword) && typeof part === 'object' && part !== null) {
    // Of dependencies, lists are names.
    return Object.fromEntries(
      Object.entries(part).map(([name, schema]) => [name, Array.isArray(schema) ? schema : asDraft7(schema)]),
    );
  }
  return SCHEMAS.has(keyword) ? asDraft7(part) : part;
}

/** Missing and surplus members of an object are told in one. */
function worded(errors: readonly ErrorObject[]): string[] {
  const names = (keyword: string, parameter: string, path: string) =>
    errors
      .filter((error) => error.keyword === keyword && error.instancePath === path)
      .map(({ params }) => String(params[parameter]))
      .sort();
  return errors.map((error) => {
    const { keyword, params, data, instancePath } = error;
    switch (keyword) {
      case 'required':
        return `object has missing required properties (${JSON.stringify(names(keyword, 'missingProperty', instancePath))})`;
      case 'additionalProperties':
        return `object instance has properties which are not allowed by the schema: ${JSON.stringify(names(keyword, 'additionalProperty', instancePath))}`;
      case 'type':
        return `instance type (${typeOf(data)}) does not match any allowed primitive type (allowed: ${JSON.stringify([params.type].flat())})`;
      case 'minimum':
        return `numeric instance is lower than the required minimum (minimum: ${params.limit}, found: ${data})`;
      case 'maximum':
        return `numeric instance is greater than the required maximum (maximum: ${params.limit}, found: ${data})`;
      case 'enum':
        return `instance value (${JSON.stringify(data)}) not found in enum (possible values: ${JSON.stringify(params.allowedValues)})`;
      case 'pattern':
        return `ECMA 262 regex ${JSON.stringify(params.pattern)} does not match input string ${JSON.stringify(data)}`;
      case 'minLength':
        return `string ${JSON.stringify(data)} is too short (length: ${[...String(data)].length}, required minimum: ${params.limit})`;
      case 'maxLength':
        return `string ${JSON.stringify(data)} is too long (length: ${[...String(data)].length}, maximum allowed: ${params.limit})`;
      default:
        return `${instancePath === '' ? 'instance' : instancePath} ${error.message ?? 'is not allowed'}`;
    }
  });
}

function typeOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'array';
  }
  return Number.isInteger(value) ? 'integer' : typeof value;
}
