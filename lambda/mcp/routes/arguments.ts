import type { ApiCall } from '../../domain/api-call';
import { pathFault } from '../../domain/call-path';
import type { Operation, Parameter } from './operations';
import type { Json } from './references';

/** One argument of a tool, by the name that it has there. */
interface NamedParameter extends Parameter {
  readonly argument: string;
}

const BODY = 'body';

/** The arguments of an operation: names that stand for two things say which they are. */
export function argumentsOf({ parameters, body }: Operation): NamedParameter[] {
  const all = [...parameters.map(({ name }) => name), ...(body === undefined ? [] : [BODY])];
  return parameters.map((parameter) => {
    const isClear = all.filter((name) => name === parameter.name).length === 1;
    return { ...parameter, argument: isClear ? parameter.name : `${parameter.in}_${parameter.name}` };
  });
}

/** The JSON Schema of a tool's arguments. */
export function inputSchemaOf(operation: Operation): { type: 'object'; [member: string]: unknown } {
  const named = argumentsOf(operation);
  const { body } = operation;
  const schemas: [string, Json][] = named.map(({ argument, schema, description }) => [
    argument,
    { ...schema, ...(description !== undefined && { description }) },
  ]);
  const hoisted = hoist([...schemas, ...(body === undefined ? [] : [[BODY, body.schema] as [string, Json]])]);
  const required = [
    ...named.filter((each) => each.required).map(({ argument }) => argument),
    ...(body?.required ? [BODY] : []),
  ];
  return {
    type: 'object',
    additionalProperties: false,
    properties: hoisted.properties,
    ...(required.length > 0 && { required }),
    ...(hoisted.definitions !== undefined && { $defs: hoisted.definitions }),
  };
}

/** References begin at the root of the tool's schema, so that is where definitions must be. */
function hoist(schemas: readonly [string, Json][]): { properties: Json; definitions?: Json } {
  const definitions = Object.assign({}, ...schemas.map(([, { $defs }]) => $defs ?? {})) as Json;
  const properties = Object.fromEntries(schemas.map(([name, { $defs: _taken, ...schema }]) => [name, schema]));
  return { properties, ...(Object.keys(definitions).length > 0 && { definitions }) };
}

/** The call that arguments of a tool make; in words, what is wrong with those that make none. */
export function callOf(operation: Operation, args: Json, billingPath: string): ApiCall | { readonly fault: string } {
  const named = argumentsOf(operation);
  const query = new URLSearchParams();
  const headers: Record<string, string> = { accept: 'application/json, */*;q=0.8' };
  for (const { argument, name, in: place } of named) {
    const values = [args[argument] ?? []].flat().map(textOf);
    if (place === 'query') {
      for (const value of values) {
        query.append(name, value);
      }
    }
    if (place === 'header' && values.length > 0) {
      const value = values.join(', ');
      if (!/^[\x20-\x7e]*$/.test(value)) {
        return { fault: `\`${argument}\` goes into a header, and must be printable ASCII` };
      }
      headers[name.toLowerCase()] = value;
    }
  }
  const path = pathOf(operation.path, named, args);
  if ('fault' in path) {
    return path;
  }
  const fault = pathFault(path.text, query.toString(), billingPath);
  if (fault !== undefined) {
    return { fault: `the arguments make no path of this API: ${fault}` };
  }
  const { body } = operation;
  const bytes = body === undefined || args[BODY] === undefined ? undefined : bytesOf(args[BODY], body.contentType);
  const search = query.size === 0 ? '' : `?${query}`;
  return {
    method: operation.method,
    path: `${path.text}${search}`,
    headers: bytes === undefined ? headers : { ...headers, 'content-type': body?.contentType ?? '' },
    ...(bytes && { body: bytes }),
  };
}

/** Each parameter stays in its segment; that of the rest of a path may have several. */
function pathOf(pattern: string, named: readonly NamedParameter[], args: Json): { text: string } | { fault: string } {
  const valueIn = (name: string) => {
    const { argument } = named.find((each) => each.in === 'path' && each.name === name) ?? {};
    return argument === undefined ? '' : textOf(args[argument] ?? '');
  };
  const empty = [...pattern.matchAll(/\{([^}+]+)\+?\}/g)].find(([, name = '']) => valueIn(name) === '');
  if (empty !== undefined) {
    return { fault: `\`${empty[1]}\` is part of the path, and must not be empty` };
  }
  const text = pattern.replace(/\{([^}+]+)(\+?)\}/g, (_, name: string, greedy: string) => {
    const value = valueIn(name);
    return greedy === '' ? encodeURIComponent(value) : value.split('/').map(encodeURIComponent).join('/');
  });
  return { text };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function bytesOf(value: unknown, contentType: string): Uint8Array {
  return Buffer.from(/json/i.test(contentType) ? JSON.stringify(value) : textOf(value));
}
