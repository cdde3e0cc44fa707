import { isObject, list, object, text } from './values';

/** What the intrinsic functions of one template are resolved against. */
export interface Scope {
  readonly region: string;
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapped(map: string, firstKey: string, secondKey: string): unknown;
  exported(name: string): unknown;
  stackOutput(stack: string, output: string): unknown;
}

/** A value that only AWS, or a deployment, could give. The message says why, in words for the developer. */
export class Unresolvable extends Error {}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** Replaces every intrinsic function by its value; what is `AWS::NoValue` is left out, as CloudFormation does. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  }
  if (!isObject(value)) {
    return value;
  }
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const intrinsic = INTRINSICS.get(name);
    if (!intrinsic) {
      throw new Unresolvable(`the intrinsic function ${name} is not known to the local gateway`);
    }
    return intrinsic(value[name], scope);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, resolve(entry, scope)] as const)
      .filter(([, entry]) => entry !== undefined),
  );
}

/** The value of a condition's expression. */
export function evaluate(expression: unknown, scope: Scope): boolean {
  const [name, argument] = Object.entries(object(expression))[0] ?? [];
  switch (name) {
    case 'Condition':
      return scope.condition(String(argument));
    case 'Fn::Equals': {
      const [left, right] = list(argument).map((side) => resolve(side, scope));
      return (text(left) ?? JSON.stringify(left)) === (text(right) ?? JSON.stringify(right));
    }
    case 'Fn::And':
      return list(argument).every((part) => evaluate(part, scope));
    case 'Fn::Or':
      return list(argument).some((part) => evaluate(part, scope));
    case 'Fn::Not':
      return !evaluate(list(argument)[0], scope);
    default:
      throw new Unresolvable(`the condition function ${name ?? 'of an empty condition'} is not known`);
  }
}

const INTRINSICS = new Map<string, Intrinsic>([
  ['Ref', (argument, scope) => scope.ref(String(argument))],
  ['Fn::GetAtt', getAtt],
  ['Fn::Join', join],
  ['Fn::Sub', sub],
  ['Fn::Select', select],
  ['Fn::Split', split],
  ['Fn::If', conditional],
  ['Fn::FindInMap', findInMap],
  ['Fn::Base64', (argument, scope) => Buffer.from(textOf(argument, scope, 'Fn::Base64')).toString('base64')],
  ['Fn::ImportValue', (argument, scope) => scope.exported(textOf(argument, scope, 'Fn::ImportValue'))],
  ['Fn::GetStackOutput', getStackOutput],
  ['Fn::GetAZs', (argument, scope) => zonesOf(text(resolve(argument, scope)) || scope.region)],
  ['Fn::ToJsonString', (argument, scope) => JSON.stringify(resolve(argument, scope))],
  ['Fn::Length', (argument, scope) => list(resolve(argument, scope)).length],
]);

function getAtt(argument: unknown, scope: Scope): unknown {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return scope.attribute(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [logicalId, attribute] = list(argument);
  return scope.attribute(String(logicalId), textOf(attribute, scope, 'Fn::GetAtt'));
}

function join(argument: unknown, scope: Scope): string {
  const [delimiter, items] = list(argument);
  const resolved = list(resolve(items, scope));
  return resolved.map((item) => textOf(item, scope, 'Fn::Join')).join(String(delimiter));
}

function sub(argument: unknown, scope: Scope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = object(variables);
  return String(template).replace(/\$\{(!?)([^}]+)\}/g, (_match, escaped: string, name: string) => {
    if (escaped) {
      return `\${${name}}`;
    }
    const key = name.trim();
    if (key in own) {
      return textOf(own[key], scope, `Fn::Sub of ${key}`);
    }
    const value = key.includes('.') ? getAtt(key, scope) : scope.ref(key);
    return textOf(value, scope, `Fn::Sub of ${key}`);
  });
}

function select(argument: unknown, scope: Scope): unknown {
  const [index, items] = list(argument).map((part) => resolve(part, scope));
  const selected = list(items)[Number(index)];
  if (selected === undefined) {
    throw new Unresolvable(`Fn::Select finds no item ${String(index)}`);
  }
  return selected;
}

function split(argument: unknown, scope: Scope): string[] {
  const [delimiter, source] = list(argument);
  return textOf(source, scope, 'Fn::Split').split(String(delimiter));
}

function conditional(argument: unknown, scope: Scope): unknown {
  const [condition, whenTrue, whenFalse] = list(argument);
  return resolve(scope.condition(String(condition)) ? whenTrue : whenFalse, scope);
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, first, second, fallback] = list(argument).map((part) => resolve(part, scope));
  const found = scope.mapped(String(map), String(first), String(second)) ?? object(fallback).DefaultValue;
  if (found === undefined) {
    throw new Unresolvable(`the mapping ${String(map)} has no value for ${String(first)}, ${String(second)}`);
  }
  return resolve(found, scope);
}

function getStackOutput(argument: unknown, scope: Scope): unknown {
  const { StackName, OutputName } = object(resolve(argument, scope));
  return scope.stackOutput(String(StackName), String(OutputName));
}

function zonesOf(region: string): string[] {
  return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
}

function textOf(value: unknown, scope: Scope, where: string): string {
  const resolved = text(resolve(value, scope));
  if (resolved === undefined) {
    throw new Unresolvable(`${where} has no text to work on`);
  }
  return resolved;
}
