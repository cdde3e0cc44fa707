import { isQueue } from '../events/event-buses';
import { jsonPath } from '../gateway/json-path';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { EventRuleModel, QueueModel, RuleInput } from './model';
import type { Resource } from './stack';
import { object, text, textMap } from './values';

/** What a rule on events has as a target, and what that is given. */
export function readTarget(
  rule: Resource,
  target: unknown,
  functions: FunctionCatalogue,
  queues: readonly QueueModel[],
): Pick<EventRuleModel, 'targetArn' | 'messageGroupId' | 'input' | 'deadLetterQueueArn'> {
  const { Arn, SqsParameters, DeadLetterConfig } = object(rule.resolved(target));
  const arn = text(Arn) ?? '';
  return {
    targetArn: isQueue(arn) ? servedQueueArn(arn, queues) : functionArnOf(arn, functions, 'functions and queues have'),
    messageGroupId: text(object(SqsParameters).MessageGroupId),
    input: inputOf(rule, target),
    deadLetterQueueArn: text(object(DeadLetterConfig).Arn),
  };
}

function servedQueueArn(arn: string, queues: readonly QueueModel[]): string {
  if (!queues.some((queue) => queue.arn === arn)) {
    throw new Unresolvable(`the queue ${arn} is not in this app`);
  }
  return arn;
}

function inputOf(rule: Resource, target: unknown): RuleInput | undefined {
  const { Input, InputPath, InputTransformer } = object(rule.resolved(target));
  const { InputPathsMap, InputTemplate } = object(InputTransformer);
  const template = text(InputTemplate);
  const path = text(InputPath);
  if (template !== undefined) {
    const paths = textMap(InputPathsMap);
    Object.values(paths).forEach(requireServedPath);
    return { kind: 'transformer', paths, template };
  }
  if (path !== undefined) {
    requireServedPath(path);
    return { kind: 'path', path };
  }
  const constant = json(text(Input));
  return constant === undefined ? undefined : { kind: 'constant', json: constant };
}

function requireServedPath(path: string): void {
  try {
    jsonPath({}, path);
  } catch (error) {
    throw new Unresolvable(`its input has a path that is not served: ${(error as Error).message}`);
  }
}

/** The function that the target of a rule on a schedule is. */
export function servedFunctionArn(rule: Resource, target: unknown, functions: FunctionCatalogue): string {
  return functionArnOf(object(rule.resolved(target)).Arn, functions);
}

/** What the function of a schedule is given in place of the event: JSON. */
export function constantInput(rule: Resource, target: unknown): string | undefined {
  const input = inputOf(rule, target);
  if (input !== undefined && input.kind !== 'constant') {
    throw new Unresolvable('its input is made from the event; constant input is served');
  }
  return input?.json;
}

export function functionArnOf(arn: unknown, functions: FunctionCatalogue, served = 'functions have'): string {
  const target = text(arn) ?? '';
  if (!/^arn:[^:]+:lambda:/.test(target)) {
    throw new Unresolvable(`its target ${target} has no local stand-in; ${served}`);
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
