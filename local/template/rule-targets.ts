import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { Resource } from './stack';
import { object, text } from './values';

/** The function that a rule's target is. */
export function servedFunctionArn(rule: Resource, target: unknown, functions: FunctionCatalogue): string {
  return functionArnOf(object(rule.resolved(target)).Arn, functions);
}

/** What the function of a rule's target is given in place of the event: JSON. */
export function constantInput(rule: Resource, target: unknown): string | undefined {
  const { Input, InputPath, InputTransformer } = object(rule.resolved(target));
  if (InputPath !== undefined || InputTransformer !== undefined) {
    throw new Unresolvable('its input is made from the event; constant input is served');
  }
  return json(text(Input));
}

export function functionArnOf(arn: unknown, functions: FunctionCatalogue): string {
  const target = text(arn) ?? '';
  if (!/^arn:[^:]+:lambda:/.test(target)) {
    throw new Unresolvable(`its target ${target} has no local stand-in; functions have`);
  }
  return functions.servedArn(target);
}

export function json(input: string | undefined): string | undefined {
  try {
    JSON.parse(input ?? '{}');
    return input;
  } catch {
    throw new Unresolvable('its input is not JSON');
  }
}

export function isDisabled(resource: Resource): boolean {
  return resource.attempt(() => resource.property('State')) === 'DISABLED';
}
