import type { CfnMethod } from 'aws-cdk-lib/aws-apigateway';
import type { DefinedMethod, Place } from './defined-method';
import { INTEGRATION, toExtension } from './integration';
import { isJson, type Json, json, set } from './json';

/** A method, with what it holds resolved. */
export type ResolvedMethod = Pick<CfnMethod, 'httpMethod'> & {
  readonly integration: Json;
  readonly requestParameters: Json;
  readonly methodResponses: readonly Json[];
};

type Parameters = readonly Json[];

/** Where OpenAPI says that a parameter is, by what API Gateway calls it. */
const POSITIONS: Readonly<Record<string, string>> = { path: 'path', querystring: 'query', header: 'header' };

/** The key of an operation in its path. */
export function operationKey(httpMethod: string): string {
  return httpMethod === 'ANY' ? 'x-amazon-apigateway-any-method' : httpMethod.toLowerCase();
}

/** The parameters of an operation, those of its path included. */
export function parametersOf({ definition, pathItem, operation }: Place): Parameters {
  const declared = [pathItem.parameters, operation.parameters].filter(Array.isArray).flat();
  return declared.map((parameter) => definition.dereferenced(json(parameter)));
}

/** Parameters as a method declares them: `method.request.querystring.q`, and whether it is required. */
export function requestParametersOf(parameters: Parameters): Record<string, boolean> {
  const declared = parameters.flatMap(({ name, in: position, required }): [string, boolean][] => {
    const [source] = Object.entries(POSITIONS).find(([, openApi]) => openApi === position) ?? [];
    return source === undefined ? [] : [[`method.request.${source}.${String(name)}`, required === true]];
  });
  return Object.fromEntries(declared);
}

/** The statuses and headers that an operation declares, as a method does. */
export function methodResponsesOf({ definition, operation }: Place): CfnMethod.MethodResponseProperty[] {
  return Object.entries(json(operation.responses))
    .filter(([statusCode]) => /^\d{3}$/.test(statusCode))
    .map(([statusCode, response]) => {
      const headers = Object.keys(json(definition.dereferenced(json(response)).headers));
      const parameters = headers.map((name) => [`method.response.header.${name}`, false] as const);
      return { statusCode, responseParameters: Object.fromEntries(parameters) };
    });
}

/** A method that stands beside a definition, as an operation of it. */
export function operationOf(method: ResolvedMethod, resourcePath: string, text: Json): Json {
  const path = [...resourcePath.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => `method.request.path.${name}`);
  const declared = { ...Object.fromEntries(path.map((name) => [name, true])), ...method.requestParameters };
  return set({
    parameters: listed(parametersFor(declared, text)),
    responses: withResponses({}, method, text),
    [INTEGRATION]: toExtension(method.integration),
  });
}

/** An operation, with what has been added to the method in which shape it is. */
export function changed({ place }: DefinedMethod, method: ResolvedMethod, text: Json): Json {
  const { operation, definition } = place;
  const known = requestParametersOf(parametersOf(place));
  const added = Object.entries(method.requestParameters).filter(([name]) => !(name in known));
  const own = Array.isArray(operation.parameters) ? operation.parameters : [];
  const parameters = [...own, ...parametersFor(Object.fromEntries(added), text)];
  const responses = Object.entries(json(operation.responses)).map(([status, response]) => {
    return [status, isJson(response) ? definition.dereferenced(response) : response];
  });
  return set({
    ...operation,
    parameters: listed(parameters),
    responses: withResponses(Object.fromEntries(responses), method, text),
    [INTEGRATION]: isJson(operation[INTEGRATION])
      ? { ...operation[INTEGRATION], ...toExtension(method.integration) }
      : undefined,
  });
}

function listed(parameters: Parameters): Parameters | undefined {
  return parameters.length > 0 ? parameters : undefined;
}

function parametersFor(declared: Json, text: Json): Json[] {
  return Object.entries(declared).flatMap(([source, required]) => {
    const [, kind = '', name] = /^method\.request\.(?:multivalue)?(path|querystring|header)\.(.+)$/.exec(source) ?? [];
    const position = POSITIONS[kind];
    return name === undefined ? [] : [{ name, in: position, required: kind === 'path' || required === true, ...text }];
  });
}

function withResponses(responses: Json, { methodResponses }: ResolvedMethod, text: Json): Json {
  const declared = methodResponses.map(({ statusCode, responseParameters }): [string, Json] => {
    const status = String(statusCode);
    const own = json(responses[status]);
    const headers = json(own.headers);
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    const added = Object.keys(json(responseParameters))
      .map((parameter) => parameter.replace('method.response.header.', ''))
      .filter((name) => !names.includes(name.toLowerCase()));
    const all = { ...headers, ...Object.fromEntries(added.map((name) => [name, text])) };
    const described = { description: `${status} response`, ...own };
    return [status, Object.keys(all).length > 0 ? { ...described, headers: all } : described];
  });
  return { ...responses, ...Object.fromEntries(declared) };
}
