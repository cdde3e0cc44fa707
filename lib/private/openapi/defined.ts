import { Token } from 'aws-cdk-lib';
import { DefinedMethod, type Place } from '../definition/defined-method';
import { isJson, type Json, json, set } from '../definition/json';
import type { Operation } from './operations';
import { modern } from './request-bodies';

/** The sections of `components` that operations refer to; schemes of security are the paywall's alone. */
const SECTIONS = ['schemas', 'responses', 'parameters', 'examples', 'requestBodies', 'headers', 'links'];

/** Members that tell of an operation and mean the same in every version of OpenAPI. */
const TOLD = ['summary', 'description', 'tags', 'deprecated', 'externalDocs'];

/** What the API's own definition says of an operation; nothing where the operation is a construct. */
export function definedMembers({ method }: Operation, ours: Json): Json {
  if (!(method instanceof DefinedMethod)) {
    return {};
  }
  const { place } = method;
  const { definition, operation } = place;
  const told = Object.fromEntries(TOLD.map((name) => [name, operation[name]]));
  // Those of OpenAPI 2 would have to be written anew: there, parameters and statuses are told as those of constructs are.
  return isModernizable(definition.document) ? { ...set(told), ...modernizedMembers(input(place), ours) } : set(told);
}

/** Our components, and beside them those of the API's own definition. */
export function withDefined(ours: Json, document: Json | undefined): Json {
  if (document === undefined || !isModernizable(document)) {
    return ours;
  }
  const theirs = json(document.components);
  const sections = SECTIONS.filter((section) => isJson(theirs[section])).map((section) => {
    const members = Object.entries(json(theirs[section])).map(([name, member]) => {
      return [nameOf(section, name, ours), modernized(member, ours)] as const;
    });
    return [section, { ...Object.fromEntries(members), ...json(ours[section]) }] as const;
  });
  return { ...ours, ...Object.fromEntries(sections) };
}

function isModernizable({ openapi }: Json): boolean {
  return typeof openapi === 'string';
}

function input({ pathItem, operation }: Place): Json {
  const parameters = [pathItem.parameters, operation.parameters].filter(Array.isArray).flat();
  return {
    ...(parameters.length > 0 && { parameters }),
    ...(isJson(operation.responses) && { responses: operation.responses }),
    // None is told as none: the definition knows.
    requestBody: operation.requestBody,
  };
}

function modernizedMembers(members: Json, ours: Json): Json {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, modernized(value, ours)]));
}

/** Theirs give way, as programs know ours. */
function nameOf(section: string, name: string, ours: Json): string {
  return name in json(ours[section]) ? `${name}2` : name;
}

/** OpenAPI 3.0 as 3.1 says it, without what is API Gateway's alone; what only the deployment knows is left out, unless it is text. */
function modernized(value: unknown, ours: Json): unknown {
  return modern(rewritten(value, ours));
}

function rewritten(value: unknown, ours: Json): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => rewritten(item, ours));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Token.isUnresolved(value)) {
    return undefined;
  }
  const { nullable, ...members } = value as Record<string, unknown>;
  const entries = Object.entries(typeof nullable === 'boolean' ? members : value)
    .filter(([name]) => !name.startsWith('x-amazon-apigateway-'))
    .map(([name, member]): [string, unknown] => {
      if (name === '$ref' && typeof member === 'string') {
        return [name, renamed(member, ours)];
      }
      const isNullable = name === 'type' && typeof member === 'string' && nullable === true;
      return [name, isNullable ? [member, 'null'] : rewritten(member, ours)];
    });
  return Object.fromEntries(entries);
}

function renamed(reference: string, ours: Json): string {
  const [, section = '', name = ''] = /^#\/components\/([^/]+)\/([^/]+)$/.exec(reference) ?? [];
  return name === '' ? reference : `#/components/${section}/${nameOf(section, name, ours)}`;
}
