import { compileFilterPattern, FilterPatternError } from '../logs/filter-pattern';
import type { AppTemplates } from './app-templates';
import { nameOf } from './attributes';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { LogSubscriptionModel, RestApiModel } from './model';
import type { Resource } from './stack';
import { text } from './values';

/** The subscription filters on log groups that something is written to here: access logs. The others are named. */
export function readLogSubscriptions(
  app: AppTemplates,
  functions: FunctionCatalogue,
  apis: readonly RestApiModel[],
): LogSubscriptionModel[] {
  const written = new Set(apis.map(({ accessLog }) => accessLog?.logGroupName));
  return app
    .resourcesOf('AWS::Logs::SubscriptionFilter')
    .map((filter) => filter.attempt(() => readSubscription(filter, functions, written), 'it delivers nothing'))
    .filter((subscription) => subscription !== undefined);
}

function readSubscription(
  filter: Resource,
  functions: FunctionCatalogue,
  written: ReadonlySet<string | undefined>,
): LogSubscriptionModel {
  const destination = text(filter.property('DestinationArn')) ?? '';
  if (!/^arn:[^:]+:lambda:/.test(destination)) {
    throw new Unresolvable(`its destination ${destination} has no local stand-in; functions have`);
  }
  const functionArn = functions.servedArn(destination);
  const logGroupName = text(filter.property('LogGroupName')) ?? '';
  if (!written.has(logGroupName)) {
    throw new Unresolvable('only access logs are written to log groups, and none goes to this one');
  }
  return {
    logGroupName,
    filterPattern: readPattern(filter),
    functionArn,
    filterName: text(filter.property('FilterName')) ?? nameOf(filter),
  };
}

/** What AWS would refuse when it is deployed, and what the local gateway does not know. */
function readPattern(filter: Resource): string {
  const filterPattern = text(filter.property('FilterPattern')) ?? '';
  try {
    compileFilterPattern(filterPattern);
    return filterPattern;
  } catch (error) {
    throw error instanceof FilterPatternError ? new Unresolvable(error.message) : error;
  }
}
