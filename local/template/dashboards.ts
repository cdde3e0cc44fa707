import type { AppTemplates } from './app-templates';
import { arnOf, nameOf } from './attributes';
import type { AlarmModel, DashboardModel } from './model';
import { parseObject, text } from './values';

export function readDashboards(app: AppTemplates): DashboardModel[] {
  return app.resourcesOf('AWS::CloudWatch::Dashboard').flatMap((resource) => {
    const body = resource.attempt(() => parseObject(text(resource.property('DashboardBody')) ?? ''));
    return body === undefined ? [] : [{ name: nameOf(resource), path: resource.path, body }];
  });
}

/** Alarms of one metric, of expressions and composite ones alike: they are named, and ring on AWS only. */
export function readAlarms(app: AppTemplates): AlarmModel[] {
  const types = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];
  return types
    .flatMap((type) => app.resourcesOf(type))
    .map((resource) => ({
      arn: arnOf(resource),
      path: resource.path,
      description: resource.attempt(() => text(resource.property('AlarmDescription'))),
    }));
}
