import { jsonPath } from '../gateway/json-path';
import type { EventRuleModel, RuleInput } from '../template/model';
import { type BusEvent, eventTime } from './event';

/** What a target is given for an event, as text: the event, or what the rule makes of it. */
export function inputOf({ arn, input }: Pick<EventRuleModel, 'arn' | 'input'>, event: BusEvent, now: number): string {
  switch (input?.kind) {
    case undefined:
      return JSON.stringify(event);
    case 'constant':
      return input.json;
    case 'path':
      return JSON.stringify(jsonPath(event, input.path) ?? null);
    case 'transformer':
      return transformed(input, { ...variablesOf(input, event), ...reservedOf(arn, event, now) });
  }
}

type Variables = Readonly<Record<string, unknown>>;

function variablesOf({ paths }: Extract<RuleInput, { kind: 'transformer' }>, event: BusEvent): Variables {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, jsonPath(event, path)]));
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
function reservedOf(ruleArn: string, event: BusEvent, now: number): Variables {
  return {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1),
    'aws.events.event.ingestion-time': eventTime(now),
    'aws.events.event.json': event,
    'aws.events.event': { ...event, detail: undefined },
  };
}

/** A variable in quotes becomes a part of that text; one by itself, JSON. */
function transformed({ template }: Extract<RuleInput, { kind: 'transformer' }>, variables: Variables): string {
  return template.replace(/"(?:[^"\\]|\\.)*"|<([\w.-]+)>/gs, (part, name?: string) =>
    name === undefined
      ? part.replace(/<([\w.-]+)>/g, (text, inner: string) => (inner in variables ? within(variables[inner]) : text))
      : name in variables
        ? JSON.stringify(variables[name] ?? null)
        : part,
  );
}

function within(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}
