import { Stack, Token } from 'aws-cdk-lib';
import { type CfnMethod, CfnModel, CfnRequestValidator } from 'aws-cdk-lib/aws-apigateway';
import type { Json } from './operations';

/** Anything that is JSON. */
const FREE = { content: { 'application/json': { schema: {} } } };

/** What an operation takes: by the models that its method names for it, or any JSON where the HTTP method has a body. */
export function requestBodyOf(method: CfnMethod, httpMethod: string): Json | undefined {
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(httpMethod)) {
    return undefined;
  }
  const models: unknown = method.requestModels;
  if (models === undefined || Token.isUnresolved(models)) {
    return httpMethod === 'DELETE' ? undefined : FREE;
  }
  const content = Object.entries(models as Record<string, string>).map(([contentType, name]) => {
    return [contentType, { schema: schemaOf(method, name) ?? {} }] as const;
  });
  return { ...(isValidated(method) && { required: true }), content: Object.fromEntries(content) };
}

/** API Gateway asks for a body only where a request validator says so. */
function isValidated(method: CfnMethod): boolean {
  const { requestValidatorId } = method;
  const validator = requestValidatorId && find(method, CfnRequestValidator, ({ ref }) => [ref], requestValidatorId);
  return typeof validator === 'object' && validator.validateRequestBody === true;
}

/** A model's schema; nothing where it is not made in this app, or cannot be told outside of API Gateway. */
function schemaOf(method: CfnMethod, name: string): unknown {
  const schema: unknown = find(method, CfnModel, (model) => [model.ref, model.name], name)?.schema;
  const isKnown = typeof schema === 'object' && schema !== null && !holdsUnknown(schema);
  return isKnown ? modern(schema) : undefined;
}

/** What is of a type in the method's stack, and is named so. */
function find<T>(
  method: CfnMethod,
  type: abstract new (...args: never[]) => T,
  names: (candidate: T) => readonly (string | undefined)[],
  wanted: string,
): T | undefined {
  const stack = Stack.of(method);
  const resolved = JSON.stringify(stack.resolve(wanted));
  const candidates: readonly unknown[] = stack.node.findAll();
  return candidates
    .filter((candidate): candidate is T => candidate instanceof type)
    .find((candidate) => names(candidate).some((name) => JSON.stringify(stack.resolve(name)) === resolved));
}

/** What refers to another model, by API Gateway's own URL, or what only the deployment knows. */
function holdsUnknown(schema: unknown): boolean {
  if (Token.isUnresolved(schema)) {
    return true;
  }
  if (typeof schema !== 'object' || schema === null) {
    return false;
  }
  return Object.entries(schema).some(
    ([name, value]) => (name === '$ref' && typeof value === 'string') || holdsUnknown(value),
  );
}

/** Draft 4, which models are in, as OpenAPI 3.1 understands it: exclusive bounds are numbers of their own. */
export function modern(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(modern);
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const members = schema as Json;
  const entries = Object.entries(members).flatMap(([name, value]): (readonly [string, unknown])[] => {
    const bound = BOUNDS[name];
    // What is no boolean or text there is the schema of a property that is called so.
    if ((name === '$schema' && typeof value === 'string') || (bound !== undefined && value === false)) {
      return [];
    }
    if (bound !== undefined && value === true) {
      return [[name, members[bound]]];
    }
    const isExclusive = Object.entries(BOUNDS).some(([flag, other]) => other === name && members[flag] === true);
    return isExclusive ? [] : [[name, modern(value)]];
  });
  return Object.fromEntries(entries);
}

const BOUNDS: Readonly<Record<string, string>> = { exclusiveMinimum: 'minimum', exclusiveMaximum: 'maximum' };
