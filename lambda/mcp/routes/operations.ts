import type { OpenApiDocument } from './document';
import { isObject, type Json, References } from './references';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'];

/** Headers that arguments never set: who calls, how the message is carried, and what the gateway and fetch set themselves. */
const OWN_HEADERS =
  /^(authorization|cookie2?|set-cookie|x-api-key|x-amz.*|x-amzn.*|x-forwarded.*|forwarded|via|payment-.*|connection|content-.*|expect|host|keep-alive|proxy-.*|sec-.*|te|trailer|transfer-encoding|upgrade|accept.*|origin|referer|user-agent|x-checkout-claim|x-http-method.*|x-original.*|x-rewrite.*)$/i;

/** Where an argument of a tool goes. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Json;
  readonly description?: string;
}

export interface RequestBody {
  readonly contentType: string;
  readonly required: boolean;
  readonly schema: Json;
}

/** One method of a path that callers pay for. */
export interface Operation {
  readonly method: string;
  /** `/items/{id}` */
  readonly path: string;
  readonly operationId?: string;
  readonly title?: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly body?: RequestBody;
}

/** The operations of a document that are protected; those that say that they are open are not, nor are the billing routes. */
export function operationsOf(document: OpenApiDocument, billingPath: string): Operation[] {
  const references = new References(document);
  return Object.entries(document.paths).flatMap(([path, item]) => {
    if (!isObject(item) || !path.startsWith('/') || path.split('/')[1] === billingPath) {
      return [];
    }
    return METHODS.flatMap((method) => {
      const operation = item[method];
      const isTool = isObject(operation) && !isOpen(operation, document);
      return isTool ? [operationOf(method.toUpperCase(), path, item, operation, references)] : [];
    });
  });
}

/** Open is what asks for no security, in so many words. */
function isOpen(operation: Json, document: OpenApiDocument): boolean {
  const security = operation.security ?? (document as { security?: unknown }).security;
  return Array.isArray(security) && security.length === 0;
}

function operationOf(method: string, path: string, item: Json, operation: Json, references: References): Operation {
  const declared = [...listOf(item.parameters), ...listOf(operation.parameters)]
    .map((parameter) => references.resolve(parameter))
    .flatMap((parameter) => readParameter(parameter, references));
  // What the operation says of a parameter goes before what its path says; and a path has the parameters that it names.
  const known = new Map(declared.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]));
  for (const [, name = ''] of path.matchAll(/\{([^}+]+)\+?\}/g)) {
    const parameter = known.get(`path ${name}`) ?? { name, in: 'path', schema: { type: 'string' }, required: true };
    known.set(`path ${name}`, { ...parameter, required: true });
  }
  const parameters = [...known.values()].filter(({ in: place, name }) => place !== 'path' || names(path, name));
  return {
    method,
    path,
    operationId: textOf(operation.operationId),
    title: textOf(operation.summary),
    description: textOf(operation.description),
    parameters,
    body: readBody(references.resolve(operation.requestBody), references),
  };
}

function names(path: string, name: string): boolean {
  return path.includes(`{${name}}`) || path.includes(`{${name}+}`);
}

function readParameter(parameter: Json, references: References): Parameter[] {
  const { name, in: place } = parameter;
  if (typeof name !== 'string' || (place !== 'path' && place !== 'query' && place !== 'header')) {
    return [];
  }
  if (place === 'header' && OWN_HEADERS.test(name)) {
    return [];
  }
  const schema = isObject(parameter.schema) ? references.inlined(parameter.schema) : { type: 'string' };
  const required = parameter.required === true;
  return [{ name, in: place, required, schema, description: textOf(parameter.description) }];
}

function readBody(body: Json, references: References): RequestBody | undefined {
  const contents = Object.entries(isObject(body.content) ? body.content : {});
  const [contentType, media] = contents.find(([type]) => /json/i.test(type)) ?? contents[0] ?? [];
  if (contentType === undefined) {
    return undefined;
  }
  const isJson = /json/i.test(contentType);
  const schema = isJson && isObject(media) && isObject(media.schema) ? references.inlined(media.schema) : {};
  return { contentType, required: body.required === true, schema: isJson ? schema : { type: 'string' } };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
