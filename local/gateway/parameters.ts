import type { Call } from './call';
import type { HeaderLine } from './headers';

/**
 * What a mapping expression stands for: `method.request.header.x`, `context.requestId`, `stageVariables.x` or `'literal'`. Nothing
 * where its source is absent, or where API Gateway would not know it.
 */
export function resolveExpression(expression: string, call: Call, context: object = call.context): string | undefined {
  const literal = /^'(.*)'$/s.exec(expression)?.[1];
  if (literal !== undefined) {
    return literal;
  }
  const [source = '', ...names] = expression.split('.');
  switch (source) {
    case 'method':
      return names[0] === 'request' ? requestParameter(names[1] ?? '', names.slice(2).join('.'), call) : undefined;
    case 'context':
      return contextVariable(context, names);
    case 'stageVariables':
      return own(call.api.stageVariables, names.join('.'));
    default:
      return undefined;
  }
}

export function requestParameter(position: string, name: string, call: Call): string | undefined {
  switch (position) {
    case 'header':
      return exactValues(call.request.headers, name).at(-1);
    case 'multivalueheader':
      return joined(exactValues(call.request.headers, name));
    case 'querystring':
      return exactValues(call.request.query, name).at(-1);
    case 'multivaluequerystring':
      return joined(exactValues(call.request.query, name));
    case 'path':
      return own(call.pathParameters, name);
    default:
      return undefined;
  }
}

/** A variable of `$context` as text; nothing where the names lead to no value, or to an object. */
export function contextVariable(context: object, names: readonly string[]): string | undefined {
  let value: unknown = context;
  for (const name of names) {
    value = typeof value === 'object' && value !== null ? own(value as Record<string, unknown>, name) : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** Mappings and validation look headers and query parameters up case-sensitively, as API Gateway's known issues say. */
function exactValues(lines: readonly HeaderLine[], name: string): string[] {
  return lines.filter(([key]) => key === name).map(([, value]) => value);
}

function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(',');
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
