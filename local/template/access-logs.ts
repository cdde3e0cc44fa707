import type { RestApiModel } from './model';
import type { Resource } from './stack';
import { object, text } from './values';

/** The access log of a stage; one that goes elsewhere than to CloudWatch Logs is named. */
export function readAccessLog(stage: Resource, setting: unknown): RestApiModel['accessLog'] {
  return stage.attempt(() => {
    const { DestinationArn, Format } = object(stage.resolved(setting));
    const [destination, format] = [text(DestinationArn), text(Format)];
    if (destination === undefined || format === undefined) {
      return undefined;
    }
    const logGroupName = logGroupNameIn(destination);
    if (logGroupName === undefined) {
      stage.unserved(`its access log goes nowhere: ${destination} is no log group, and has no local stand-in`);
      return undefined;
    }
    return { logGroupName, format };
  }, 'its access log goes nowhere');
}

/** With `:*` at its end, as CloudFormation gives a log group's ARN, or without, as API Gateway shows it. */
function logGroupNameIn(arn: string): string | undefined {
  return /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:*]+)(?::\*)?$/.exec(arn)?.[1];
}
