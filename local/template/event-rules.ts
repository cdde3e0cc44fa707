import { EventPatternError, readEventPattern } from '../events/event-pattern';
import { STRIPE_EVENT_BUS } from '../events/partner-event-sources';
import type { AppTemplates } from './app-templates';
import { arnOf, nameOf } from './attributes';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { EventBusModel, EventRuleModel, QueueModel } from './model';
import { isDisabled, readTarget } from './rule-targets';
import type { Resource } from './stack';
import { list, object, text } from './values';

/** The buses that functions may send events to: the app's, those that rules name, and the default one. Of partners', none that is not filled. */
export function readEventBuses(app: AppTemplates, rules: readonly EventRuleModel[]): EventBusModel[] {
  const named = rules.map(({ arn, eventBusName }) => busOf(eventBusName, arn.split(':').slice(0, 5).join(':')));
  const defaults = app.stacks.map(({ region, account }) => busOf('default', `arn:aws:events:${region}:${account}`));
  const own = app.resourcesOf('AWS::Events::EventBus').map((bus) =>
    bus.attempt(() => {
      requireFilled(nameOf(bus));
      return { name: nameOf(bus), arn: arnOf(bus) };
    }, 'it stays empty'),
  );
  const all = [...named, ...defaults, ...own].filter((bus) => bus !== undefined);
  return [...new Map(all.map((bus) => [bus.name, bus])).values()];
}

/** The rules on events that are enabled and have a function or a queue as their target, one model for each. The others are named. */
export function readEventRules(
  app: AppTemplates,
  functions: FunctionCatalogue,
  queues: readonly QueueModel[],
): EventRuleModel[] {
  return app.resourcesOf('AWS::Events::Rule').flatMap((rule) => readRule(rule, functions, queues));
}

function readRule(rule: Resource, functions: FunctionCatalogue, queues: readonly QueueModel[]): EventRuleModel[] {
  if (isDisabled(rule) || rule.raw('EventPattern') === undefined) {
    return [];
  }
  const common = rule.attempt(() => {
    const eventBusName = busName(text(rule.property('EventBusName')) ?? 'default');
    requireFilled(eventBusName);
    requireSent(rule, eventBusName);
    const { region, account } = rule.stack;
    const arn = `arn:aws:events:${region}:${account}:rule/${eventBusName}/${nameOf(rule)}`;
    return { path: rule.path, arn, eventBusName, pattern: patternOf(rule) };
  }, 'it does not run');
  if (common === undefined) {
    return [];
  }
  return list(rule.raw('Targets'))
    .map((target) =>
      rule.attempt(() => ({ ...common, ...readTarget(rule, target, functions, queues) }), 'it does not run'),
    )
    .filter((model) => model !== undefined);
}

function busOf(name: string, arnPrefix: string): EventBusModel {
  return { name, arn: `${arnPrefix}:event-bus/${name}` };
}

/** A name, or an ARN, in which the name of a partner's bus has slashes of its own. */
function busName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^/]*\//, '');
}

function requireFilled(eventBusName: string): void {
  if (eventBusName.startsWith('aws.partner/') && !STRIPE_EVENT_BUS.test(eventBusName)) {
    throw new Unresolvable(
      `nothing sends events to the event bus ${eventBusName}; of partner event buses, those of Stripe are filled`,
    );
  }
}

/** On another bus than a partner's, what functions send is all that there is: nothing here tells what AWS's services would tell. */
function requireSent(rule: Resource, eventBusName: string): void {
  const sources = list(object(rule.property('EventPattern')).source).map((source) => text(source) ?? '');
  if (
    !STRIPE_EVENT_BUS.test(eventBusName) &&
    sources.length > 0 &&
    sources.every((source) => source.startsWith('aws.'))
  ) {
    throw new Unresolvable(`nothing sends events of ${sources.join(', ')} here; those that functions send are served`);
  }
}

function patternOf(rule: Resource) {
  try {
    return readEventPattern(rule.property('EventPattern'));
  } catch (error) {
    throw error instanceof EventPatternError ? new Unresolvable(error.message) : error;
  }
}
