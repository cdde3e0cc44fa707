import { EventPatternError, readEventPattern } from '../events/event-pattern';
import type { AppTemplates } from './app-templates';
import { functionArnOf } from './attributes';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { EventSourceModel, QueueModel, StreamSourceModel, TableModel } from './model';
import type { Resource } from './stack';
import { flag, list, number, object, parseObject, text, textList } from './values';

/** What event source mappings read from. */
export interface Sources {
  readonly queues: readonly QueueModel[];
  readonly tables: readonly TableModel[];
}

/** The mappings from queues and streams to functions that are enabled. */
export interface Mappings {
  readonly eventSources: EventSourceModel[];
  readonly streamSources: StreamSourceModel[];
}

export function readEventSources(app: AppTemplates, sources: Sources, functions: FunctionCatalogue): Mappings {
  const mappings: Mappings = { eventSources: [], streamSources: [] };
  for (const resource of app.resourcesOf('AWS::Lambda::EventSourceMapping')) {
    resource.attempt(() => readMapping(resource, sources, functions, mappings), 'it is not served');
  }
  return mappings;
}

function readMapping(
  resource: Resource,
  sources: Sources,
  functions: FunctionCatalogue,
  { eventSources, streamSources }: Mappings,
): void {
  const enabled = resource.property('Enabled');
  if (enabled !== undefined && !flag(enabled)) {
    return;
  }
  const arn = text(resource.property('EventSourceArn'));
  const service = arn?.split(':')[2];
  if (service === 'sqs') {
    eventSources.push(readQueueSource(resource, arn, sources, functions));
  } else if (service === 'dynamodb') {
    streamSources.push(readStreamSource(resource, arn, sources, functions));
  } else {
    const served = 'SQS queues and DynamoDB streams invoke functions locally';
    throw new Unresolvable(`its source is ${service ?? 'none of AWS'}; ${served}`);
  }
}

function readQueueSource(
  resource: Resource,
  arn: string | undefined,
  { queues }: Sources,
  functions: FunctionCatalogue,
): EventSourceModel {
  const queue = queues.find((one) => one.arn === arn);
  if (!queue) {
    throw new Unresolvable(`the queue ${arn} is not in this app`);
  }
  if (list(object(resource.raw('FilterCriteria')).Filters).length > 0) {
    throw new Unresolvable('it has filter criteria, and messages are not filtered locally');
  }
  return {
    ...readCommon(resource, functions, 10),
    queueArn: queue.arn,
    maximumConcurrency: number(object(resource.property('ScalingConfig')).MaximumConcurrency),
  };
}

function readStreamSource(
  resource: Resource,
  arn: string | undefined,
  { queues, tables }: Sources,
  functions: FunctionCatalogue,
): StreamSourceModel {
  const stream = tables.find((table) => table.stream?.arn === arn)?.stream;
  if (!stream) {
    throw new Unresolvable(`the stream ${arn} is not of a table of this app`);
  }
  if (number(resource.property('TumblingWindowInSeconds'))) {
    throw new Unresolvable('it has a tumbling window, and records are not aggregated locally');
  }
  const onFailure = object(object(resource.property('DestinationConfig')).OnFailure);
  const destination = text(onFailure.Destination);
  if (destination !== undefined && !queues.some((queue) => queue.arn === destination)) {
    const reason = `what fails is not told: its destination ${destination} is no queue of this app`;
    resource.unserved(reason);
  }
  return {
    ...readCommon(resource, functions, 100),
    stream,
    filters: list(object(resource.property('FilterCriteria')).Filters).map(readFilter),
    bisectBatchOnFunctionError: flag(resource.property('BisectBatchOnFunctionError')),
    maximumRetryAttempts: limit(resource.property('MaximumRetryAttempts')),
    maximumRecordAgeSeconds: limit(resource.property('MaximumRecordAgeInSeconds')),
    onFailureQueueArn: destination,
  };
}

function readCommon(resource: Resource, functions: FunctionCatalogue, defaultBatchSize: number) {
  return {
    path: resource.path,
    functionArn: functions.servedArn(functionArnOf(resource)),
    batchSize: number(resource.property('BatchSize')) ?? defaultBatchSize,
    maximumBatchingWindowSeconds: number(resource.property('MaximumBatchingWindowInSeconds')) ?? 0,
    reportBatchItemFailures: textList(resource.property('FunctionResponseTypes')).includes('ReportBatchItemFailures'),
  };
}

/** -1 is for no limit of its own. */
function limit(value: unknown): number | undefined {
  const given = number(value) ?? -1;
  return given < 0 ? undefined : given;
}

function readFilter(filter: unknown) {
  const pattern = text(object(filter).Pattern) ?? '';
  try {
    return readEventPattern(parseObject(pattern));
  } catch (error) {
    throw error instanceof EventPatternError
      ? new Unresolvable(error.message.replace('event pattern', 'filter'))
      : error;
  }
}
