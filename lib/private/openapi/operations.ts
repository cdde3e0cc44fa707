import { Stack, Token } from 'aws-cdk-lib';
import type { CfnMethod } from 'aws-cdk-lib/aws-apigateway';
import type { FoundMethod } from '../protection';
import { requestBodyOf } from './request-bodies';

export type Json = Readonly<Record<string, unknown>>;

/** What `ANY` is spelt out to; `OPTIONS` is CORS's. */
const ANY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** One HTTP method of a path, as a client sees it. */
export interface Operation {
  readonly httpMethod: string;
  /** As API Gateway writes it, `/files/{proxy+}`. */
  readonly resourcePath: string;
  /** As OpenAPI writes it, `/files/{proxy}`. */
  readonly path: string;
  readonly access: FoundMethod['access'];
  readonly method: CfnMethod;
  readonly operationId: string;
}

/** The operations of methods, `ANY` spelt out but for what the resource has a method of its own for. */
export function operationsOf(methods: readonly FoundMethod[]): Operation[] {
  const served = methods.filter(({ route, access }) => access !== 'preflight' && route.resourcePath !== '');
  const ids = new Set<string>();
  return served.flatMap(({ resource: method, route: { httpMethod, resourcePath }, access }) => {
    const own = served.filter(({ route }) => route.resourcePath === resourcePath).map(({ route }) => route.httpMethod);
    const spelt = httpMethod === 'ANY' ? ANY.filter((verb) => !own.includes(verb)) : [httpMethod];
    return spelt.map((verb) => ({
      httpMethod: verb,
      resourcePath,
      path: resourcePath.replaceAll('+}', '}'),
      access,
      method,
      operationId: unique(nameOf(method, verb, resourcePath), ids),
    }));
  });
}

/** The members that every operation has by its method: what it takes. */
export function inputOf({ method, httpMethod, resourcePath }: Operation): Json {
  const parameters = [...pathParameters(resourcePath), ...declaredParameters(method)];
  return { ...(parameters.length > 0 && { parameters }), requestBody: requestBodyOf(method, httpMethod) };
}

/** The statuses that the method itself declares. */
export function declaredStatuses(method: CfnMethod): string[] {
  const responses: unknown = Stack.of(method).resolve(method.methodResponses);
  return Array.isArray(responses)
    ? responses.map(({ statusCode }) => statusCode).filter((status) => /^[1-5]\d\d$/.test(status))
    : [];
}

function nameOf(method: CfnMethod, verb: string, resourcePath: string): string {
  const { operationName } = method;
  if (operationName !== undefined && !Token.isUnresolved(operationName)) {
    return method.httpMethod === 'ANY' ? `${operationName}${capitalised(verb.toLowerCase())}` : operationName;
  }
  const words = resourcePath.split('/').filter((segment) => segment !== '');
  const names = words.map((word) => (word.startsWith('{') ? `By${camelCase(word)}` : camelCase(word)));
  return `${verb.toLowerCase()}${names.join('') || 'Root'}`;
}

function camelCase(words: string): string {
  return words
    .split(/[^A-Za-z0-9]+/)
    .map(capitalised)
    .join('');
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function unique(name: string, taken: Set<string>): string {
  let id = name;
  for (let count = 2; taken.has(id); count += 1) {
    id = `${name}${count}`;
  }
  taken.add(id);
  return id;
}

function pathParameters(resourcePath: string): Json[] {
  return [...resourcePath.matchAll(/\{([^}+]+)(\+?)\}/g)].map(([, name, greedy]) => ({
    name,
    in: 'path',
    required: true,
    ...(greedy === '+' && { description: 'The rest of the path, which may have slashes in it.' }),
    schema: { type: 'string' },
  }));
}

/** Parameters that OpenAPI says to ignore, or that the security schemes tell of. */
const NOT_PARAMETERS = ['accept', 'authorization', 'content-type', 'x-api-key'];

function declaredParameters(method: CfnMethod): Json[] {
  const declared = method.requestParameters;
  if (declared === undefined || Token.isUnresolved(declared)) {
    return [];
  }
  return Object.entries(declared).flatMap(([source, required]) => {
    const [, multiple, position, name = ''] =
      /^method\.request\.(multivalue)?(querystring|header)\.(.+)$/.exec(source) ?? [];
    if (position === undefined || (position === 'header' && NOT_PARAMETERS.includes(name.toLowerCase()))) {
      return [];
    }
    const single = { type: 'string' };
    return [
      {
        name,
        in: position === 'header' ? 'header' : 'query',
        required: required === true,
        schema: multiple === undefined ? single : { type: 'array', items: single },
      },
    ];
  });
}
