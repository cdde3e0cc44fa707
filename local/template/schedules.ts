import { compileScheduleExpression } from '../schedules/schedule-expression';
import { ScheduleExpressionError } from '../schedules/schedule-expression-error';
import type { AppTemplates } from './app-templates';
import { arnOf, nameOf } from './attributes';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { ScheduleModel } from './model';
import { constantInput, functionArnOf, isDisabled, json, servedFunctionArn } from './rule-targets';
import type { Resource } from './stack';
import { list, object, text } from './values';

/** The rules and schedules that are enabled and invoke functions by the clock, one model for each target. The others are named. */
export function readSchedules(app: AppTemplates, functions: FunctionCatalogue): ScheduleModel[] {
  return [
    ...app.resourcesOf('AWS::Events::Rule').flatMap((rule) => readRule(rule, functions)),
    ...app.resourcesOf('AWS::Scheduler::Schedule').map((schedule) => readSchedule(schedule, functions)),
  ].filter((schedule) => schedule !== undefined);
}

function readRule(rule: Resource, functions: FunctionCatalogue): (ScheduleModel | undefined)[] {
  if (isDisabled(rule) || rule.raw('ScheduleExpression') === undefined) {
    return [];
  }
  return list(rule.raw('Targets')).map((target) =>
    rule.attempt(() => {
      const input = constantInput(rule, target);
      return scheduleOf(rule, 'aws.events', arnOf(rule), servedFunctionArn(rule, target, functions), input);
    }, 'it does not run'),
  );
}

function readSchedule(schedule: Resource, functions: FunctionCatalogue): ScheduleModel | undefined {
  if (isDisabled(schedule)) {
    return undefined;
  }
  return schedule.attempt(() => {
    const timeZone = text(schedule.property('ScheduleExpressionTimezone')) ?? 'UTC';
    if (!['UTC', 'Etc/UTC'].includes(timeZone)) {
      throw new Unresolvable(`its time zone is ${timeZone}; UTC is served`);
    }
    if (schedule.raw('StartDate') !== undefined || schedule.raw('EndDate') !== undefined) {
      throw new Unresolvable('it has a start or an end; schedules without are served');
    }
    const { Arn, Input } = object(schedule.property('Target'));
    if (text(Input)?.includes('<aws.scheduler.')) {
      throw new Unresolvable('its input has context attributes; constant input is served');
    }
    const { region, account } = schedule.stack;
    const group = text(schedule.property('GroupName')) ?? 'default';
    const arn = `arn:aws:scheduler:${region}:${account}:schedule/${group}/${nameOf(schedule)}`;
    return scheduleOf(schedule, 'aws.scheduler', arn, functionArnOf(Arn, functions), json(text(Input)));
  }, 'it does not run');
}

function scheduleOf(
  resource: Resource,
  source: ScheduleModel['source'],
  arn: string,
  functionArn: string,
  input: string | undefined,
): ScheduleModel {
  return { path: resource.path, arn, source, expression: readExpression(resource), functionArn, input };
}

/** What AWS would refuse when it is deployed is named here. */
function readExpression(resource: Resource): string {
  const expression = text(resource.property('ScheduleExpression')) ?? '';
  try {
    compileScheduleExpression(expression);
    return expression;
  } catch (error) {
    throw error instanceof ScheduleExpressionError ? new Unresolvable(error.message) : error;
  }
}
