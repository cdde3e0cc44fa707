import { EventPatternError, readEventPattern } from '../events/event-pattern';
import type { AppTemplates } from './app-templates';
import { nameOf } from './attributes';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { EventRuleModel } from './model';
import { constantInput, isDisabled, servedFunctionArn } from './rule-targets';
import type { Resource } from './stack';
import { list, text } from './values';

/** What fills an event bus here: the stand-in for Stripe, as a partner. */
const STRIPE_EVENT_BUS = /^aws\.partner\/stripe\.com\//;

/**
 * The rules that are enabled and invoke functions on events of Stripe's, one model for each target. The others are named, and so are
 * event buses that nothing fills.
 */
export function readEventRules(app: AppTemplates, functions: FunctionCatalogue): EventRuleModel[] {
  for (const bus of app.resourcesOf('AWS::Events::EventBus')) {
    bus.attempt(() => requireFilled(nameOf(bus)), 'it stays empty');
  }
  return app.resourcesOf('AWS::Events::Rule').flatMap((rule) => readRule(rule, functions));
}

function readRule(rule: Resource, functions: FunctionCatalogue): EventRuleModel[] {
  if (isDisabled(rule) || rule.raw('EventPattern') === undefined) {
    return [];
  }
  const common = rule.attempt(() => {
    const eventBusName = busName(text(rule.property('EventBusName')) ?? 'default');
    requireFilled(eventBusName);
    const { region, account } = rule.stack;
    const arn = `arn:aws:events:${region}:${account}:rule/${eventBusName}/${nameOf(rule)}`;
    return { path: rule.path, arn, eventBusName, pattern: patternOf(rule) };
  }, 'it does not run');
  if (common === undefined) {
    return [];
  }
  return list(rule.raw('Targets'))
    .map((target) =>
      rule.attempt(
        () => ({
          ...common,
          functionArn: servedFunctionArn(rule, target, functions),
          input: constantInput(rule, target),
        }),
        'it does not run',
      ),
    )
    .filter((model) => model !== undefined);
}

/** A name, or an ARN, in which the name of a partner's bus has slashes of its own. */
function busName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^/]*\//, '');
}

function requireFilled(eventBusName: string): void {
  if (!STRIPE_EVENT_BUS.test(eventBusName)) {
    throw new Unresolvable(
      `nothing sends events to the event bus ${eventBusName}; partner event buses of Stripe are served`,
    );
  }
}

function patternOf(rule: Resource) {
  try {
    return readEventPattern(rule.property('EventPattern'));
  } catch (error) {
    throw error instanceof EventPatternError ? new Unresolvable(error.message) : error;
  }
}
